"""Readers of JavaScript, in one process of Node for all tests."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from functools import partial
from typing import Any

from tests.clients.npm import CLIENTS, NODE
from tests.http.dialects.heard import Broke, Event, Refused, Request, Stream, read
from tests.http.dialects.readers import Reader

MOST_BYTES = 1 << 20
"""Of a line; an answer's sources stand in one."""


class Node:
    """See `tests/clients/listen.mjs` for what goes in and out."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._told, self._tells = process.stdin, process.stdout
        self._open: dict[int, asyncio.Queue[dict[str, Any]]] = {}
        self._count = 0

    async def listen(self, reader: str, asked: dict[str, Any]) -> AsyncGenerator[dict[str, Any]]:
        """What the reader tells, until it ends; whoever stops listening hangs up."""
        self._count += 1
        identity, heard = self._count, asyncio.Queue[dict[str, Any]]()
        self._open[identity] = heard
        self._say(id=identity, reader=reader, asked=asked)
        try:
            while "ended" not in (told := await heard.get()):
                yield told
        finally:
            del self._open[identity]
            self._say(id=identity)

    async def pass_on(self) -> None:
        """Give to each listener what its reader tells, as long as the process lasts."""
        while line := await self._tells.readline():
            told = json.loads(line)
            if (heard := self._open.get(told["id"])) is not None:
                heard.put_nowait(told)
        for heard in self._open.values():
            heard.put_nowait({"broke": "Node has ended."})

    def reader(self, name: str) -> Reader:
        """One that asks by `fetch`."""
        return partial(self._read, name)

    async def _read(self, name: str, asked: Request) -> Stream:
        given: dict[str, Any] = {
            "url": asked.url,
            "method": asked.method,
            "headers": dict(asked.headers),
        }
        if asked.body is not None:
            given["body"] = json.dumps(asked.body)
            given["headers"]["content-type"] = "application/json"
        async with aclosing(self.listen(name, given)) as telling:
            async for told in telling:
                yield event(told)

    def _say(self, **told: Any) -> None:
        self._told.write(json.dumps(told).encode() + b"\n")


def event(told: dict[str, Any]) -> Event:
    """The event that was told.

    Raises:
        Refused: It is a refusal.
        Broke: The reader failed.
    """
    if "refused" in told:
        refused = told["refused"]
        raise Refused(refused["status"], read(refused["body"]), refused["headers"])
    if "broke" in told:
        raise Broke(told["broke"], told.get("code"))
    name, identity, data = told["event"]
    return Event(name, identity, read(data))


@asynccontextmanager
async def running_node() -> AsyncGenerator[Node]:
    """Node, until the block ends."""
    process = await asyncio.create_subprocess_exec(
        NODE,
        "--experimental-eventsource",
        "--no-warnings",
        "listen.mjs",
        cwd=CLIENTS,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=MOST_BYTES,
    )
    node = Node(process)
    passing = asyncio.create_task(node.pass_on())
    try:
        yield node
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
        await passing
