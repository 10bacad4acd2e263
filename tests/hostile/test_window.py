"""A child sees one file at a time, and what is left of one that was killed goes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.errors import CorruptFile, ParseMemory
from ingest.sandbox import Sandbox
from ingest.sandbox_process import ReaderUnavailable
from ingest.sandbox_window import Window, sweep
from ingest.sniff import Kind

LONG_AGO = (1.0, 1.0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "blob"
    path.write_bytes(b"given")
    return path


def test_a_file_is_linked_where_it_lies_on_the_same_disk(tmp_path: Path, file: Path) -> None:
    window = Window(tmp_path)
    assert window.show(file).samefile(file)
    window.close()
    assert file.read_bytes() == b"given"


def test_a_file_of_another_disk_is_copied(tmp_path: Path) -> None:
    window = Window(tmp_path)
    assert window.show(Path("/proc/self/comm")).read_bytes()
    window.close()


def test_the_next_file_takes_the_place_of_the_one_before(tmp_path: Path, file: Path) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"other")
    window = Window(tmp_path)
    window.show(file)
    assert window.show(other).read_bytes() == b"other"
    assert [path.name for path in window.folder.iterdir()] == ["file"]
    window.close()


async def test_nothing_is_seen_between_two_files(tmp_path: Path, file: Path) -> None:
    sandbox = Sandbox(size=1, folder=tmp_path / "reading")
    await sandbox.parse(file, Kind.TEXT)
    (window,) = (tmp_path / "reading").iterdir()
    assert list(window.iterdir()) == []
    await sandbox.close()
    assert list((tmp_path / "reading").iterdir()) == []


def test_a_sweep_takes_what_a_killed_process_left_and_nothing_else(
    tmp_path: Path, file: Path
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), str(file)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        env={"PYTHONPATH": os.pathsep.join(filter(None, [str(Path.cwd()), *sys.path]))},
    )
    left, mine, young = Path(killed.stdout.strip()), Window(tmp_path), tmp_path / "lumen-reading-x"
    young.mkdir()
    assert (left / "file").read_bytes() == b"given"
    os.utime(left, LONG_AGO)
    os.utime(mine.folder, LONG_AGO)
    sweep(tmp_path)
    assert not left.exists()
    assert young.exists()
    assert mine.show(file).exists()
    mine.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from ingest.sandbox_window import Window
window = Window(Path(sys.argv[1]))
window.show(Path(sys.argv[2]))
print(window.folder, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


async def test_a_reader_that_does_not_start_is_no_fault_of_the_file(
    tmp_path: Path, file: Path
) -> None:
    sandbox = Sandbox(folder=tmp_path / "reading", reader=("-c", "raise SystemExit"))
    with pytest.raises(ReaderUnavailable):
        await sandbox.parse(file, Kind.TEXT)
    assert list((tmp_path / "reading").iterdir()) == []


@pytest.mark.parametrize(
    ("head", "error"),
    [("4294967295", ParseMemory), ("5", CorruptFile)],
    ids=["endless", "nonsense"],
)
async def test_a_child_that_was_taken_over_says_what_it_likes(
    file: Path, head: str, error: type[Exception]
) -> None:
    sandbox = Sandbox(reader=("-c", LYING.format(head=head)))
    with pytest.raises(error):
        await sandbox.parse(file, Kind.TEXT)
    await sandbox.close()


LYING = """
import struct, sys
sys.stdout.buffer.write(b"\\x06" + struct.pack(">I?", {head}, False) + b"\\xff" * 5)
sys.stdout.flush()
sys.stdin.read()
"""
