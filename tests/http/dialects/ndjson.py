"""Lines of JSON (wire contract, section 7c)."""

from collections.abc import Sequence
from uuid import uuid4

from tests.http.chat.bench import QUESTION
from tests.http.dialects.client import Client, Room
from tests.http.dialects.heard import Event, Request, Stream
from tests.http.dialects.readers import Reader


class Ndjson(Client):
    """What Open Chat Widget sends."""

    dialect = "7c NDJSON"

    def __init__(self, room: Room, reader: Reader) -> None:
        super().__init__(room, room.shop.token)
        self._read = reader
        self._session = f"session:{uuid4()}"
        self._question = ""
        self._key = ""

    def ask(self, question: str = QUESTION) -> Stream:
        self._question, self._key = question, str(uuid4())
        return self.again()

    def back(self, heard: Sequence[Event]) -> Stream:
        del heard  # Lines have no numbers: the answer comes from its beginning.
        return self.again()

    def again(self) -> Stream:
        headers = {"x-api-key": self.token, "Idempotency-Key": self._key}
        body = {"sessionId": self._session, "message": self._question}
        return self._read(Request("POST", f"{self.room.url}/v1/chat/stream", headers, body))

    def text(self, heard: Sequence[Event]) -> str:
        return "".join(event.data["token"] for event in heard if event.data["type"] == "token")

    def sources(self, heard: Sequence[Event]) -> list[str]:
        known = {"type", "token", "message", "conversationId", "error"}
        assert not {name for event in heard for name in event.data} - known
        return []

    async def history(self) -> list[tuple[str, str]]:
        # No call of this dialect shows it; the token's other dialect does, by the same key.
        kept = await self.room.shop.history(self._session)
        return [(each["actor"], each["body"]) for each in kept["messages"]]
