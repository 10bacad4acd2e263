"""An `Embedder` whose model lives in the models process."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final, Literal, Self

import numpy as np

from providers.contract import Vectors
from providers.errors import EmbedderFailed
from providers.local.frames import (
    Ask,
    Forget,
    FrameRefused,
    Hello,
    Reply,
    Want,
    encode,
    receive,
    vectors_of,
)
from providers.local.queue import checked

PATIENCE: Final = 20.0
"""Seconds during which a models process may come back; its restart takes 2 to 5."""
_PAUSE: Final = 0.1
_GREETING: Final = 5.0
"""Seconds until the server's first word."""
_LOADING: Final = 60.0
"""Seconds until a model that another was wanted for is there; its conversion takes the most."""
_JOBS: Final = 8
"""Passage requests on the way at once: fewer than the server reads, so that a question passes."""
_SLICE: Final = 256
"""Passages a frame: progress survives a restart, and no frame comes near its limit."""

_BROKEN: Final = (OSError, asyncio.IncompleteReadError, FrameRefused)
"""A time-out is an OSError too."""


class SocketEmbedder:
    """Talks to the models process over one connection that many requests share.

    Made by `connect`. When the process is restarted, what was asked is asked again.
    """

    def __init__(
        self, path: Path, hello: Hello, *, patience: float, want: Want | None = None
    ) -> None:
        self._path = path
        self._hello = hello
        self._want = want
        self._patience = patience
        self._link: _Link | None = None
        self._linking = asyncio.Lock()
        self._jobs = asyncio.Semaphore(_JOBS)

    @classmethod
    async def connect(
        cls, path: Path, *, patience: float = PATIENCE, want: Want | None = None
    ) -> Self:
        """Connect, waiting up to `patience` seconds for the models process.

        Args:
            path: Of its socket.
            patience: Seconds, here and whenever the process is away.
            want: Another model than the one that is set.

        Raises:
            EmbedderFailed: Nobody answers at `path`, or the model can't be loaded.
        """
        until = asyncio.get_running_loop().time() + patience
        while True:
            try:
                link = await _Link.open(path, want)
            except _BROKEN as error:
                if asyncio.get_running_loop().time() > until:
                    raise EmbedderFailed("the models process does not answer") from error
                await asyncio.sleep(_PAUSE)
                continue
            self = cls(path, link.hello, patience=patience, want=want)
            self._link = link
            return self

    @property
    def name(self) -> str:
        """As the models process names its vector space."""
        return self._hello.name

    @property
    def dimensions(self) -> int:
        """Length of one vector."""
        return self._hello.dimensions

    @property
    def max_tokens(self) -> int:
        """The window."""
        return self._hello.max_tokens

    async def embed_query(self, text: str) -> Vectors:
        """Embed one question; shape (1, dimensions).

        Raises:
            EmbedderFailed: The model failed, or stayed away for too long.
        """
        return await self._ask("query", [text])

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages; shape (len(texts), dimensions), in the order given.

        Raises:
            EmbedderFailed: The model failed, or stayed away for too long.
        """
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), _SLICE):
            rows = slice(start, start + _SLICE)
            async with self._jobs:
                vectors[rows] = await self._ask("passage", list(texts[rows]))
        return vectors

    async def _ask(self, kind: Literal["query", "passage"], texts: list[str]) -> Vectors:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience
        while True:
            try:
                link = await self._linked()
                vectors = await link.ask(kind, texts)
                return checked(vectors, rows=len(texts), dimensions=self.dimensions)
            except _BROKEN as error:
                if loop.time() > until:
                    raise EmbedderFailed("the models process does not answer") from error
                await asyncio.sleep(_PAUSE)

    async def _linked(self) -> "_Link":
        async with self._linking:
            if self._link is None or self._link.is_closed:
                link = await _Link.open(self._path, self._want)
                if link.hello != self._hello:
                    await link.aclose()
                    raise EmbedderFailed("the models process now serves another model")
                self._link = link
            return self._link

    async def aclose(self) -> None:
        """Close the connection."""
        if self._link is not None:
            await self._link.aclose()


async def _greeting(reader: asyncio.StreamReader) -> Hello:
    header, _ = await receive(reader)
    if isinstance(header, Reply) and header.error is not None:
        raise EmbedderFailed(header.error)
    if not isinstance(header, Hello):
        raise FrameRefused
    return header


class _Link:
    """One connection: requests go out as they come, replies find their request by number."""

    def __init__(
        self, hello: Hello, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.hello = hello
        self._reader = reader
        self._writer = writer
        self._numbers = count()
        self._sending = asyncio.Lock()
        self._waiting: dict[int, asyncio.Future[Vectors]] = {}
        self._reading = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, path: Path, want: Want | None = None) -> "_Link":
        reader, writer = await asyncio.open_unix_connection(str(path))
        try:
            hello = await asyncio.wait_for(_greeting(reader), _GREETING)
            if want is not None:
                writer.write(encode(want))
                hello = await asyncio.wait_for(_greeting(reader), _LOADING)
        except BaseException:
            writer.close()
            raise
        return cls(hello, reader, writer)

    @property
    def is_closed(self) -> bool:
        return self._reading.done()

    async def ask(self, kind: Literal["query", "passage"], texts: list[str]) -> Vectors:
        number = next(self._numbers)
        if self.is_closed:
            raise ConnectionResetError
        future: asyncio.Future[Vectors] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        try:
            await self._send(encode(Ask(number, kind, texts)))
            return await future
        except asyncio.CancelledError:
            if not self.is_closed:
                self._writer.write(encode(Forget(number)))
            raise
        finally:
            self._waiting.pop(number, None)

    async def _send(self, frame: bytes) -> None:
        async with self._sending:
            self._writer.write(frame)
            await self._writer.drain()

    async def _read(self) -> None:
        failure: Exception = ConnectionResetError()
        try:
            while True:
                self._take(*await receive(self._reader))
        except _BROKEN as error:
            failure = error
        finally:
            self._writer.close()
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(failure)

    def _take(self, header: object, body: bytes) -> None:
        if not isinstance(header, Reply):
            raise FrameRefused
        future = self._waiting.get(header.number)
        if future is None or future.done():
            return
        if header.error is not None:
            future.set_exception(EmbedderFailed(header.error))
        else:
            future.set_result(vectors_of(header, body))

    async def aclose(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()
