"""What a hostile file costs: itself."""

import asyncio
import io
import os
import signal
import sys
from pathlib import Path

import pptx
import psutil
import pytest

from ingest.errors import (
    CorruptFile,
    DocumentUnreadable,
    ParseMemory,
    ParseTimeout,
    TooManyPages,
)
from ingest.sandbox import Sandbox, SandboxLimits
from ingest.sniff import Kind
from tests.fixtures.bombs import (
    forms_within_forms,
    inflating_pdf,
    laughing_word_file,
    swollen_word_file,
)
from tests.fixtures.pdf import lines, pdf
from tests.waiting import eventually

GOOD = b"# Lamp\n\nThe keeper lit the lamp."
ROOM = SandboxLimits(seconds=20, memory_bytes=320 * 1024 * 1024)


@pytest.fixture
async def sandbox():
    sandbox = Sandbox(ROOM, size=1)
    yield sandbox
    await sandbox.close()


@pytest.fixture
def put(tmp_path: Path):
    def write(content: bytes, name: str = "file") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def children() -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process().children()
        if "ingest.sandbox_child" in " ".join(child.cmdline())
    ]


async def test_a_file_is_read_with_its_language(sandbox: Sandbox, put) -> None:
    parsed = await sandbox.parse(put(GOOD), Kind.MARKDOWN)
    assert parsed.document.text == GOOD.decode()
    assert parsed.language == "english"


async def test_a_child_is_used_again(sandbox: Sandbox, put) -> None:
    await sandbox.parse(put(GOOD), Kind.MARKDOWN)
    before = [child.pid for child in children()]
    await sandbox.parse(put(GOOD), Kind.TEXT)
    assert [child.pid for child in children()] == before
    assert len(before) == 1


async def test_a_child_is_replaced_after_its_uses(put) -> None:
    sandbox = Sandbox(ROOM, size=1, uses=1)
    await sandbox.parse(put(GOOD), Kind.MARKDOWN)
    assert children() == []
    await sandbox.close()


async def test_an_idle_child_ends_and_gives_its_memory_back(put) -> None:
    sandbox = Sandbox(ROOM, size=1, idle_seconds=0.05)
    await sandbox.parse(put(GOOD), Kind.MARKDOWN)
    await eventually(lambda: not children())
    assert (await sandbox.parse(put(GOOD), Kind.MARKDOWN)).document.text
    await sandbox.close()


async def test_a_file_that_takes_too_long_is_ended_and_the_next_is_read(put) -> None:
    sandbox = Sandbox(SandboxLimits(seconds=0.0001), size=1)
    with pytest.raises(ParseTimeout):
        await sandbox.parse(put(GOOD), Kind.MARKDOWN)
    assert children() == []
    sandbox.limits = ROOM
    assert (await sandbox.parse(put(GOOD), Kind.MARKDOWN)).document.text
    await sandbox.close()


@pytest.mark.parametrize(
    ("bomb", "kind"),
    [
        (inflating_pdf(300_000_000), Kind.PDF),
        (forms_within_forms(depth=25, fan=10), Kind.PDF),
        (swollen_word_file(3_000_000), Kind.DOCX),
    ],
    ids=["inflating", "forms", "swollen"],
)
async def test_a_bomb_ends_with_its_reason_and_the_next_file_is_read(
    sandbox: Sandbox, put, bomb: bytes, kind: Kind
) -> None:
    assert len(bomb) < 1_000_000
    with pytest.raises(ParseMemory):
        await sandbox.parse(put(bomb), kind)
    assert (await sandbox.parse(put(GOOD), Kind.MARKDOWN)).document.text


async def test_more_slides_than_pages_are_allowed_are_refused(put) -> None:
    presentation = pptx.Presentation()
    for _ in range(3):
        slide = presentation.slides.add_slide(presentation.slide_layouts[0])
        slide.shapes.title.text = "One more"
    content = io.BytesIO()
    presentation.save(content)
    sandbox = Sandbox(SandboxLimits(max_pages=2), size=1)
    with pytest.raises(TooManyPages, match="3 pages"):
        await sandbox.parse(put(content.getvalue()), Kind.PPTX)
    await sandbox.close()


async def test_deeply_nested_html_is_read_as_deep_as_it_may_be(sandbox: Sandbox, put) -> None:
    page = b"<p>The surface.</p>" + b"<div>" * 100_000 + b"The bottom."
    parsed = await sandbox.parse(put(page), Kind.HTML)
    assert parsed.document.text.startswith("The surface.")


async def test_entities_are_not_expanded(sandbox: Sandbox, put) -> None:
    with pytest.raises(DocumentUnreadable):
        await sandbox.parse(put(laughing_word_file()), Kind.DOCX)


async def test_a_child_that_crashes_costs_its_file_only(sandbox: Sandbox, put) -> None:
    await sandbox.parse(put(GOOD), Kind.MARKDOWN)
    # Hold the child so that the crash comes while a file is being read.
    (child,) = children()
    child.send_signal(signal.SIGSTOP)
    reading = asyncio.create_task(sandbox.parse(put(GOOD, "second"), Kind.MARKDOWN))
    await asyncio.sleep(0)
    child.send_signal(signal.SIGSEGV)
    child.send_signal(signal.SIGCONT)
    with pytest.raises(CorruptFile):
        await reading
    assert (await sandbox.parse(put(GOOD), Kind.MARKDOWN)).document.text


async def test_a_cancelled_reading_leaves_no_child_behind(sandbox: Sandbox, put) -> None:
    reading = asyncio.create_task(sandbox.parse(put(GOOD), Kind.MARKDOWN))
    await eventually(children)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert children() == []


async def test_pages_are_drawn_and_passages_found_in_the_child(sandbox: Sandbox, put) -> None:
    path = put(pdf([lines("The keeper lit the lamp.")]))
    assert (await sandbox.page_image(path, 1, 200)).startswith(b"\x89PNG")
    text = (await sandbox.parse(path, Kind.PDF)).document.text
    (rect,) = await sandbox.passage_rects(path, 1, text, 4, 10)
    assert 0 < rect.left < 1


async def test_text_over_the_limit_is_refused(put) -> None:
    sandbox = Sandbox(SandboxLimits(max_characters=10), size=1)
    with pytest.raises(ParseMemory, match="10 characters"):
        await sandbox.parse(put(GOOD), Kind.TEXT)
    await sandbox.close()


PARENT = """
import asyncio, sys
from pathlib import Path
from ingest.sandbox import Sandbox
from ingest.sniff import Kind

async def main():
    sandbox = Sandbox()
    await sandbox.parse(Path(sys.argv[1]), Kind.TEXT)
    print(sandbox._idle[0]._process.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_a_child_dies_with_the_process_that_started_it(put) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PARENT,
        str(put(GOOD)),
        stdout=asyncio.subprocess.PIPE,
        env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    await eventually(lambda: not psutil.pid_exists(child) or _zombie(child))


def _zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
