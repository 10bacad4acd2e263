"""`lumen doctor` as people run it: with everything down, with a database, about somebody."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from app.accounts.tables import User
from app.db.engine import Database
from ingest.corpus.tables import Project
from tests.architecture.checkout import ROOT

CANARY = "tvly-canary-0123456789"


async def lumen(folder: Path, *words: str, **more: str) -> tuple[int, str, str]:
    """Status, output and complaints of `lumen doctor`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", "doctor", *words),
        cwd=Path(__file__).parents[2],
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "LUMEN_DATA_DIR": str(folder), **more},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_with_nothing_set_up_it_says_so_and_makes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "none"
    status, out, err = await lumen(folder)
    assert (status, err) == (1, "")
    assert "FAILED   Database              Lumen's own Postgres does not run." in out
    assert "-> runbooks/database-down.md" in out
    assert "FAILED   Server                No Lumen answers at http://127.0.0.1:8000." in out
    assert "Not looked at: the database does not answer." in out
    named = {line.split("-> ")[1] for line in out.splitlines() if "-> " in line}
    assert all((ROOT / page).is_file() for page in named)
    assert not folder.exists()


async def test_a_database_elsewhere_that_is_down_is_named_and_its_password_is_not(
    tmp_path: Path,
) -> None:
    url = "postgresql://lumen:canary-word@127.0.0.1:9/lumen"
    status, out, err = await lumen(tmp_path, DATABASE_URL=url, TAVILY_API_KEY=CANARY)
    assert status == 1
    assert "FAILED   Database              No connection to the database." in out
    assert "canary" not in out + err


async def test_with_a_database_everything_is_looked_at_and_comes_as_json_too(
    database: Database, tmp_path: Path
) -> None:
    async with database.transaction() as session:
        session.add(
            User(email="ada@example.com", name="Ada", password_hash="-", platform_role="superadmin")
        )
    status, out, _ = await lumen(tmp_path, "--json", DATABASE_URL=database.conninfo)
    checks = {check["id"]: check for check in json.loads(out)["checks"]}
    assert checks["database"]["status"] == "ok"
    assert checks["superadmin"]["status"] == "ok"
    # No process of Lumen runs here; with a database elsewhere, web may be, too.
    assert {name for name, check in checks.items() if check["status"] == "failed"} >= {"workers"}
    assert checks["server"]["status"] == "warning"
    assert status == 1
    assert not (tmp_path / "secret.key").exists()


@pytest.fixture
async def lamps(database: Database) -> Project:
    """Ada's, closed to Bob."""
    ada = User(email="ada@example.com", name="Ada", password_hash="-")
    bob = User(email="bob@example.com", name="Bob", password_hash="-")
    gone = User(email="gone@example.com", name="Gone", password_hash="-", is_active=False)
    lamps = Project(name="Lamps", owner_id=ada.id)
    async with database.transaction() as session:
        session.add_all([ada, bob, gone])
        await session.flush()
        session.add(lamps)
    return lamps


@pytest.mark.parametrize(
    ("email", "status", "said"),
    [
        ("ada@example.com", 0, "owner: full; this one counts"),
        ("bob@example.com", 1, "owner: no; that is Ada"),
        ("gone@example.com", 1, "Gone is deactivated"),
        ("eve@example.com", 1, "Nobody has the e-mail address"),
    ],
)
async def test_it_tells_why_somebody_reaches_a_project_or_does_not(
    database: Database, tmp_path: Path, lamps: Project, email: str, status: int, said: str
) -> None:
    words = ("--project", str(lamps.id), "--as", email)
    found = await lumen(tmp_path, *words, DATABASE_URL=database.conninfo)
    assert (found[0], said in found[1]) == (status, True), found
    assert ("-> runbooks/no-access-403.md" in found[1]) == bool(status)


async def test_both_words_about_access_belong_together(tmp_path: Path) -> None:
    status, _, err = await lumen(tmp_path, "--as", "ada@example.com")
    assert (status, "belong together" in err) == (2, True)
