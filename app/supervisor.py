"""One parent for the processes of a host: starts them, restarts what dies, ends all together.

supervisor ─┬─ postgres (embedded set-up only)
            ├─ models    the embedding model, once a host, on a Unix socket
            ├─ web × n   share one listening socket that the supervisor holds: while one restarts,
            │            connections wait instead of being refused
            └─ worker × n
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

from app.db.embedded import EmbeddedPostgres
from app.db.errors import DatabaseError

_log = logging.getLogger(__name__)

BACKLOG = 2048  # Connections that wait while a web process restarts.
GRACE_S = 3.0  # Everything ends within 5 s: children in 3, Postgres in the rest.
POSTGRES_CHECK_S = 1.0
LONGEST_PAUSE_S = 10.0
STEADY_S = 30.0  # A child that lived that long starts its pauses anew.


@dataclass
class Child:
    """A process that is to be there.

    Attributes:
        name: For logs.
        command: The program and its arguments; `--lifeline FD` is added.
        fds: Descriptors that it inherits.
        failures: Deaths in a row, each soon after its start.
    """

    name: str
    command: Sequence[str]
    fds: tuple[int, ...] = ()
    process: asyncio.subprocess.Process | None = None
    failures: int = 0
    started: float = field(default_factory=monotonic)


class Supervisor:
    """Keeps a host's processes running until it is told to stop.

    Args:
        children: What is to run.
        postgres: The embedded server, already running; None with an external one.
    """

    def __init__(
        self,
        children: Sequence[Child],
        postgres: EmbeddedPostgres | None = None,
    ) -> None:
        self._children = list(children)
        self._postgres = postgres
        self._stopping = asyncio.Event()
        # Children watch the read end: when this process is gone, however it went, they end too.
        self._lifeline, self._held = os.pipe()
        os.set_inheritable(self._lifeline, True)  # noqa: FBT003 - the standard library's signature

    def stop(self) -> None:
        """Begin the end; `run` returns when everything has ended."""
        self._stopping.set()

    async def run(self) -> None:
        """Start everything and watch it."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.stop)
        watchers = [asyncio.create_task(self._keep(child)) for child in self._children]
        if self._postgres is not None:
            watchers.append(asyncio.create_task(self._keep_postgres(self._postgres)))
        await self._stopping.wait()
        for watcher in watchers:
            watcher.cancel()
        await asyncio.gather(*watchers, return_exceptions=True)
        await asyncio.gather(*(self._end(child) for child in self._children))
        if self._postgres is not None:
            await asyncio.to_thread(self._postgres.stop)
        os.close(self._held)
        os.close(self._lifeline)

    async def _keep(self, child: Child) -> None:
        while True:
            child.started = monotonic()
            child.process = await asyncio.create_subprocess_exec(
                *child.command,
                "--lifeline",
                str(self._lifeline),
                pass_fds=(self._lifeline, *child.fds),
                # A session of its own: Ctrl-C in the terminal reaches the supervisor alone.
                start_new_session=True,
            )
            status = await child.process.wait()
            lived = monotonic() - child.started
            child.failures = 1 if lived > STEADY_S else child.failures + 1
            pause = min(LONGEST_PAUSE_S, 0.1 * 2 ** (child.failures - 1))
            _log.warning(
                "%s ended and is started again",
                child.name,
                extra={"status": status, "lived_s": round(lived, 1), "pause_s": pause},
            )
            await asyncio.sleep(pause)

    async def _keep_postgres(self, postgres: EmbeddedPostgres) -> None:
        while True:
            await asyncio.sleep(POSTGRES_CHECK_S)
            if postgres.running_pid() is None:
                _log.error("the embedded Postgres is gone and is started again")
                try:
                    await asyncio.to_thread(postgres.start)
                except DatabaseError:
                    _log.exception("the embedded Postgres does not start")

    async def _end(self, child: Child) -> None:
        process = child.process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(GRACE_S):
                await process.wait()
        except TimeoutError:
            _log.warning("%s did not end in time and is killed", child.name)
            process.kill()
            await process.wait()


def listen(host: str, port: int) -> socket.socket:
    """The socket that the web processes share.

    Raises:
        OSError: The address is taken or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise
    listener.listen(BACKLOG)
    listener.set_inheritable(True)
    return listener
