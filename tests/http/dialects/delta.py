"""Deltas and `[DONE]` (wire contract, section 7d)."""

from collections.abc import Sequence
from contextlib import aclosing
from uuid import uuid4

import httpx

from tests.http.chat.bench import QUESTION
from tests.http.dialects.client import Client, Room
from tests.http.dialects.heard import Event, Refused, Request, Stream
from tests.http.dialects.readers import Reader

DONE = "[DONE]"


class Delta(Client):
    """What a back end of Lexey's sends."""

    dialect = "7d delta"

    def __init__(self, room: Room, reader: Reader) -> None:
        super().__init__(room, room.shop.token)
        self._read = reader
        self._conversation: str | None = None
        self._question = ""
        self._key = ""

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def _url(self) -> str:
        return f"{self.room.url}/api/v1/customer/conversations"

    async def ask(self, question: str = QUESTION) -> Stream:
        self._question, self._key = question, str(uuid4())
        if self._conversation is None:
            async with httpx.AsyncClient(headers=self._headers, trust_env=False) as client:
                begun = await client.post(self._url)
            if begun.status_code != 201:
                raise Refused(begun.status_code, begun.json(), begun.headers)
            self._conversation = begun.json()["conversationId"]
        async with aclosing(self.again()) as events:
            async for event in events:
                yield event

    def back(self, heard: Sequence[Event]) -> Stream:
        return self._sent({"Last-Event-ID": heard[-1].id})

    def again(self) -> Stream:
        return self._sent({})

    def text(self, heard: Sequence[Event]) -> str:
        said = [event.data for event in heard if event.data != DONE]
        return "".join(each["text"] for each in said if each["type"] == "delta")

    def sources(self, heard: Sequence[Event]) -> list[str]:
        said = [event.data for event in heard if event.data != DONE]
        assert not {name for each in said for name in each} - {"type", "text", "status", "message"}
        return []

    async def history(self) -> list[tuple[str, str]]:
        async with httpx.AsyncClient(headers=self._headers, trust_env=False) as client:
            answer = await client.get(f"{self._url}/{self._conversation}/messages")
        return [(each["role"], each["content"]) for each in answer.json()["messages"]]

    def _sent(self, headers: dict[str, str]) -> Stream:
        given = {**self._headers, "Idempotency-Key": self._key, **headers}
        url = f"{self._url}/{self._conversation}/messages"
        return self._read(Request("POST", url, given, {"message": self._question}))
