"""`lumen ingest` as people run it: a process, a database, a worker, and a plug that is pulled."""

import asyncio
import json
import os
import signal
import sys
import zipfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlmodel import select, update

from app.accounts.tables import User
from app.audit.tables import AuditEntry
from ingest.corpus import documents
from ingest.corpus.tables import Document, Project
from tests.jobs.conftest import House
from tests.jobs.test_attachments import mail
from tests.jobs.test_intake import EVERY
from tests.jobs.test_worker import ROOT, working
from tests.waiting import eventually_async

pytestmark = pytest.mark.timeout(300)  # Processes, each of which loads what a server loads.

TIDES = b"The tide turns at six in the morning, and again in the evening."


class Command:
    """Runs the command against the house's database and files."""

    def __init__(self, house: House, folder: Path) -> None:
        self._house = house
        self.folder = folder

    @asynccontextmanager
    async def started(self, *words: object) -> AsyncGenerator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app", "ingest", *map(str, words)),
            cwd=ROOT,
            env={
                "PATH": os.defpath,
                "LANG": "C.UTF-8",
                "LUMEN_DATA_DIR": str(self.folder / "data"),
                "DATABASE_URL": self._house.database.conninfo,
                "LUMEN_BLOB_URL": str(self.folder / "blobs"),
                "LUMEN_MAX_UPLOAD_MB": "1",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    async def run(self, *words: object) -> tuple[int | None, str, str]:
        async with self.started("--project", self._house.project_id, *words) as process:
            out, err = await asyncio.wait_for(process.communicate(), 100)
            return process.returncode, out.decode(), err.decode()


@pytest.fixture
def lumen(house: House, tmp_path: Path) -> Command:
    return Command(house, tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "harbour"
    (folder / "2024").mkdir(parents=True)
    return folder


async def names(house: House) -> dict[str, str]:
    async with house.database.session() as session:
        found = await documents.listed(session, house.project_id, limit=500)
    return {document.name: document.status for document in found.documents}


def fill(folder: Path, count: int) -> None:
    for number in range(count):
        (folder / f"{number:03}.txt").write_text(f"Ship {number} passed the rock. " * 20)


async def test_a_folder_with_all_kinds_ends_as_its_report_says(
    house: House, lumen: Command, folder: Path
) -> None:
    (folder / "tides.md").write_bytes(b"# Tides\n\n" + TIDES)
    (folder / "2024" / "copy.md").write_bytes(b"# Tides\n\n" + TIDES)
    (folder / "torn.pdf").write_bytes(b"%PDF-1.7 torn")
    (folder / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" * 9)
    (folder / "large.txt").write_bytes(b"x" * 1_100_000)
    (folder / ".hidden").write_bytes(TIDES)
    with zipfile.ZipFile(folder / "old.zip", "w") as archive:
        archive.writestr("letter.eml", mail(("crane.txt", b"It lifts forty tonnes.")))
        archive.writestr("more.zip", b"PK\x03\x04")
    report = folder.parent / "report.json"
    async with working(house):
        status, out, err = await lumen.run(folder, "--report", report)
    told = {Path(row["path"]).name: row for row in json.loads(report.read_text())}
    ends = {name: (row["end"], row["code"]) for name, row in told.items()}
    assert ends == {
        "tides.md": ("duplicate", ""),
        "copy.md": ("ready", ""),
        "torn.pdf": ("failed", "corrupt_file"),
        "photo.png": ("failed", "unsupported_type"),
        "large.txt": ("failed", "file_too_large"),
        "letter.eml": ("ready", ""),
        "letter.eml › crane.txt": ("ready", ""),
        "more.zip": ("failed", "unsupported_type"),
    }
    assert (status, out) == (1, "3 ready, 1 there already, 4 failed.\n")
    assert "photo.png: failed (unsupported_type). This file is a picture." in err
    assert await names(house) == {
        "harbour › 2024 › copy.md": "ready",
        "harbour › old › letter.eml": "ready",
        "crane.txt": "ready",
        "harbour › torn.pdf": "failed",
    }


async def test_two_files_of_one_name_brought_together_are_two_documents(
    lumen: Command, folder: Path, house: House
) -> None:
    paths = [folder / "2024" / "tides.txt", folder / "tides.txt"]
    for number, path in enumerate(paths):
        path.write_bytes(TIDES + b" %d" % number)
    code, _, err = await lumen.run("--no-wait", *paths)
    assert code == 0, err
    async with house.database.session() as session:
        found = (await session.exec(select(Document.name, Document.version))).all()
    assert found == [("tides.txt", 1), ("tides.txt", 1)]


async def test_killed_in_the_middle_and_run_again_every_file_is_there_once(
    house: House, lumen: Command, folder: Path
) -> None:
    fill(folder, 24)
    async with lumen.started("--project", house.project_id, folder) as process:

        async def some() -> bool:
            return len(await names(house)) >= 3

        await eventually_async(some)
        process.kill()
        await process.wait()
    before = await names(house)
    assert 3 <= len(before) < 24
    status, out, _ = await lumen.run(folder, "--no-wait")
    there, missing = len(before), 24 - len(before)
    assert (status, out) == (0, f"{there} there already, {missing} still to be read.\n")
    # The one whose row was not written yet may have left its bytes, for the search for orphans.
    assert 24 <= len(await house.blobs.keys(older_than=EVERY)) <= 25
    assert set(await names(house)) == {f"harbour › {number:03}.txt" for number in range(24)}
    async with working(house):
        status, out, _ = await lumen.run(folder)
    assert (status, out) == (0, "24 there already.\n")
    assert set((await names(house)).values()) == {"ready"}


async def test_ctrl_c_ends_it_with_a_report_and_the_next_run_goes_on(
    house: House, lumen: Command, folder: Path
) -> None:
    fill(folder, 3)
    report = folder.parent / "report.csv"
    words = ("--project", house.project_id, folder, "--report", report)
    async with lumen.started(*words) as process:
        assert process.stderr is not None
        while not (await process.stderr.readline()).startswith(b"Reading"):
            pass
        process.send_signal(signal.SIGINT)
        out, _ = await process.communicate()
        assert process.returncode == 128 + signal.SIGINT
    assert out.decode() == "3 still to be read.\n"
    assert report.read_text().count("waiting") == 3
    async with working(house):
        status, out, _ = await lumen.run(folder)
    assert (status, out) == (0, "3 there already.\n")


async def test_what_failed_is_read_again_only_when_asked(
    house: House, lumen: Command, folder: Path
) -> None:
    (folder / "tides.txt").write_bytes(TIDES)
    document = (await house.upload("tides.txt", TIDES)).document
    failed = {"status": "failed", "error_code": "worker_died", "error_message": "It died."}
    async with house.database.transaction() as session:
        await session.exec(update(Document).where(Document.id == document.id).values(failed))  # pyright: ignore[reportArgumentType]
    status, out, err = await lumen.run(folder)
    assert (status, out) == (1, "1 failed.\n")
    assert "tides.txt: failed (worker_died). It died." in err
    async with working(house):
        assert await lumen.run(folder, "--retry") == (
            0,
            "1 there already.\n",
            "Found 1 file.\nReading 1 document …\n",
        )


async def test_somebody_who_may_edit_sends_as_themselves_and_it_is_audited(
    house: House, lumen: Command, folder: Path
) -> None:
    (folder / "tides.txt").write_bytes(TIDES)
    async with house.database.transaction() as session:
        project = (await session.exec(select(Project).where(Project.id == house.project_id))).one()
        owner = (await session.exec(select(User).where(User.id == project.owner_id))).one()
        session.add(User(email="eve@example.com", name="Eve", password_hash="-"))
    status, _, err = await lumen.run(folder, "--as", "eve@example.com")
    assert (status, await names(house)) == (1, {})
    assert "You have no access to this project" in err
    status, _, err = await lumen.run(folder, "--as", "nobody@example.com")
    assert (status, "Nobody active has the e-mail address" in err) == (1, True)

    status, out, _ = await lumen.run(folder, "--as", owner.email.upper(), "--no-wait")
    assert (status, out) == (0, "1 still to be read.\n")
    async with house.database.session() as session:
        document = (await session.exec(select(Document))).one()
        entry = (await session.exec(select(AuditEntry))).one()
    assert document.uploaded_by == owner.id
    assert (entry.action, entry.actor_id, entry.via) == ("project.imported", owner.id, "terminal")
    assert entry.after == {"documents": 1}


async def test_a_project_is_found_by_its_name_unless_two_have_it(
    house: House, lumen: Command, folder: Path
) -> None:
    (folder / "tides.txt").write_bytes(TIDES)
    async with house.database.transaction() as session:
        project = (await session.exec(select(Project).where(Project.id == house.project_id))).one()
        project.name = "Harbour"
        session.add(project)
        owner = project.owner_id
    async with lumen.started("--project", "hARBOUR", folder, "--no-wait") as process:
        out, _ = await process.communicate()
    assert out == b"1 still to be read.\n"
    async with house.database.transaction() as session:
        session.add(Project(name="harbour", owner_id=owner))
    for wanted, sentence in (
        ("harbour", b"Several projects have that name. Give the id"),
        ("quay", b"There is no project quay."),
        ("01a1f965-2446-73e7-92c6-a2af8a397e40", b"There is no project 01a1"),
    ):
        async with lumen.started("--project", wanted, folder) as process:
            _, err = await process.communicate()
        assert process.returncode == 1
        assert sentence in err
