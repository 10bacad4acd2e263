"""Chat completions (wire contract, section 8), by OpenAI's own clients."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import openai

from tests.http.chat.bench import QUESTION
from tests.http.dialects.client import Client, Room
from tests.http.dialects.heard import Broke, Event, Refused, Stream
from tests.http.dialects.node import Node
from tests.http.dialects.node import event as event_of

MODEL = "house"


@dataclass(frozen=True)
class Call:
    """What their clients are given.

    Attributes:
        url: The base URL.
        token: The API key.
        headers: More of them.
        body: The parameters.
    """

    url: str
    token: str
    headers: dict[str, str]
    body: dict[str, Any]


class OpenAI(Client):
    """The client keeps the messages, and sends them all with each question."""

    dialect = "OpenAI"

    def __init__(self, room: Room, call: Callable[[Call], Stream]) -> None:
        super().__init__(room, room.shop.token)
        self._call = call
        self._said: list[Any] = []
        self._asked: list[Any] = []
        self._key = ""

    async def ask(self, question: str = QUESTION) -> Stream:
        self._key = str(uuid4())
        self._said.append({"role": "user", "content": question})
        self._asked = list(self._said)
        heard: list[Event] = []
        async with aclosing(self.again()) as events:
            async for event in events:
                heard.append(event)
                yield event
        self._said.append({"role": "assistant", "content": self.text(heard)})

    def back(self, heard: Sequence[Event]) -> Stream:
        del heard  # Their chunks have no numbers: the answer comes from its beginning.
        return self.again()

    def again(self) -> Stream:
        body = {
            "model": MODEL,
            "messages": self._asked,
            "stream": True,
            "stream_options": {"include_usage": True},
            "user": "ann",
        }
        headers = {"Idempotency-Key": self._key} if self.comes_back else {}
        return self._call(Call(f"{self.room.url}/v1", self.token, headers, body))

    def text(self, heard: Sequence[Event]) -> str:
        choices = [choice for event in heard for choice in event.data["choices"]]
        return "".join(choice["delta"].get("content") or "" for choice in choices)

    def sources(self, heard: Sequence[Event]) -> list[str]:
        return [
            source["documentName"] for event in heard for source in event.data.get("sources", ())
        ]

    async def history(self) -> list[tuple[str, str]]:
        return [(each["role"], each["content"]) for each in self._said]


async def in_python(call: Call) -> Stream:
    """By the client for Python."""
    async with openai.AsyncOpenAI(
        base_url=call.url, api_key=call.token, default_headers=call.headers, max_retries=0
    ) as client:
        try:
            stream = await client.chat.completions.create(**call.body)
        except openai.APIStatusError as refused:
            headers = refused.response.headers
            raise Refused(refused.status_code, refused.body, headers) from refused
        async with stream:
            try:
                async for chunk in stream:
                    yield Event(chunk.object, "", chunk.to_dict())
            except openai.APIError as broke:
                raise Broke(broke.message, broke.code) from broke
            except httpx2.TransportError as broke:
                raise Broke(str(broke)) from broke


def in_node(node: Node) -> Callable[[Call], Stream]:
    """By the client for JavaScript."""

    async def read(call: Call) -> AsyncGenerator[Event]:
        asked = {
            "baseURL": call.url,
            "apiKey": call.token,
            "headers": call.headers,
            "body": call.body,
        }
        async with aclosing(node.listen("openai", asked)) as telling:
            async for told in telling:
                yield event_of(told)

    return read
