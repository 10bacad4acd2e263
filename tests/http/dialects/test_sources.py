"""From where an answer comes: the documents by name, and which of them carries what."""

from collections.abc import Sequence
from typing import Any

from tests.http.chat.bench import RENT
from tests.http.dialects.client import Client, asked
from tests.http.dialects.clients import EVERYBODY, by
from tests.http.dialects.heard import Event
from tests.upstreams.openai_server import OpenAIServer

DOCUMENTS = {
    "native": ["rent.txt"],
    "7a Lumika": ["rent.txt"],
    # These two have no word for sources: the number in the text is all.
    "7c NDJSON": [],
    "7d delta": [],
    "OpenAI": ["rent.txt"],
    "AI SDK": ["rent.txt"],
    "MCP": ["rent.txt"],
}


@EVERYBODY
async def test_sources(client: Client, plain: OpenAIServer) -> None:
    heard = await asked(client)
    assert client.sources(heard) == DOCUMENTS[client.dialect]
    assert "[1]" in client.text(heard)
    assert plain.questions == 1


def cited(dialect: str, heard: Sequence[Event]) -> list[Any]:
    """The citations, where this dialect has them."""
    parts = [event.data["data"] for event in heard if event.name == "data-citation"]
    fields = [
        citation
        for event in heard
        if isinstance(event.data, dict)
        for citation in event.data.get("citations", ())
    ]
    return parts if dialect == "AI SDK" else fields


@by("native", "lumika", "openai", "ai-sdk", "mcp")
async def test_citations(client: Client, plain: OpenAIServer) -> None:
    (citation,) = cited(client.dialect, await asked(client))
    assert (citation["index"], citation["documentName"]) == (1, "rent.txt")
    assert citation["quote"] == RENT[citation["start"] : citation["end"]]
    assert plain.questions == 1


NAMES = {"native": ("sources", "text"), "AI SDK": ("source-document", "text-start")}


@by("native", "ai-sdk")
async def test_sources_come_before_the_text(client: Client, plain: OpenAIServer) -> None:
    names = [event.name for event in await asked(client)]
    source, text = NAMES[client.dialect]
    assert names.index(source) < names.index(text)
    assert plain.questions == 1
