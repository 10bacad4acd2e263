"""The supervisor restarts what dies, ends everything in time, and takes its children along."""

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path
from time import monotonic

import psutil
import pytest

from app.supervisor import GRACE_S, Child, Supervisor, listen
from tests.waiting import eventually

# Writes its process id behind those of its predecessors, then waits for a signal.
PATIENT = "import os,sys,signal;open(sys.argv[1],'a').write(f'{os.getpid()}\\n');signal.pause()"
STUBBORN = (
    "import os,sys,signal;signal.signal(signal.SIGTERM,signal.SIG_IGN);"
    "open(sys.argv[1],'a').write(f'{os.getpid()}\\n');signal.sigwait([signal.SIGUSR1])"
)
FOLLOWING = (
    "import os,sys;open(sys.argv[1],'a').write(f'{os.getpid()}\\n');os.read(int(sys.argv[3]),1)"
)


def pids(file: Path) -> list[int]:
    return [int(line) for line in file.read_text().split()] if file.exists() else []


async def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    supervisor = Supervisor([Child("patient", (sys.executable, "-c", PATIENT, str(file)))])
    running = asyncio.create_task(supervisor.run())
    await eventually(lambda: len(pids(file)) == 1)
    os.kill(pids(file)[0], signal.SIGKILL)
    await eventually(lambda: len(pids(file)) == 2)
    supervisor.stop()
    await running
    assert not any(psutil.pid_exists(pid) for pid in pids(file))


async def test_a_child_that_will_not_end_is_killed_within_the_grace(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    supervisor = Supervisor([Child("stubborn", (sys.executable, "-c", STUBBORN, str(file)))])
    running = asyncio.create_task(supervisor.run())
    await eventually(lambda: len(pids(file)) == 1)
    began = monotonic()
    supervisor.stop()
    await running
    assert monotonic() - began < GRACE_S + 2
    assert not psutil.pid_exists(pids(file)[0])


async def test_children_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    program = (
        "import asyncio,sys;from app.supervisor import Child,Supervisor;"
        f"asyncio.run(Supervisor([Child('c',(sys.executable,'-c',{FOLLOWING!r},{str(file)!r}))]).run())"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    await eventually(lambda: len(pids(file)) == 1)
    child = psutil.Process(pids(file)[0])
    parent.kill()
    await parent.wait()
    await eventually(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_a_port_that_is_taken_is_an_error_at_once() -> None:
    with listen("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        listen("127.0.0.1", first.getsockname()[1])


def test_the_listening_socket_is_inherited_and_also_speaks_ipv6() -> None:
    with listen("::1", 0) as listener:
        assert listener.get_inheritable()
        assert listener.family == socket.AF_INET6
