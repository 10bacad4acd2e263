"""Lumen's own dialect (wire contract, section 5)."""

from collections.abc import Sequence
from contextlib import aclosing
from uuid import uuid4

import httpx

from tests.http.chat.bench import QUESTION
from tests.http.dialects.client import Client, Room
from tests.http.dialects.heard import Event, Request, Stream
from tests.http.dialects.readers import Reader


class Native(Client):
    """A person's client of server-sent events."""

    dialect = "native"

    def __init__(self, room: Room, reader: Reader) -> None:
        super().__init__(room, room.person)
        self._read = reader
        self._conversation: str | None = None
        self._message = ""
        self._asked: Request | None = None

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def ask(self, question: str = QUESTION) -> Stream:
        body = {"message": question, "conversationId": self._conversation}
        headers = {**self._headers, "Idempotency-Key": str(uuid4())}
        url = f"{self.room.url}/chat/projects/{self.room.project}"
        self._asked = Request("POST", url, headers, body)
        async with aclosing(self.again()) as events:
            async for event in events:
                if event.name == "meta":
                    self._conversation = event.data["conversationId"]
                    self._message = event.data["messageId"]
                yield event

    def again(self) -> Stream:
        assert self._asked is not None
        return self._read(self._asked)

    def back(self, heard: Sequence[Event]) -> Stream:
        headers = {**self._headers, "Last-Event-ID": heard[-1].id}
        url = f"{self.room.url}/chat/messages/{self._message}/stream"
        return self._read(Request("GET", url, headers))

    def text(self, heard: Sequence[Event]) -> str:
        return "".join(event.data["delta"] for event in heard if event.name == "text")

    def sources(self, heard: Sequence[Event]) -> list[str]:
        return [
            chunk["documentName"]
            for event in heard
            if event.name == "sources"
            for chunk in event.data["chunks"]
        ]

    async def history(self) -> list[tuple[str, str]]:
        async with httpx.AsyncClient(headers=self._headers, trust_env=False) as client:
            url = f"{self.room.url}/chat/conversations/{self._conversation}"
            kept = (await client.get(url)).json()["conversation"]["messages"]
        return [(each["role"], each["content"]) for each in kept]
