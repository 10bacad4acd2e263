"""All clients, each with the reader that others wrote for it."""

from collections.abc import Callable, Mapping

import pytest

from tests.http.dialects.ai_sdk import AiSdk
from tests.http.dialects.client import Client, Room
from tests.http.dialects.delta import Delta
from tests.http.dialects.lumika import Lumika
from tests.http.dialects.mcp_host import McpHost
from tests.http.dialects.native import Native
from tests.http.dialects.ndjson import Ndjson
from tests.http.dialects.openai_chat import OpenAI, in_node, in_python
from tests.http.dialects.readers import by_httpx_sse, by_requests

PARSER = "eventsource-parser"
CLIENTS: Mapping[str, Callable[[Room], Client]] = {
    "native": lambda room: Native(room, by_httpx_sse),
    "native-js": lambda room: Native(room, room.node.reader(PARSER)),
    "lumika": lambda room: Lumika(room, by_httpx_sse),
    "lumika-js": lambda room: Lumika(room, room.node.reader(PARSER)),
    "ndjson": lambda room: Ndjson(room, by_requests),
    "ndjson-js": lambda room: Ndjson(room, room.node.reader("fetch")),
    "delta": lambda room: Delta(room, by_httpx_sse),
    "delta-js": lambda room: Delta(room, room.node.reader(PARSER)),
    "openai": lambda room: OpenAI(room, in_python),
    "openai-js": lambda room: OpenAI(room, in_node(room.node)),
    "ai-sdk": AiSdk,
    "mcp": McpHost,
}


FETCHED = {"openai-js", "ai-sdk"}
"""Those whose packages npm fetches."""


def by(*names: str) -> pytest.MarkDecorator:
    """Have these clients take a test, each by itself; a dialect's name stands for its readers."""
    meant = [each for each in CLIENTS if each in names or each.removesuffix("-js") in names]
    return pytest.mark.parametrize("client", meant, indirect=True)


EVERYBODY = by(*CLIENTS)
"""Of every dialect."""
STREAMING = by(*(name for name in CLIENTS if name != "mcp"))
"""Of the dialects that tell an answer while it is written."""
