"""The models process: one model a host, served to all other processes over a Unix socket."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from providers.contract import Embedder
from providers.errors import EmbedderFailed
from providers.local.embedder import open_embedder
from providers.local.frames import (
    Ask,
    Forget,
    FrameRefused,
    Hello,
    Reply,
    encode,
    receive,
)

WAITING: Final = 32
"""Requests of one connection in hand; a client that sends more is read no further."""
_SLOW: Final = 30.0
"""Seconds; a client that does not take its answers for so long is let go."""


class ModelServer:
    """Serves an embedder to the connections of this host's other processes."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._connections: set[asyncio.Task[None]] = set()

    async def serve(self, path: Path, *, ready: Callable[[], None] | None = None) -> None:
        """Listen at `path` (mode 0600) until cancelled.

        Raises:
            OSError: The socket cannot be made.
        """
        listener = _listen(path)
        server = await asyncio.start_unix_server(self._accept, sock=listener)
        try:
            if ready is not None:
                ready()
            await server.serve_forever()
        finally:
            server.close()
            for task in self._connections:
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._connections.add(task)
        connection = _Connection(self._embedder, writer)
        try:
            await connection.talk(reader)
        except (OSError, asyncio.IncompleteReadError, FrameRefused, TimeoutError):
            pass
        except asyncio.CancelledError:
            # The server ends; the streams machinery would report the cancelled callback.
            pass
        finally:
            connection.drop()
            self._connections.discard(task)


class _Connection:
    """One client: its requests run side by side, its replies go out whole."""

    def __init__(self, embedder: Embedder, writer: asyncio.StreamWriter) -> None:
        self._embedder = embedder
        self._writer = writer
        self._room = asyncio.Semaphore(WAITING)
        self._sending = asyncio.Lock()
        self._asked: dict[int, asyncio.Task[None]] = {}

    async def talk(self, reader: asyncio.StreamReader) -> None:
        """Read requests until the client leaves.

        Raises:
            FrameRefused: The client says something else.
        """
        mine = self._embedder
        await self._send(encode(Hello(mine.name, mine.dimensions, mine.max_tokens)))
        while True:
            header, _ = await receive(reader)
            if isinstance(header, Forget):
                if (task := self._asked.get(header.number)) is not None:
                    task.cancel()
            elif isinstance(header, Ask):
                await self._room.acquire()
                task = asyncio.create_task(self._answer(header))
                self._asked[header.number] = task
                task.add_done_callback(lambda _, number=header.number: self._release(number))
            else:
                raise FrameRefused

    def _release(self, number: int) -> None:
        self._asked.pop(number, None)
        self._room.release()

    async def _answer(self, ask: Ask) -> None:
        try:
            if ask.kind == "query":
                vectors = await self._embedder.embed_query(ask.texts[0] if ask.texts else "")
            else:
                vectors = await self._embedder.embed_passages(ask.texts)
            rows, columns = vectors.shape
            frame = encode(Reply(ask.number, rows, columns), vectors)
        except EmbedderFailed as error:
            frame = encode(Reply(ask.number, error=error.detail))
        with suppress(OSError, TimeoutError):
            await self._send(frame)

    async def _send(self, frame: bytes) -> None:
        async with self._sending:
            self._writer.write(frame)
            try:
                async with asyncio.timeout(_SLOW):
                    await self._writer.drain()
            except TimeoutError:
                self._writer.transport.abort()
                raise

    def drop(self) -> None:
        """Close, and stop what the client asked for."""
        for task in list(self._asked.values()):
            task.cancel()
        self._writer.close()


def _listen(path: Path) -> socket.socket:
    """Bind with mode 0600 before anybody can connect, replacing a dead server's socket.

    Raises:
        OSError: The socket cannot be made.
    """
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(draft))
        draft.chmod(0o600)
        listener.listen(128)
        listener.setblocking(False)  # noqa: FBT003  # The socket module's own signature.
        draft.rename(path)
    except OSError:
        listener.close()
        raise
    return listener


async def serve_models(
    path: Path, model: str | None, cache_dir: Path, *, ready: Callable[[], None] | None = None
) -> None:
    """Load the model, warm it up, and serve it at `path` until cancelled.

    Args:
        path: Of the Unix socket; its folder must exist and be this user's own.
        model: A folder, a name in the Hugging Face cache, or None for the bundled MiniLM.
        cache_dir: Where converted models are kept.
        ready: Called once requests are answered.

    Raises:
        EmbedderFailed: The model cannot be loaded.
        OSError: The socket cannot be made.
    """
    embedder = await asyncio.to_thread(open_embedder, model, cache_dir)
    try:
        await embedder.embed_query("warm")
        await ModelServer(embedder).serve(path, ready=ready)
    finally:
        embedder.close()
