"""Chat completions (wire contract, section 8), by OpenAI's own client."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import Any
from uuid import uuid4

import openai

from tests.http.chat.bench import QUESTION
from tests.http.dialects.client import Client, Room
from tests.http.dialects.heard import Broke, Event, Refused, Stream

MODEL = "house"


class OpenAI(Client):
    """The client keeps the messages, and sends them all with each question."""

    dialect = "OpenAI"

    def __init__(self, room: Room) -> None:
        super().__init__(room, room.shop.token)
        self.said: list[Any] = []
        self._asked: list[Any] = []
        self._key = ""

    async def ask(self, question: str = QUESTION) -> Stream:
        self._key = str(uuid4())
        self.said.append({"role": "user", "content": question})
        self._asked = list(self.said)
        heard: list[Event] = []
        async with aclosing(self._sent()) as events:
            async for event in events:
                heard.append(event)
                yield event
        self.said.append({"role": "assistant", "content": self.text(heard)})

    def back(self, heard: Sequence[Event]) -> Stream:
        del heard  # Their chunks have no numbers: the answer comes from its beginning.
        return self._sent()

    def text(self, heard: Sequence[Event]) -> str:
        choices = [choice for event in heard for choice in event.data["choices"]]
        return "".join(choice["delta"].get("content") or "" for choice in choices)

    def sources(self, heard: Sequence[Event]) -> list[str]:
        return [
            source["documentName"] for event in heard for source in event.data.get("sources", ())
        ]

    async def history(self) -> list[tuple[str, str]]:
        return [(each["role"], each["content"]) for each in self.said]

    async def _sent(self) -> Stream:
        async with openai.AsyncOpenAI(
            base_url=f"{self.room.url}/v1", api_key=self.token, max_retries=0
        ) as client:
            try:
                stream = await client.chat.completions.create(
                    model=MODEL,
                    messages=self._asked,
                    stream=True,
                    stream_options={"include_usage": True},
                    user="ann",
                    extra_headers={"Idempotency-Key": self._key} if self.comes_back else {},
                )
            except openai.APIStatusError as refused:
                response = refused.response
                raise Refused(refused.status_code, refused.body, response.headers) from refused
            async with stream:
                try:
                    async for chunk in stream:
                        yield Event(chunk.object, "", chunk.to_dict())
                except openai.APIError as broke:
                    raise Broke(broke.message, broke.code) from broke
