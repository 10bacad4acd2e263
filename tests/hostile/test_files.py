"""Every hostile file ends as ready or with a clear reason, in time and within its memory."""

from itertools import groupby
from pathlib import Path

import pytest

from ingest.errors import DocumentUnreadable, EmptyFile, UnsupportedType
from ingest.sandbox import Sandbox, SandboxLimits
from ingest.sandbox_clock import MOST
from ingest.sandbox_process import START_SECONDS
from ingest.sniff import Kind
from tests.hostile.files.everything import everything
from tests.hostile.reading import Hostile, Lane, read_all

LIMITS = SandboxLimits(seconds=2.0)
"""A tenth of the time that the product gives; `python -m benchmarks.hostile` gives all of it."""
CODES = {"ready", EmptyFile.code, UnsupportedType.code} | {
    error.code for error in DocumentUnreadable.__subclasses__()
}
FILES = list(everything())
CLASSES = {
    name: list(files) for name, files in groupby(FILES, lambda hostile: hostile.name.split(":")[0])
}


def named(name: str) -> Hostile:
    return next(hostile for hostile in FILES if hostile.name == name)


def test_there_are_hundreds_and_each_has_a_name_of_its_own() -> None:
    assert len({hostile.name for hostile in FILES}) == len(FILES) >= 200


@pytest.mark.parametrize("name", ["PDF structure: outline deep.pdf", "damaged: mutation 1.pdf"])
def test_a_file_is_the_same_every_time(name: str) -> None:
    assert named(name).make() == named(name).make()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("kind", CLASSES)
async def test_each_ends_with_a_known_code_within_its_limits(kind: str, tmp_path: Path) -> None:
    outcomes = await read_all(CLASSES[kind], tmp_path, LIMITS)
    assert len(outcomes) == len(CLASSES[kind])
    bad = [
        outcome
        for outcome in outcomes
        if outcome.code not in CODES
        or outcome.seconds > LIMITS.seconds * MOST + START_SECONDS
        or outcome.peak_bytes > LIMITS.memory_bytes
        or not (outcome.told or outcome.code == "ready")
    ]
    assert bad == []
    read = Sandbox(folder=tmp_path / "after")
    (tmp_path / "good").write_bytes(b"The keeper lit the lamp.")
    assert (await read.parse(tmp_path / "good", Kind.TEXT)).document.text
    await read.close()


async def test_without_the_limits_a_bomb_takes_more(tmp_path: Path) -> None:
    unprotected = ("-m", "tests.hostile.unprotected")
    lane = Lane(tmp_path, SandboxLimits(seconds=60), reader=unprotected)
    outcome = await lane.read(named("PDF streams: spaces 300 MB.pdf"))
    await lane.close()
    assert outcome.peak_bytes > LIMITS.memory_bytes
