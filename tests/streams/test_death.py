"""When a process dies, somebody else tells its readers."""

import asyncio
import sys
from pathlib import Path
from uuid import UUID

from app.chat.events import Failed, Text
from app.chat.tables import Message
from tests.streams.turns import collect, has_logged, until


async def test_a_killed_process_leaves_an_answer_that_ends_with_an_error_in_seconds(database, runs):
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.streams.victim",
        database.conninfo,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert victim.stdout is not None
    try:
        message_id = UUID((await victim.stdout.readline()).decode().strip())
        await until(lambda: has_logged(database, message_id, 4), 20)
    finally:
        victim.kill()
        await victim.wait()
    async with asyncio.timeout(8):
        events = await collect(runs, message_id)

    last = events[-1][1]
    assert isinstance(last, Failed)
    assert (last.code, last.retryable) == ("INTERNAL", True)
    assert [seq for seq, _ in events] == list(range(1, len(events) + 1))
    async with database.session() as session:
        message = await session.get_one(Message, message_id)
    assert message.status == "failed"
    assert message.content == "".join(e.delta for _, e in events if isinstance(e, Text))
    assert message.content.startswith("word word")
