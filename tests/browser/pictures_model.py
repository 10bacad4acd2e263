"""A model for pictures: it writes what it was told to, and cites the passages that say so."""

import re
from typing import Any

from tests.upstreams.http_server import Exchange, RawServer
from tests.upstreams.openai_server import chunk, finish

NAME = "writer"
_PASSAGE = re.compile(r'<passage number="?(\d+)"?[^>]*>(.*?)</passage>', re.DOTALL)
_CITED = re.compile(r"\{([^{}]+)\}")


class Writer(RawServer):
    """An OpenAI-compatible endpoint.

    Args:
        text: What it writes; `{words of a page}` becomes the number of the passage that has them.
    """

    def __init__(self, text: str) -> None:
        super().__init__(self._answer)
        self._text = text

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def _answer(self, exchange: Exchange) -> None:
        if exchange.seen.path == "/v1/models":
            await exchange.json(200, {"object": "list", "data": [{"id": NAME}]})
            return
        await exchange.head(200, kind="text/event-stream")
        for piece in re.findall(r"\S+\s*", _written(self._text, exchange.seen.body)):
            await exchange.send(chunk(piece))
        await finish(exchange)


def _written(text: str, body: dict[str, Any]) -> str:
    """The text, each place named by its passage's number.

    Raises:
        LookupError: No passage has the words: the picture would show an answer without its source.
    """
    prompt = _plain(" ".join(str(message["content"]) for message in body["messages"]))
    passages = _PASSAGE.findall(prompt)

    def number(found: re.Match[str]) -> str:
        for each, said in passages:
            if _plain(found[1]) in said:
                return f"[{each}]"
        raise LookupError(f"No passage says “{found[1]}”.")

    return _CITED.sub(number, text)


def _plain(text: str) -> str:
    return " ".join(text.split())
