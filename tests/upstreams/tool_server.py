"""A language model of the loopback server that calls for tools, as a test's script has it.

`tools` plays one turn of the script for each request; `no-tools` refuses a request that offers any,
as endpoints do whose model was not made for them.
"""

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

from tests.upstreams.http_server import Exchange
from tests.upstreams.openai_server import (
    OpenAIServer,
    begin,
    chunk,
    fault,
    finish,
    refused,
)

MODEL = "tools"
WITHOUT = "no-tools"


class Wants(NamedTuple):
    """A call for a tool; arguments that are a text are sent as they are, sound or not."""

    name: str
    arguments: dict[str, Any] | str = {}  # noqa: RUF012 - a tuple's field, and never changed


Turn: TypeAlias = Sequence[str | Wants]
"""What the model says and wants in one answer, in this order."""


class ToolServer(OpenAIServer):
    """Plays its script.

    Attributes:
        script: The turns to come.
        cut: Into pieces of how many characters arguments are cut.
        gate: Held before a turn while it is cleared.
    """

    def __init__(self, *script: Turn, cut: int = 3) -> None:
        super().__init__()
        self.script: deque[Turn] = deque(script)
        self.cut = cut
        self.gate = asyncio.Event()
        self.gate.set()

    @property
    def heard(self) -> list[list[dict[str, Any]]]:
        """The messages of each request."""
        return [seen.body["messages"] for seen in self.requests]

    def results(self, request: int = -1) -> list[Any]:
        """What the tools gave, as the model was told with a request."""
        told = (each for each in self.heard[request] if each["role"] == "tool")
        return [json.loads(each["content"]) for each in told]


@fault(MODEL)
async def _tools(server: OpenAIServer, exchange: Exchange) -> None:
    assert isinstance(server, ToolServer)
    await server.gate.wait()
    await begin(exchange, [])
    if not server.script:
        return  # As if it broke off.
    turn = server.script.popleft()
    wanted = 0
    for each in turn:
        if isinstance(each, str):
            await exchange.send(chunk(each))
        else:
            await _send_call(server, exchange, wanted, each)
            wanted += 1
    await finish(exchange, "tool_calls" if wanted else "stop")


async def _send_call(server: ToolServer, exchange: Exchange, index: int, wants: Wants) -> None:
    given = wants.arguments
    text = given if isinstance(given, str) else json.dumps(given)
    function = {"name": wants.name, "arguments": ""}
    identity = f"call-{len(server.requests)}-{index}"
    await _send(
        exchange, {"index": index, "id": identity, "type": "function", "function": function}
    )
    for at in range(0, len(text), server.cut):
        piece = text[at : at + server.cut]
        await _send(exchange, {"index": index, "function": {"arguments": piece}})


async def _send(exchange: Exchange, piece: dict[str, Any]) -> None:
    choice = {"index": 0, "delta": {"tool_calls": [piece]}, "finish_reason": None}
    await exchange.send(chunk(choices=[choice]))


@fault(WITHOUT)
async def _no_tools(server: OpenAIServer, exchange: Exchange) -> None:
    if "tools" in exchange.seen.body:
        await refused(server, exchange, 400)
        return
    await begin(exchange)
    await finish(exchange)
