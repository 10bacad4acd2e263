"""The query-string dialect (wire contract, section 7a) on loopback, as scripted by a test.

It serves the widget too, so that a page meets both under one address, as it does at a real server.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from uuid_utils.compat import uuid7

from app.ui.assets import load_assets
from app.ui.published import widget_of
from tests.upstreams.http_server import Exchange, RawServer


def message(actor: str, body: str) -> dict[str, Any]:
    """A message as the history lists it."""
    at = "2026-11-21T16:00:00.000Z"
    return {"id": str(uuid7()), "actor": actor, "type": "message", "body": body, "createdAt": at}


@dataclass
class Script:
    """What the server does next.

    Attributes:
        pieces: The deltas of an answer.
        citations: Those of its end.
        gate: Held before the second half of an answer while it is cleared.
        status: Of every answer to come, where it is not 200.
        headers: Of such an answer, besides.
        readable: Whether a refusal names the page's origin, so that its script may read it.
        cut: Whether the next stream is cut in its middle.
        notice: Said at once where people answer in place of the assistant.
        dropped: Whether the next question is taken, and its connection reset without a word.
        packet: In how many bytes a stream is sent.
        messages: By conversation.
        asked: The questions, in order.
        stops: The answers that were to be stopped.
        refuses_stops: Whether the next of them is refused.
    """

    pieces: list[str] = field(default_factory=lambda: ["The lamp ", "burned **oil**."])
    citations: list[dict[str, Any]] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    readable: bool = True
    cut: bool = False
    dropped: bool = False
    notice: str | None = None
    packet: int = 1 << 16
    messages: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    refuses_stops: bool = False


class LumikaServer:
    """Answers by its script.

    Attributes:
        script: May be changed at any time.
        url: Where it listens.
        seen: The paths that were asked for, with their queries.
    """

    def __init__(self) -> None:
        self.script = Script()
        self.script.gate.set()
        self.url = ""
        self.seen: list[str] = []
        self._file = widget_of(load_assets())
        self._streams: dict[str, bytes] = {}
        self._stops: dict[str, asyncio.Event] = {}

    async def handle(self, exchange: Exchange) -> None:
        """One request."""
        parts = urlsplit(exchange.seen.path)
        self.seen.append(exchange.seen.path)
        if parts.path == "/widget.js":
            headers = {"cross_origin_resource_policy": "cross-origin"}
            await exchange.head(200, kind="text/javascript", **headers)
            await exchange.send(self._file)
            return
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        origin = exchange.seen.headers.get("origin", "*")
        cors = {
            "access_control_allow_origin": origin,
            "access_control_expose_headers": "Retry-After",
            "access_control_allow_headers": "Last-Event-ID",
        }
        script = self.script
        if exchange.seen.method == "OPTIONS":
            await exchange.head(204, **cors)
        elif script.status != 200:
            given = {**script.headers, **(cors if script.readable else {})}
            await exchange.json(script.status, {"error": "said", "message": "No."}, **given)
        elif parts.path == "/conversation/history":
            await self._history(exchange, query, cors)
        elif parts.path == "/conversation/stop":
            await self._stop(exchange, query, cors)
        else:
            await self._answer(exchange, query, cors)

    async def _history(
        self, exchange: Exchange, query: dict[str, str], cors: dict[str, str]
    ) -> None:
        key = query["conversationId"]
        known = self.script.messages.get(key, [])
        ids = [each["id"] for each in known]
        after = query.get("afterId")
        start = ids.index(after) + 1 if after in ids else 0
        found = known[start : start + int(query.get("limit", "100"))]
        if query.get("citations") != "true":
            found = [{**each} for each in found]
            for each in found:
                each.pop("citations", None)
        last = found[-1]["id"] if found else None
        body = {"conversationId": key, "messages": found, "lastMessageId": last}
        await exchange.json(200, body, **cors)

    async def _answer(
        self, exchange: Exchange, query: dict[str, str], cors: dict[str, str]
    ) -> None:
        script = self.script
        held = exchange.seen.headers.get("last-event-id")
        if held:
            await self._resume(exchange, held, cors)
            return
        key = query["conversationId"]
        script.asked.append(query["textContent"])
        thread = script.messages.setdefault(key, [])
        question = message("customer", query["textContent"])
        thread.append(question)
        answer, events = self._written(key, question)
        stream = _encoded(answer["id"], events)
        self._streams[answer["id"]] = stream
        if script.dropped:
            script.dropped = False
            thread.append(answer)
            exchange.reset()
            return
        await exchange.head(200, kind="text/event-stream", **cors)
        half = len(_encoded(answer["id"], events[: len(events) // 2]))
        await self._send(exchange, stream[:half])
        if await self._is_stopped(answer["id"]):
            said = "".join(event.get("delta", "") for event in events[: len(events) // 2])
            answer |= {"body": said, "stopped": True}
            final = {**events[-1], **answer, "type": "final"}
            stream = stream[:half] + _encoded(answer["id"], [final])
        if script.notice is None:
            thread.append(answer)
        if script.cut:
            script.cut = False
            exchange.reset()
            return
        await self._send(exchange, stream[half:])

    async def _is_stopped(self, message_id: str) -> bool:
        """Wait at the gate, or until a stop is asked for."""
        stop = self._stops[message_id] = asyncio.Event()
        waiting = [asyncio.create_task(each.wait()) for each in (self.script.gate, stop)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
        return stop.is_set()

    async def _stop(self, exchange: Exchange, query: dict[str, str], cors: dict[str, str]) -> None:
        script = self.script
        if exchange.seen.method != "POST" or script.refuses_stops:
            script.refuses_stops = False
            await exchange.json(503, {"error": "said", "message": "No."}, **cors)
            return
        script.stops.append(query["messageId"])
        self._stops[query["messageId"]].set()
        await exchange.json(200, {"success": True}, **cors)

    def _written(
        self, key: str, question: dict[str, Any]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The answer as it will be kept, and its events."""
        notice = self.script.notice
        said = self.script.pieces if notice is None else []
        answer = message("assistant", notice or "".join(said))
        if notice is not None:
            # The notice is in no history, and its id is of another kind.
            answer["id"] = str(uuid4())
        began = question["id"] if notice is not None else answer["id"]
        if notice is None:
            answer["citations"] = self.script.citations
        return answer, [
            {"type": "start", "conversationId": key, "messageId": began},
            *({"type": "partial", "delta": piece} for piece in said),
            {"citations": [], **answer, "type": "final", "conversationId": key},
        ]

    async def _resume(self, exchange: Exchange, held: str, cors: dict[str, str]) -> None:
        message_id, _, number = held.partition(".")
        events = self._streams[message_id].split(b"\n\n")
        await exchange.head(200, kind="text/event-stream", **cors)
        await exchange.send(b"\n\n".join(events[int(number) :]))

    async def _send(self, exchange: Exchange, data: bytes) -> None:
        for at in range(0, len(data), self.script.packet):
            await exchange.send(data[at : at + self.script.packet])
            if self.script.packet < 64:
                await asyncio.sleep(0)


def _encoded(message_id: str, events: list[dict[str, Any]]) -> bytes:
    return b"".join(
        f"id: {message_id}.{number}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
        for number, event in enumerate(events, 1)
    )


@asynccontextmanager
async def lumika_server() -> AsyncGenerator[LumikaServer]:
    """The server, for as long as the block lasts."""
    served = LumikaServer()
    async with RawServer(served.handle) as raw:
        served.url = f"http://127.0.0.1:{raw.port}"
        yield served


def fresh_token() -> str:
    """A token of the test's own, so that no other's conversation is met."""
    return f"lumen_int_{uuid4().hex}"
