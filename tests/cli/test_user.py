"""`lumen user link`: the way back in for whoever holds the machine."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from sqlmodel import select

from app.accounts.link_use import Links
from app.accounts.sessions import Client
from app.accounts.tables import OneTimeLink, User
from app.audit.tables import AuditEntry
from app.db.engine import Database
from tests.fixtures.passwords import QUICK

NEW = "seventeen quiet herons"


async def lumen(database: Database | None, folder: Path, **more: str) -> tuple[int, str, str]:
    """Status, output and complaints of `lumen user link ada@example.com`."""
    url = {"DATABASE_URL": database.conninfo} if database else {}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", "user", "link", "ADA@example.com"),
        cwd=Path(__file__).parents[2],
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "LUMEN_DATA_DIR": str(folder), **url, **more},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


@pytest.fixture
async def ada(database: Database) -> User:
    ada = User(email="ada@example.com", name="Ada", password_hash="-", platform_role="superadmin")
    async with database.transaction() as session:
        session.add(ada)
    return ada


async def test_it_prints_a_link_that_sets_the_password(
    database: Database, tmp_path: Path, ada: User
) -> None:
    status, out, err = await lumen(database, tmp_path, LUMEN_PUBLIC_URL="https://lumen.example.com")
    assert (status, out[:45]) == (0, "https://lumen.example.com/app/welcome#token=l")
    assert "It works once" in err
    token = out.strip().partition("#token=")[2]
    links = Links(database.transaction, "s" * 32, QUICK)
    signed_in = await links.accept(token, NEW, Client("127.0.0.1"))
    assert signed_in.user.id == ada.id
    async with database.session() as session:
        entries = list(await session.exec(select(AuditEntry).order_by(AuditEntry.action)))  # pyright: ignore[reportArgumentType]
    assert [(entry.action, entry.actor_name) for entry in entries] == [
        ("link.created", "the terminal"),
        ("link.used", "ada@example.com"),
    ]
    assert token not in str(entries)


async def test_it_says_who_is_not_there_and_makes_nothing(
    database: Database, tmp_path: Path
) -> None:
    status, out, err = await lumen(database, tmp_path)
    assert (status, out) == (1, "")
    assert "Nobody has the e-mail address" in err
    async with database.session() as session:
        assert (await session.exec(select(OneTimeLink))).all() == []


async def test_it_says_when_no_lumen_runs(tmp_path: Path) -> None:
    status, _, err = await lumen(None, tmp_path)
    assert status == 1
    assert "Start it first" in err


@pytest.mark.usefixtures("ada")
async def test_it_makes_no_link_that_would_not_be_taken(database: Database, tmp_path: Path) -> None:
    status, out, err = await lumen(
        database,
        tmp_path,
        LUMEN_LOCAL_SIGN_IN="false",
        LUMEN_OIDC_ISSUER="https://login.example.com",
        LUMEN_OIDC_CLIENT_ID="lumen",
    )
    assert (status, out) == (1, "")
    assert "LUMEN_LOCAL_SIGN_IN" in err
