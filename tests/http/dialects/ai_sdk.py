"""The Vercel AI SDK's chat transport, in Node."""

from collections.abc import Sequence
from contextlib import aclosing
from typing import Any
from uuid import uuid4

from tests.http.chat.bench import QUESTION
from tests.http.dialects.client import Client, Room
from tests.http.dialects.heard import Event, Refused, Stream, read
from tests.http.dialects.node import event as event_of


class AiSdk(Client):
    """What `useChat` does, without its screen."""

    dialect = "AI SDK"

    def __init__(self, room: Room) -> None:
        super().__init__(room, room.person)
        self._chat = str(uuid4())
        self.messages: list[Any] = []
        self._sent_last: tuple[str, list[Any]] = ("", [])

    async def ask(self, question: str = QUESTION) -> Stream:
        parts = [{"type": "text", "text": question}]
        self.messages.append({"id": str(uuid4()), "role": "user", "parts": parts})
        self._sent_last = (str(uuid4()), list(self.messages))
        async with aclosing(self._sent("submit-message", *self._sent_last)) as events:
            async for event in events:
                yield event

    def back(self, heard: Sequence[Event]) -> Stream:
        del heard  # Their parts have no numbers: the answer comes from its beginning.
        return self._sent(None, "", [])

    def again(self) -> Stream:
        return self._sent("submit-message", *self._sent_last)

    def text(self, heard: Sequence[Event]) -> str:
        return "".join(event.data["delta"] for event in heard if event.name == "text-delta")

    def sources(self, heard: Sequence[Event]) -> list[str]:
        return [event.data["title"] for event in heard if event.name == "source-document"]

    async def history(self) -> list[tuple[str, str]]:
        return [(each["role"], text_of(each)) for each in self.messages]

    async def _sent(self, trigger: str | None, key: str, messages: list[Any]) -> Stream:
        given = {"Idempotency-Key": key} if key else {}
        asked = {
            "api": f"{self.room.url}/api/ai-sdk/projects/{self.room.project}/chat",
            "headers": {"Authorization": f"Bearer {self.token}", **given},
            "chatId": self._chat,
            "trigger": trigger,
            "messages": messages,
        }
        is_opened = False
        async with aclosing(self.room.node.listen("ai", asked)) as telling:
            async for told in telling:
                if "message" in told:
                    self.messages += [told["message"]] if told["message"] else []
                    continue
                if "broke" in told and not is_opened:
                    # Their transport raises what the server said, without its status.
                    raise Refused(None, read(told["broke"]))
                is_opened = True
                yield event_of(told)


def text_of(message: Any) -> str:
    """What stands in a message of theirs."""
    return "".join(part["text"] for part in message["parts"] if part["type"] == "text")
