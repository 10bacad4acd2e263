"""A run outlives its request, and everything that a client saw is in the log."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from app.chat import record
from app.chat.closing import close_expired
from app.chat.events import AnswerEvent, Failed, Finished, Stage, Text
from app.chat.openrun import TAIL_EVENTS
from app.chat.runs import RunOptions
from app.chat.tables import Message, Run
from ingest.corpus.tables import now
from tests.streams.turns import (
    ScriptedTurn,
    collect,
    finished,
    has_logged,
    logged_count,
    reserve_answer,
    started,
    until,
    whole_answer,
)


def as_bytes(events):
    return [(seq, *record.write(event)) for seq, event in events]


def text_of(events):
    return "".join(event.delta for _, event in events if isinstance(event, Text))


async def test_numbers_count_from_one_without_gap_and_the_text_is_whole(database, runs):
    message_id = await reserve_answer(database, runs)
    script = whole_answer(message_id)

    runs.start(message_id, ScriptedTurn(script))
    events = await collect(runs, message_id)

    assert [seq for seq, _ in events] == list(range(1, len(events) + 1))
    assert text_of(events) == "".join(e.delta for e in script if isinstance(e, Text))
    assert events[-1][1] == finished(message_id)


async def test_a_stream_cut_anywhere_resumes_byte_for_byte_everywhere(database, runs, elsewhere):
    message_id = await reserve_answer(database, runs)
    turn = ScriptedTurn(whole_answer(message_id), hold_before=6)
    runs.start(message_id, turn)
    await until(lambda: has_logged(database, message_id, 2))
    live = [
        asyncio.create_task(collect(who, message_id, after))
        for who in (runs, elsewhere)
        for after in (0, 1, 2)
    ]
    await asyncio.sleep(0)
    turn.go.set()

    whole = await collect(runs, message_id)

    for after, task in zip((0, 1, 2) * 2, live, strict=True):
        assert as_bytes(await task) == as_bytes(whole[after:])
    for who in (runs, elsewhere):
        for after in range(len(whole) + 1):
            assert as_bytes(await collect(who, message_id, after)) == as_bytes(whole[after:])


@pytest.mark.parametrize("garbage", [-1, 10_000, 2**31])
async def test_a_number_never_sent_gives_the_whole_stream(database, runs, elsewhere, garbage):
    message_id = await reserve_answer(database, runs)
    runs.start(message_id, ScriptedTurn(whole_answer(message_id)))
    whole = await collect(runs, message_id)

    assert await collect(runs, message_id, garbage) == whole
    assert await collect(elsewhere, message_id, garbage) == whole


async def test_the_answer_is_stored_before_its_closing_event_is_seen(database, runs):
    message_id = await reserve_answer(database, runs)
    runs.start(message_id, ScriptedTurn(whole_answer(message_id)))

    async for _, event in runs.follow(message_id):
        if isinstance(event, Finished):
            async with database.session() as session:
                message = await session.get_one(Message, message_id)
            break

    assert (message.status, message.finish_reason) == ("complete", "stop")
    assert message.content.count("wörd") == 8
    assert (message.prompt_tokens, message.completion_tokens) == (3, 5)


async def test_stopping_from_another_process_keeps_what_was_written(database, runs, elsewhere):
    message_id = await reserve_answer(database, runs)
    turn = ScriptedTurn([started(message_id), Text("so far"), Text("never")], hold_before=2)
    runs.start(message_id, turn)
    await until(lambda: has_logged(database, message_id, 2))

    await elsewhere.stop(message_id)
    events = await collect(elsewhere, message_id)

    assert turn.closed.is_set()
    assert text_of(events) == "so far"
    assert isinstance(events[-1][1], Finished)
    assert events[-1][1].finish_reason == "stopped"
    async with database.session() as session:
        message = await session.get_one(Message, message_id)
    assert (message.status, message.content) == ("stopped", "so far")


async def test_a_stop_whose_notification_was_lost_is_found_with_the_lease(database, make_runs):
    runs = await make_runs(RunOptions(beat_s=0.1))
    message_id = await reserve_answer(database, runs)
    turn = ScriptedTurn(whole_answer(message_id), hold_before=2)
    runs.start(message_id, turn)
    async with database.transaction() as session:
        (await session.get_one(Run, message_id)).stop_requested = True

    events = await collect(runs, message_id)

    assert events[-1][1].finish_reason == "stopped"


async def test_stopping_a_closed_answer_changes_nothing(database, runs):
    message_id = await reserve_answer(database, runs)
    runs.start(message_id, ScriptedTurn(whole_answer(message_id)))
    whole = await collect(runs, message_id)

    await runs.stop(message_id)

    assert await collect(runs, message_id) == whole


async def test_a_turn_that_raises_ends_with_a_safe_error_and_keeps_its_text(database, runs):
    message_id = await reserve_answer(database, runs)

    class Breaking(ScriptedTurn):
        async def events(self) -> AsyncGenerator[AnswerEvent]:
            yield started(message_id)
            yield Text("half")
            raise ZeroDivisionError("secret")

    runs.start(message_id, Breaking([started(message_id)]))
    events = await collect(runs, message_id)

    assert isinstance(events[-1][1], Failed)
    assert events[-1][1].code == "INTERNAL"
    assert "secret" not in events[-1][1].detail
    async with database.session() as session:
        message = await session.get_one(Message, message_id)
    assert (message.status, message.content) == ("failed", "half")


async def test_a_run_over_its_time_is_ended(database, make_runs):
    runs = await make_runs(RunOptions(limit_s=0.2))
    message_id = await reserve_answer(database, runs)
    turn = ScriptedTurn(whole_answer(message_id), hold_before=2)
    runs.start(message_id, turn)

    events = await collect(runs, message_id)

    assert events[-1][1].code == "LLM_TIMEOUT"
    assert turn.closed.is_set()


async def test_a_shutdown_closes_open_runs(database, make_runs, elsewhere):
    runs = await make_runs()
    message_id = await reserve_answer(database, runs)
    runs.start(message_id, ScriptedTurn(whole_answer(message_id), hold_before=3))
    await until(lambda: has_logged(database, message_id, 1))

    await runs.close()
    events = await collect(elsewhere, message_id)

    assert events[-1][1].code == "CANCELLED"
    assert events[-1][1].retryable


async def test_a_late_owner_writes_nothing_behind_the_end(database, make_runs):
    sleeper = await make_runs(RunOptions(lease_s=0.05, beat_s=3600))
    message_id = await reserve_answer(database, sleeper)
    turn = ScriptedTurn(whole_answer(message_id), hold_before=3)
    sleeper.start(message_id, turn)
    await until(lambda: has_logged(database, message_id, 1))
    await asyncio.sleep(0.1)
    other = await make_runs(RunOptions(beat_s=0.05))
    events = await collect(other, message_id)
    assert events[-1][1].code == "INTERNAL"

    turn.go.set()
    await turn.closed.wait()
    ending = await collect(sleeper, message_id)

    assert ending == events
    assert await logged_count(database, message_id) == len(events)


async def test_a_process_that_is_late_never_buries_its_own_runs(database, make_runs):
    late = await make_runs(RunOptions(beat_s=3600))
    message_id = await reserve_answer(database, late)
    turn = ScriptedTurn(whole_answer(message_id), hold_before=3)
    late.start(message_id, turn)
    await until(lambda: has_logged(database, message_id, 1))
    async with database.transaction() as session:
        (await session.get_one(Run, message_id)).lease_until = now() - timedelta(hours=1)

    assert await close_expired(database.transaction, [message_id]) == []

    turn.go.set()
    events = await collect(late, message_id)
    assert events[-1][1].finish_reason == "stop"


async def test_a_run_that_was_reserved_and_never_begun_ends_by_itself(database, make_runs):
    runs = await make_runs(RunOptions(lease_s=0.05, beat_s=0.02))
    message_id = await reserve_answer(database, runs)

    events = await collect(runs, message_id)

    assert events[-1][1].code == "INTERNAL"


async def test_events_of_many_runs_share_a_commit(database, runs):
    ids = [await reserve_answer(database, runs) for _ in range(40)]
    before = runs.log.commits
    for message_id in ids:
        runs.start(message_id, ScriptedTurn(whole_answer(message_id)))

    await asyncio.gather(*(collect(runs, message_id) for message_id in ids))

    assert runs.log.events >= 2 * len(ids)
    assert runs.log.commits - before < len(ids) / 2


async def test_a_slow_listener_slows_nobody_and_misses_nothing(database, runs):
    message_id = await reserve_answer(database, runs)
    count = 2 * TAIL_EVENTS

    class Many(ScriptedTurn):
        async def events(self) -> AsyncGenerator[AnswerEvent]:
            yield started(message_id)
            for n in range(count):
                yield Stage("writing", str(n))
                await asyncio.sleep(0)
            yield finished(message_id)

    runs.start(message_id, Many([started(message_id)]))
    slow = runs.follow(message_id)
    first = await anext(slow)
    whole = await collect(runs, message_id)

    rest = [numbered async for numbered in slow]

    assert [first, *rest] == whole
    assert len(whole) == count + 2


async def test_a_deleted_message_ends_its_followers_and_its_run(database, make_runs):
    runs = await make_runs(RunOptions(beat_s=0.1))
    message_id = await reserve_answer(database, runs)
    turn = ScriptedTurn(whole_answer(message_id), hold_before=2)
    runs.start(message_id, turn)
    follower = asyncio.create_task(collect(runs, message_id))
    await until(lambda: has_logged(database, message_id, 1))
    async with database.transaction() as session:
        await session.delete(await session.get_one(Message, message_id))

    await follower
    async with asyncio.timeout(5):
        await turn.closed.wait()


async def test_a_message_without_a_run_gives_nothing(runs):
    assert await collect(runs, uuid7()) == []
