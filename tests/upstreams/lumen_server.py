"""The native dialect (wire contract, section 5) on loopback, for the client's bad days."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from app.ui.assets import STATIC
from app.ui.published import CLIENT
from tests.upstreams.http_server import Exchange, RawServer, Seen

MESSAGE = "0190a0b0-0000-7000-8000-000000000001"
EVENTS = [
    ("meta", {"conversationId": "c", "messageId": MESSAGE, "model": "m", "mode": "docs"}),
    ("status", {"stage": "searching"}),
    ("sources", {"chunks": []}),
    ("text", {"delta": "Zwölf 🗼 \u2028 litres"}),
    ("text", {"delta": " of oil."}),
    ("done", {"messageId": MESSAGE, "finishReason": "stop", "citations": []}),
]
CORS = {
    "access_control_allow_origin": "*",
    "access_control_allow_headers": "Authorization, Content-Type, Idempotency-Key, Last-Event-ID",
    "access_control_expose_headers": "X-Message-Id, Retry-After",
}


class LumenServer:
    """Answers each question with the same events.

    Attributes:
        cuts: After how many events the next connections are reset; without more, none is.
        refusals: What the next connections get instead: status and headers.
        hold: Whether a stream stays open behind its first event until it is stopped.
    """

    def __init__(self) -> None:
        self.url = ""
        self.cuts: list[int] = []
        self.refusals: list[tuple[int, dict[str, str]]] = []
        self.hold = False
        self.seen: list[Seen] = []
        self._stopped = asyncio.Event()
        self._client = (Path(STATIC) / CLIENT).read_bytes()

    async def handle(self, exchange: Exchange) -> None:
        """One request."""
        seen = exchange.seen
        if seen.path == "/client.js":
            await exchange.head(200, kind="text/javascript", access_control_allow_origin="*")
            await exchange.send(self._client)
        elif seen.method == "OPTIONS":
            await exchange.head(204, **CORS)
        elif seen.path.endswith("/stop"):
            self.seen.append(seen)
            self._stopped.set()
            await exchange.json(200, {"success": True}, **CORS)
        else:
            self.seen.append(seen)
            await self._answer(exchange)

    async def _answer(self, exchange: Exchange) -> None:
        if self.refusals:
            status, headers = self.refusals.pop(0)
            body = {"error": "said", "message": "No.", "requestId": "r"}
            await exchange.json(status, body, **CORS, **headers)
            return
        after = int(exchange.seen.headers.get("last-event-id", "0"))
        await exchange.head(200, kind="text/event-stream", x_message_id=MESSAGE, **CORS)
        cut = self.cuts.pop(0) if self.cuts else None
        for number, (kind, data) in enumerate(EVENTS, 1):
            if cut == number - 1:
                exchange.reset()
                return
            if number > after:
                text = f"id: {number}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"
                await exchange.send(text.encode())
            if self.hold and number == 1:
                await self._stopped.wait()


@asynccontextmanager
async def lumen_server() -> AsyncGenerator[LumenServer]:
    """The server, for as long as the block lasts."""
    served = LumenServer()
    async with RawServer(served.handle) as raw:
        served.url = f"http://127.0.0.1:{raw.port}"
        yield served
