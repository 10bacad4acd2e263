"""`lumen keys`: the providers' keys outlive a change of the server's secret."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlmodel import select

from app.audit.tables import AuditEntry
from app.catalog.tables import Provider
from app.db.engine import Database
from providers.secrets import KeyVault

OLD, NEW, LOST = "o" * 32, "n" * 32, "l" * 32
KEYS = {"alpha": "sk-canary-alpha", "beta": "sk-canary-beta"}
Lumen = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
def lumen(database: Database, tmp_path: Path) -> Lumen:
    async def run(*command: str, **more: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "app", "keys", *command),
            cwd=Path(__file__).parents[2],
            env={
                "PATH": os.defpath,
                "LANG": "C.UTF-8",
                "LUMEN_DATA_DIR": str(tmp_path),
                "DATABASE_URL": database.conninfo,
                "LUMEN_SECRET_KEY": NEW,
                **more,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = (part.decode() for part in await process.communicate())
        assert "canary" not in out + err
        return process.returncode or 0, out, err

    return run


@pytest.fixture(autouse=True)
async def sealed(database: Database) -> None:
    await seal(database, OLD)


async def seal(database: Database, secret: str) -> None:
    """One provider for each key, and one without."""
    vault = KeyVault(secret.encode())
    async with database.transaction() as session:
        session.add(Provider(name="Gamma", slug="gamma", type="openai"))
        for slug, key in KEYS.items():
            row = Provider(name=slug.title(), slug=slug, type="openai")
            row.api_key = vault.seal(key, row.id)
            session.add(row)


async def opened(database: Database, secret: str) -> dict[str, str]:
    vault = KeyVault(secret.encode())
    async with database.session() as session:
        rows = await session.exec(select(Provider).where(Provider.api_key != None))  # noqa: E711
        return {row.slug: vault.open(row.api_key or b"", row.id) for row in rows}


async def entries(database: Database) -> list[AuditEntry]:
    async with database.session() as session:
        return list(await session.exec(select(AuditEntry)))


async def test_rotation_seals_all_keys_anew_and_a_second_one_does_nothing(
    database: Database, lumen: Lumen
) -> None:
    assert await lumen("rotate", LUMEN_SECRET_KEY_OLD=OLD) == (
        0,
        "2 keys were encrypted anew.\n",
        "",
    )
    assert await opened(database, NEW) == KEYS
    assert await lumen("rotate") == (0, "All keys are up to date.\n", "")
    (entry,) = await entries(database)
    assert (entry.action, entry.actor_name) == ("provider.keys_resealed", "the terminal")
    assert entry.after == {"providers": ["alpha", "beta"]}


async def test_a_key_that_does_not_open_stops_the_rotation_of_all(
    database: Database, lumen: Lumen
) -> None:
    vault = KeyVault(LOST.encode())
    async with database.transaction() as session:
        row = Provider(name="Delta", slug="delta", type="openai")
        row.api_key = vault.seal("sk-canary-delta", row.id)
        session.add(row)
    status, out, err = await lumen("rotate", LUMEN_SECRET_KEY_OLD=OLD)
    assert (status, out) == (1, "")
    assert "No secret that is set opens the key of: Delta." in err
    status, out, _ = await lumen("status", LUMEN_SECRET_KEY_OLD=OLD)
    assert (status, out) == (1, "old      Alpha\nold      Beta\nclosed   Delta\n")
    assert not await entries(database)


async def test_several_old_secrets_may_stand_in_a_file(
    database: Database, lumen: Lumen, tmp_path: Path
) -> None:
    file = tmp_path / "old"
    file.write_text(f"{LOST}\n\n{OLD}\n")
    status, out, err = await lumen("status", LUMEN_SECRET_KEY_OLD_FILE=str(file))
    assert (status, out) == (0, "old      Alpha\nold      Beta\n")
    assert "lumen keys rotate" in err
    await lumen("rotate", LUMEN_SECRET_KEY_OLD_FILE=str(file))
    status, out, err = await lumen("status")
    assert (status, out) == (0, "current  Alpha\ncurrent  Beta\n")
    assert "not needed" in err
    assert await opened(database, NEW) == KEYS


async def test_an_old_secret_that_is_none_is_said(lumen: Lumen) -> None:
    status, _, err = await lumen("status", LUMEN_SECRET_KEY_OLD="short")
    assert status == 1
    assert "LUMEN_SECRET_KEY_OLD" in err


async def test_without_a_server_it_says_so(lumen: Lumen) -> None:
    status, _, err = await lumen("status", DATABASE_URL="")
    assert status == 1
    assert err.startswith("Error: ")
