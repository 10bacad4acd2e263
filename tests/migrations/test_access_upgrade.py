"""An upgrade never widens access: from each released schema, with people and grants in place."""

import pytest
from psycopg import connect
from psycopg.sql import SQL, Identifier, Placeholder
from psycopg.types.json import Jsonb
from sqlmodel import SQLModel, select

from app.access.resolver import access_for
from app.access.rules import read_access
from app.access.tiers import TIERS
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import migrate
from ingest.corpus.tables import Project
from tests.fixtures.organisation import World, draw
from tests.migrations.test_migrate import make_database

RELEASED = ["0002_queue", "0003_people", "0004_accountability"]
BEFORE_GRANTS = {"0002_queue"}
MADE_LATER = {"password_hash": "-"}  # Columns that had to have a value once.


def insert(conninfo: str, row: SQLModel) -> None:
    """Write a row with those of its columns that the schema has by now."""
    table = str(row.__tablename__)
    with connect(conninfo, autocommit=True) as connection:
        known = {
            name
            for (name,) in connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s", (table,)
            )
        }
        values = {name: value for name, value in row.model_dump().items() if name in known}
        values = {
            name: Jsonb(value) if isinstance(value, dict) else value or MADE_LATER.get(name, value)
            for name, value in values.items()
        }
        connection.execute(
            SQL("INSERT INTO {} ({}) VALUES ({})").format(
                Identifier(table),
                SQL(", ").join(map(Identifier, values)),
                SQL(", ").join(map(Placeholder, values)),
            ),
            values,
        )


def rank(access: str | None) -> int:
    """0 for nothing, 1 to 3 for the tiers."""
    return TIERS.index(read_access(access).tier) + 1 if access else 0


def as_it_was(world: World, revision: str) -> World:
    """The organisation without what that schema could not hold."""
    if revision in BEFORE_GRANTS:
        world.departments, world.groups, world.grants, world.members = [], [], [], set()
        for user in world.users:
            user.department_id = None
    return world


@pytest.mark.parametrize("revision", RELEASED)
async def test_nobody_can_do_more_after_an_upgrade(server: EmbeddedPostgres, revision: str) -> None:
    conninfo = make_database(server, f"upgrade_{revision}")
    migrate(conninfo, target=revision)
    world = as_it_was(draw(5), revision)
    for rows in world.rows():
        for row in rows:
            insert(conninfo, row)

    assert migrate(conninfo)

    database = Database(conninfo)
    held = 0
    async with database.session() as session:
        for user in world.users:
            for project, after in await session.exec(select(Project, access_for(user))):
                before = next(
                    world.expected(user, each) for each in world.projects if each.id == project.id
                )
                assert rank(after) <= rank(before), (user.name, project.name, before, after)
                held += rank(after) == rank(before)
    await database.close()
    assert held == len(world.users) * len(world.projects), "and nobody less, as yet"
