"""The models process: one model a host, served to all other processes over a Unix socket."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final, TypeAlias

from providers.contract import Embedder, Vectors
from providers.errors import EmbedderFailed
from providers.local.embedder import LocalEmbedder, open_embedder
from providers.local.frames import (
    Ask,
    Forget,
    FrameRefused,
    Hello,
    Reply,
    Want,
    encode,
    receive,
)
from providers.prompts import OWN, Prompts

WAITING: Final = 32
"""Requests of one connection in hand; a client that sends more is read no further."""
_SLOW: Final = 30.0
"""Seconds; a client that does not take its answers for so long is let go."""


Load: TypeAlias = Callable[[Want], LocalEmbedder]
"""Opens a model; blocks."""


def _none(want: Want) -> LocalEmbedder:
    raise EmbedderFailed(f"the models process serves no other model, and not {want.model!r}")


class OtherModels:
    """Models beside the one that is set, each in memory for as long as a connection wants it.

    Args:
        load: Opens a model.
    """

    def __init__(self, load: Load) -> None:
        self._load = load
        self._loaded: dict[Want, LocalEmbedder] = {}
        self._wanted: Counter[Want] = Counter()
        self._loading = asyncio.Lock()

    @asynccontextmanager
    async def lend(self, want: Want) -> AsyncGenerator[Embedder]:
        """Give a model while the block lasts.

        Raises:
            EmbedderFailed: It cannot be loaded.
        """
        self._wanted[want] += 1
        try:
            async with self._loading:
                if want not in self._loaded:
                    self._loaded[want] = await asyncio.to_thread(self._load, want)
            yield self._loaded[want]
        finally:
            self._wanted[want] -= 1
            if not self._wanted[want] and (unused := self._loaded.pop(want, None)) is not None:
                await asyncio.to_thread(unused.close)


class ModelServer:
    """Serves an embedder to the connections of this host's other processes.

    Args:
        embedder: What a connection gets that wants no other; None for nothing.
        others: What connections may want.
    """

    def __init__(self, embedder: Embedder | None, others: OtherModels | None = None) -> None:
        self._embedder = embedder
        self._others = others or OtherModels(_none)
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
        connection = _Connection(self._embedder, self._others, writer)
        try:
            async with connection:
                await connection.talk(reader)
        except (OSError, asyncio.IncompleteReadError, FrameRefused, TimeoutError):
            pass
        except asyncio.CancelledError:
            # The server ends; the streams machinery would report the cancelled callback.
            pass
        finally:
            self._connections.discard(task)


class _Connection:
    """One client: its requests run side by side, its replies go out whole."""

    def __init__(
        self,
        embedder: Embedder | None,
        others: OtherModels,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._embedder = embedder
        self._others = others
        self._lent = AsyncExitStack()
        self._writer = writer
        self._room = asyncio.Semaphore(WAITING)
        self._sending = asyncio.Lock()
        self._asked: dict[int, asyncio.Task[None]] = {}

    async def talk(self, reader: asyncio.StreamReader) -> None:
        """Read requests until the client leaves.

        Raises:
            FrameRefused: The client says something else.
        """
        await self._send(encode(_greeting(self._embedder)))
        while True:
            header, _ = await receive(reader)
            if isinstance(header, Forget):
                if (task := self._asked.get(header.number)) is not None:
                    task.cancel()
            elif isinstance(header, Want):
                await self._change(header)
            elif isinstance(header, Ask):
                await self._room.acquire()
                task = asyncio.create_task(self._answer(header))
                self._asked[header.number] = task
                task.add_done_callback(lambda _, number=header.number: self._release(number))
            else:
                raise FrameRefused

    async def _change(self, want: Want) -> None:
        """Go over to another model."""
        try:
            self._embedder = await self._lent.enter_async_context(self._others.lend(want))
        except EmbedderFailed as error:
            await self._send(encode(Reply(0, error=error.detail)))
        else:
            await self._send(encode(_greeting(self._embedder)))

    def _release(self, number: int) -> None:
        self._asked.pop(number, None)
        self._room.release()

    async def _answer(self, ask: Ask) -> None:
        try:
            vectors = await self._embed(ask)
            rows, columns = vectors.shape
            frame = encode(Reply(ask.number, rows, columns), vectors)
        except EmbedderFailed as error:
            frame = encode(Reply(ask.number, error=error.detail))
        with suppress(OSError, TimeoutError):
            await self._send(frame)

    async def _embed(self, ask: Ask) -> Vectors:
        if self._embedder is None:
            raise EmbedderFailed("the models process serves no model of its own")
        if ask.kind == "query":
            return await self._embedder.embed_query(ask.texts[0] if ask.texts else "")
        return await self._embedder.embed_passages(ask.texts)

    async def _send(self, frame: bytes) -> None:
        async with self._sending:
            self._writer.write(frame)
            try:
                async with asyncio.timeout(_SLOW):
                    await self._writer.drain()
            except TimeoutError:
                self._writer.transport.abort()
                raise

    async def __aenter__(self) -> None:
        """Begin."""

    async def __aexit__(self, *_: object) -> None:
        """Close, stop what the client asked for, and give back the model that it wanted."""
        for task in list(self._asked.values()):
            task.cancel()
        self._writer.close()
        await asyncio.shield(self._lent.aclose())


def _prompts(want: Want) -> Prompts:
    return Prompts(want.query_prompt, want.passage_prompt)


def _greeting(model: Embedder | None) -> Hello:
    if model is None:
        return Hello("", 0, 0)
    return Hello(model.name, model.dimensions, model.max_tokens)


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
    path: Path,
    model: str | None,
    cache_dir: Path,
    *,
    prompts: Prompts = OWN,
    loads: bool = True,
    ready: Callable[[], None] | None = None,
) -> None:
    """Load the model, warm it up, and serve it at `path` until cancelled.

    Other models are loaded when a connection wants one: while a new one takes over, the old one
    still embeds questions.

    Args:
        path: Of the Unix socket; its folder must exist and be this user's own.
        model: A folder, a name in the Hugging Face cache, or None for the bundled MiniLM.
        cache_dir: Where converted models are kept.
        prompts: What it puts before texts.
        loads: False to load none but those that are wanted: an endpoint embeds.
        ready: Called once requests are answered.

    Raises:
        EmbedderFailed: The model cannot be loaded.
        OSError: The socket cannot be made.
    """
    others = OtherModels(lambda want: open_embedder(want.model, cache_dir, _prompts(want)))
    if not loads:
        await ModelServer(None, others).serve(path, ready=ready)
        return
    embedder = await asyncio.to_thread(open_embedder, model, cache_dir, prompts)
    try:
        await embedder.embed_query("warm")
        await ModelServer(embedder, others).serve(path, ready=ready)
    finally:
        embedder.close()
