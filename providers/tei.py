"""How Hugging Face's Text Embeddings Inference (TEI) is asked for vectors.

Its own API: https://huggingface.github.io/text-embeddings-inference/.
"""

from collections.abc import Sequence

import httpx2
import msgspec

from providers.errors import EmbedderFailed
from providers.patience import PatientCalls


class TeiVectors:
    """`POST /embed`: texts in, rows out, in the same order."""

    async def ask(self, calls: PatientCalls, texts: Sequence[str]) -> bytes:
        """Send one request and give the body of its answer."""
        # The official client's own POST: one key, one guard and one set of refusals for both.
        answer = await calls.client.post(
            "/embed", cast_to=httpx2.Response, body={"inputs": list(texts), "truncate": True}
        )
        return answer.content

    def read(self, body: bytes, wanted: int) -> list[list[float]]:
        """Give one row a text.

        Raises:
            EmbedderFailed: The body holds something else.
        """
        try:
            rows = msgspec.json.decode(body, type=list[list[float]])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise EmbedderFailed("the embedding endpoint sent no vectors") from error
        if len(rows) != wanted:
            raise EmbedderFailed("the embedding endpoint did not send one vector a text")
        return rows
