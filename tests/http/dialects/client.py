"""What every dialect's client can do, and one answer as it is heard."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import ClassVar

from tests.http.chat.bench import QUESTION
from tests.http.customers.shop import Shop
from tests.http.dialects.heard import Event, Stream
from tests.http.dialects.node import Node


@dataclass
class Room:
    """Where clients ask.

    Attributes:
        shop: An integration, for the dialects of customers.
        person: The token of somebody who may ask in the project, for the others.
        node: Reads for those that are written in JavaScript.
    """

    shop: Shop
    person: str
    node: Node

    @property
    def url(self) -> str:
        """The server's."""
        return self.shop.url or self.shop.bench.site.url

    def through(self, url: str) -> "Room":
        """The same room, where the server is asked at another address."""
        return replace(self, shop=replace(self.shop, url=url))

    @property
    def project(self) -> str:
        """The id of the project."""
        return str(self.shop.bench.project)


class Client(ABC):
    """One client that speaks one dialect, in one chat.

    Attributes:
        dialect: The column of `runbooks/dialects.md`.
        token: Its credential.
        comes_back: Whether its questions have an `Idempotency-Key`, where that is the way back.
    """

    dialect: ClassVar[str]

    def __init__(self, room: Room, token: str) -> None:
        self.room = room
        self.token = token
        self.comes_back = True

    @abstractmethod
    def ask(self, question: str = QUESTION) -> Stream:
        """Ask in the chat.

        Raises:
            Refused: There is no stream.
            Broke: The client raised in mid-stream.
        """

    @abstractmethod
    def back(self, heard: Sequence[Event]) -> Stream:
        """Come back to the last answer, of which this was heard.

        Raises:
            Refused: There is nothing to come back to.
        """

    @abstractmethod
    def again(self) -> Stream:
        """Send the last question again, as it was sent: under its key, where it has one."""

    @abstractmethod
    def text(self, heard: Sequence[Event]) -> str:
        """The text of an answer."""

    @abstractmethod
    def sources(self, heard: Sequence[Event]) -> list[str]:
        """The documents that an answer is told to come from."""

    @abstractmethod
    async def history(self) -> list[tuple[str, str]]:
        """Who said what in the chat, as the client knows it."""


@dataclass
class Hearing:
    """An answer while it is heard."""

    client: Client
    stream: Stream
    heard: list[Event] = field(default_factory=list[Event])

    @property
    def text(self) -> str:
        """What was heard of it."""
        return self.client.text(self.heard)

    async def until(self, text: str) -> None:
        """Listen until this much of the text is there."""
        while len(self.text) < len(text):
            self.heard.append(await anext(self.stream))
        assert self.text == text

    async def to_the_end(self) -> list[Event]:
        """Listen on; everything that was heard."""
        async for event in self.stream:
            self.heard.append(event)
        return self.heard


@asynccontextmanager
async def hearing(client: Client, stream: Stream) -> AsyncGenerator[Hearing]:
    """Listen to an answer; the connection is cut where the block ends."""
    async with aclosing(stream):
        yield Hearing(client, stream)


async def whole(stream: Stream) -> list[Event]:
    """An answer to its end."""
    return [event async for event in stream]


async def asked(client: Client, question: str = QUESTION) -> list[Event]:
    """Ask, and listen to the end."""
    return await whole(client.ask(question))
