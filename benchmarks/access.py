"""What the access check costs among 10,000 people, 1,000 projects and 50,000 grants.

Run from the checkout's root: python -m benchmarks.access [samples]

Each sample reads one project twice in a row, once by its id alone and once through the resolver, so
that the difference is the check's own, in one run.
"""

import asyncio
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from sqlalchemy import event, text
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import explain
from app.access.errors import AccessDenied
from app.access.principal import Principal
from app.access.resolver import access_for, require
from app.access.standing import Standing, fallen
from app.accounts.tables import User
from app.db.embedded import EmbeddedPostgres
from app.db.engine import Database
from app.db.migrate import migrate
from ingest.corpus import projects
from ingest.corpus.tables import Project

POPULATE = """
INSERT INTO department (id, name, created_at, updated_at)
SELECT uuidv7(), 'Department ' || n, now(), now() FROM generate_series(1, 50) n;
INSERT INTO user_group (id, department_id, name, created_at, updated_at)
SELECT uuidv7(), d.id, 'Group ' || n, now(), now()
FROM department d, generate_series(1, 8) n;
INSERT INTO user_account (id, email, name, department_id, created_at, updated_at)
SELECT uuidv7(), 'u' || n || '@example.com', 'Person ' || n,
       (SELECT id FROM department ORDER BY name OFFSET n % 50 LIMIT 1), now(), now()
FROM generate_series(1, 10000) n;
INSERT INTO group_member (group_id, user_id, created_at)
SELECT g.id, u.id, now() FROM user_account u
CROSS JOIN LATERAL (SELECT id FROM user_group ORDER BY md5(u.id::text || id::text) LIMIT 4) g;
INSERT INTO project (id, name, color, owner_id, is_private, created_at, updated_at)
SELECT uuidv7(), 'Project ' || n, '#4f6bed', u.id, n % 10 <> 0, now(), now()
FROM generate_series(1, 1000) n
JOIN LATERAL (SELECT id FROM user_account ORDER BY id OFFSET n * 9 LIMIT 1) u ON true;
INSERT INTO project_grant (id, project_id, user_id, tier, created_at, updated_at)
SELECT uuidv7(), p.id, u.id, (ARRAY['use', 'edit', 'full'])[1 + n % 3], now(), now()
FROM (SELECT id, row_number() OVER () AS at FROM project) p
CROSS JOIN generate_series(1, 41) n
JOIN (SELECT id, row_number() OVER () AS at FROM user_account) u
  ON u.at = (p.at * 97 + n * 241) % 10000 + 1;
INSERT INTO project_grant (id, project_id, group_id, tier, created_at, updated_at)
SELECT uuidv7(), p.id, g.id, (ARRAY['use', 'edit', 'full'])[1 + g.at % 3], now(), now()
FROM (SELECT id, row_number() OVER () AS at FROM project) p
JOIN (SELECT id, row_number() OVER () AS at FROM user_group) g ON (g.at + p.at) % 57 = 0;
INSERT INTO project_grant (id, project_id, department_id, tier, created_at, updated_at)
SELECT uuidv7(), p.id, d.id, 'use', now(), now()
FROM (SELECT id, row_number() OVER () AS at FROM project) p
JOIN (SELECT id, row_number() OVER () AS at FROM department) d ON (d.at + p.at) % 25 = 0;
ANALYZE;
"""
COUNTS = """
SELECT (SELECT count(*) FROM user_account), (SELECT count(*) FROM project),
       (SELECT count(*) FROM project_grant), (SELECT count(*) FROM group_member)
"""


def summary(name: str, seconds: Sequence[float]) -> None:
    """Print median and 95th percentile in milliseconds."""
    p95 = quantiles(seconds, n=20)[-1]
    print(f"{name:<54} p50 {median(seconds) * 1e3:6.2f} ms   p95 {p95 * 1e3:6.2f} ms")


async def timed(act: Callable[[], Awaitable[object]]) -> float:
    """Seconds that it takes."""
    began = perf_counter()
    await act()
    return perf_counter() - began


async def check(session: AsyncSession, project: Project, user: User) -> bool:
    """Whether the resolver lets somebody use a project."""
    try:
        await require(session, project.id, Principal(user, None), "use")
    except AccessDenied:
        return False
    return True


async def measure_check(database: Database, samples: int) -> None:
    """The check against a plain read of the same row."""
    dice = random.Random(1)  # noqa: S311 - the same choices each time
    async with database.session() as session:
        users = list(await session.exec(select(User)))
        rows = list(await session.exec(select(Project)))
        plain: list[float] = []
        checked: list[float] = []
        let_in = 0
        statements: list[str] = []
        for _ in range(samples):
            user, project = dice.choice(users), dice.choice(rows)
            query = select(Project).where(Project.id == project.id)
            plain.append(await timed(lambda query=query: session.exec(query)))
            began = perf_counter()
            let_in += await check(session, project, user)
            checked.append(perf_counter() - began)
        event.listen(
            database.engine.sync_engine,
            "before_cursor_execute",
            lambda *about: statements.append(about[2]),
        )
        await check(session, rows[0], users[0])
    warm = samples // 10
    summary("read a project by its id", plain[warm:])
    summary("the same through the resolver", checked[warm:])
    extra = median(c - p for c, p in zip(checked[warm:], plain[warm:], strict=True))
    print(f"the check adds {extra * 1e3:.2f} ms (p50 of the differences)")
    print(f"let in: {let_in} of {samples}")
    print(f"statements of a check, the project's own row included: {len(statements)}")


async def measure_rest(database: Database, samples: int) -> None:
    """What else is decided by the same rules."""
    dice = random.Random(2)  # noqa: S311 - the same
    async with database.session() as session:
        users = list(await session.exec(select(User)))
        rows = list(await session.exec(select(Project)))
        rounds = max(samples // 20, 10)
        listing = [
            await timed(lambda: projects.reachable(session, access_for(dice.choice(users))))
            for _ in range(rounds)
        ]
        summary("list what a member reaches (of 1,000)", listing)
        seeing = [
            await timed(
                lambda: explain.people(session, dice.choice(rows).id, search="", limit=50, offset=0)
            )
            for _ in range(10)
        ]
        summary("who can see a project, first 50 (of 10,000)", seeing)
        open_streams = [Standing(dice.choice(users).id, dice.choice(rows).id) for _ in range(500)]
        looking = [await timed(lambda: fallen(session, open_streams)) for _ in range(10)]
        summary("look 500 open streams up again after a change", looking)


async def main(samples: int) -> None:
    """Measure in a database of its own."""
    with tempfile.TemporaryDirectory(prefix="lumen-bench-") as folder:
        Path(folder).chmod(0o711)  # noqa: ASYNC240 - before anything runs
        postgres = EmbeddedPostgres(Path(folder) / "data")
        postgres.start()
        try:
            migrate(postgres.conninfo())
            database = Database(postgres.conninfo())
            async with database.autocommit() as connection:
                for statement in POPULATE.split(";\n"):
                    if statement.strip():
                        await connection.execute(text(statement.replace("::", "\\:\\:")))
                people, rooms, given, members = (await connection.execute(text(COUNTS))).one()
            print(f"{people} people, {rooms} projects, {given} grants, {members} memberships")
            await measure_check(database, samples)
            await measure_rest(database, samples)
            await database.close()
        finally:
            postgres.stop()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000))
