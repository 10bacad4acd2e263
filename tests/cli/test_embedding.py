"""`lumen embedding`: what searches go by, from the machine itself."""

import asyncio
import os
import sys
from pathlib import Path
from uuid import uuid4

from app.db.engine import Database
from ingest.corpus import spaces
from tests.evaluation.sql import ADD_CHUNK, ADD_DOCUMENT, ADD_OWNER, ADD_PROJECT


async def lumen(database: Database, folder: Path, *words: str) -> tuple[int, str]:
    """Status and output of `lumen embedding …`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "app", "embedding", *words),
        cwd=Path(__file__).parents[2],
        env={
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "LUMEN_DATA_DIR": str(folder),
            "DATABASE_URL": database.conninfo,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def one_chunk(database: Database, embedder: str) -> None:
    ids = {"owner": uuid4(), "project": uuid4(), "document": uuid4()}
    async with database.transaction() as session:
        connection = await session.connection()
        await connection.execute(ADD_OWNER, {"id": ids["owner"], "email": "owner@example.com"})
        await connection.execute(
            ADD_PROJECT, {"id": ids["project"], "name": "Lamps", "owner": ids["owner"]}
        )
        about = {"project": ids["project"], "language": "english"}
        document = {"id": ids["document"], "name": "x", "size": 1, "sha256": "0" * 64}
        await connection.execute(ADD_DOCUMENT, {**about, **document, "chunks": 1, "paged": False})
        place = {"ordinal": 0, "page": 1, "start": 0, "end": 4, "tokens": 3}
        made = {"embedder": embedder, "embedding": "[1,0]"}
        await connection.execute(
            ADD_CHUNK,
            {
                **about, **place, **made, "id": uuid4(), "document": ids["document"],
                "text": "lamp", "searchable": "lamp", "gap": "",
            },
        )  # fmt: skip


async def test_it_says_what_is_active_and_how_far_the_next_is(
    database: Database, tmp_path: Path
) -> None:
    assert await lumen(database, tmp_path, "status") == (0, "No embedding model is in use yet.\n")
    assert (await lumen(database, tmp_path, "local"))[0] == 1
    await one_chunk(database, "old@1")
    async with database.transaction() as session:
        await spaces.choose(session, "old@1", 2, {"kind": "local", "model": None})
    async with database.transaction() as session:
        await spaces.choose(session, "endpoint/new@3", 3, {"kind": "tei"})
        await spaces.note(session, "endpoint/new@3", "401 the provider refused the key")
    status, said = await lumen(database, tmp_path, "status")
    assert status == 0
    assert said.splitlines() == [
        "active: old@1 (2 dimensions)",
        "filling: endpoint/new@3 (3 dimensions), 0 of 1 chunks",
        "  401 the provider refused the key",
    ]
    assert (await lumen(database, tmp_path, "local"))[0] == 0, "the old one is this host's"
