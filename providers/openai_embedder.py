"""How OpenAI-compatible endpoints are asked for vectors."""

from collections.abc import Sequence
from typing import Any

import msgspec

from providers.errors import EmbedderFailed
from providers.patience import PatientCalls


class _Row(msgspec.Struct):
    index: int
    embedding: list[float]


class _Rows(msgspec.Struct):
    data: list[_Row]


class OpenAIVectors:
    """`POST /embeddings` through the official client.

    Args:
        model: As the endpoint calls it.
    """

    def __init__(self, model: str) -> None:
        self._model = model

    async def ask(self, calls: PatientCalls, texts: Sequence[str]) -> bytes:
        """Send one request and give the body of its answer."""
        create = calls.client.embeddings.with_raw_response.create
        answer: Any = await create(model=self._model, input=list(texts), encoding_format="float")
        return answer.http_response.content

    def read(self, body: bytes, wanted: int) -> list[list[float]]:
        """Give one row a text, in the order of the texts, whatever the answer's order.

        Raises:
            EmbedderFailed: The body holds something else.
        """
        try:
            rows = msgspec.json.decode(body, type=_Rows).data
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise EmbedderFailed("the embedding endpoint sent no vectors") from error
        if sorted(row.index for row in rows) != list(range(wanted)):
            raise EmbedderFailed("the embedding endpoint did not send one vector a text")
        return [row.embedding for row in sorted(rows, key=lambda row: row.index)]
