"""Code that took a parser over reaches nothing: each lock by itself, then all together."""

import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.hostile.attempts import Attempts, Needs

NOBODY = "65534"
NETWORK = {"connect", "send_a_datagram", "listen", "resolve"}
PROGRAMS = {"run_a_program", "start_a_process", "become_a_program"}
WRITING = {"write", "overwrite", "delete", "make_a_folder"}
SEEING = {
    "read_a_foreign_file",
    "read_the_environment_of_another_process",
    "read_what_the_system_keeps",
    "list_a_foreign_folder",
}
OTHERS = {
    "signal_another_process",
    "look_into_another_process",
    "limit_another_process",
    "enter_another_network",
    "get_a_ring",
}
EVERYTHING = {name for name in vars(Attempts) if not name.startswith("_")}
NEEDED = {name for name in vars(Needs) if not name.startswith("_")}


def needed(user: str) -> set[str]:
    """What goes nevertheless; where Python itself is closed to others, they import nothing."""
    return NEEDED if user == "same" else NEEDED - {"import_late"}


linux = pytest.mark.skipif(sys.platform != "linux", reason="The locks are those of Linux.")
users = pytest.mark.parametrize(
    "user",
    [
        "same",
        pytest.param(
            NOBODY,
            marks=pytest.mark.skipif(os.geteuid() != 0, reason="Only root becomes somebody else."),
        ),
    ],
)


@pytest.fixture
def house() -> Generator[Path]:
    """A folder that any user may enter, with what could be harmed in it."""
    folder = Path(tempfile.mkdtemp(prefix="lumen-locks-"))
    window = folder / "window"
    window.mkdir()
    (window / "file").write_bytes(b"given")
    (window / "spare").write_bytes(b"spare")
    (folder / "secret").write_bytes(b"secret")
    for path in (folder, window, window / "file", window / "spare", folder / "secret"):
        path.chmod(0o777)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as door,
        subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as victim,
    ):
        door.bind(str(folder / "door"))
        (folder / "door").chmod(0o777)
        door.listen()
        (folder / "ports").write_text(f"{server.getsockname()[1]} {victim.pid}")
        yield folder
        victim.kill()
    shutil.rmtree(folder)


def succeeded(locks: str, user: str, house: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hostile.attempts", locks, user, str(house)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(filter(None, [str(Path.cwd()), *sys.path]))},
    )
    said = set(done.stdout.splitlines())
    if "not on this system" in said:
        pytest.skip(f"This kernel ({platform.release()}) has no such lock, or forbids it.")
    if said & {"become_a_program", "no program"} == set():
        # It ended as the other program, which says nothing.
        said.add("become_a_program")
    return said - {"(about to)", "no program"}


@linux
@users
def test_all_locks_leave_nothing_but_what_a_parser_needs(house: Path, user: str) -> None:
    assert succeeded("all", user, house) == needed(user)


@linux
@users
def test_the_filter_of_calls_alone_leaves_no_network_program_or_process(
    house: Path, user: str
) -> None:
    went = succeeded("calls", user, house)
    assert went & (NETWORK | PROGRAMS | OTHERS | {"knock_at_a_unix_socket"}) == set()
    assert went >= needed(user)


@linux
@users
def test_the_lock_of_files_alone_leaves_the_window_to_read(house: Path, user: str) -> None:
    went = succeeded("files", user, house)
    assert went & (WRITING | SEEING | {"become_a_program", "run_a_program"}) == set()
    assert "read_its_file" in went


@linux
@users
def test_a_network_of_its_own_alone_reaches_nobody(house: Path, user: str) -> None:
    assert succeeded("network", user, house) & {"connect", "resolve"} == set()


@linux
def test_without_locks_the_attempts_succeed(house: Path) -> None:
    went = succeeded("none", "same", house)
    wanted = EVERYTHING - {"resolve", "enter_another_network", "get_a_ring"}
    missing = wanted - went
    assert missing <= {"look_into_another_process"}
    assert went >= NEEDED
