"""Query-string SSE and polling history (wire contract, section 7a)."""

from collections.abc import Sequence
from urllib.parse import urlencode
from uuid import uuid4

import httpx

from tests.http.chat.bench import QUESTION
from tests.http.dialects.client import Client, Room
from tests.http.dialects.heard import Event, Request, Stream
from tests.http.dialects.readers import Reader


class Lumika(Client):
    """What `EventSource` sends."""

    dialect = "7a Lumika"

    def __init__(self, room: Room, reader: Reader) -> None:
        super().__init__(room, room.shop.token)
        self._read = reader
        self.key = f"customer-{uuid4()}"
        self._question = ""

    def ask(self, question: str = QUESTION) -> Stream:
        self._question = question
        return self.again()

    def again(self) -> Stream:
        return self._sent({})

    def back(self, heard: Sequence[Event]) -> Stream:
        return self._sent({"Last-Event-ID": heard[-1].id})

    def text(self, heard: Sequence[Event]) -> str:
        return "".join(event.data["delta"] for event in heard if event.data["type"] == "partial")

    def sources(self, heard: Sequence[Event]) -> list[str]:
        return [
            citation["documentName"]
            for event in heard
            for citation in event.data.get("citations", ())
        ]

    async def history(self) -> list[tuple[str, str]]:
        query = urlencode({"integrationToken": self.token, "conversationId": self.key})
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(f"{self.room.url}/conversation/history?{query}")
        return [(each["actor"], each["body"]) for each in answer.json()["messages"]]

    def _sent(self, headers: dict[str, str]) -> Stream:
        query = {
            "integrationToken": self.token,
            "textContent": self._question,
            "conversationId": self.key,
        }
        url = f"{self.room.url}/conversation/sse?{urlencode(query)}"
        return self._read(Request("GET", url, headers))
