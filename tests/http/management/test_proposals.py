"""A proposal is done once, by its person's own word, in time, and only as it was shown."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import pytest
from sqlmodel import col, delete, update

from app.access.standing import Standing
from app.audit.record import Actor
from app.chat.tables import Memory
from app.integrations.tables import Integration
from app.management.proposals import Proposals
from ingest.corpus.tables import Document, Project
from tests.http.chat.bench import Bench
from tests.http.management.office import Office, open_office

pytestmark = pytest.mark.asyncio(loop_scope="module")


def proposals_of(office: Office, conversation: str) -> Proposals:
    """As the server makes them for this person."""
    standing = Standing(office.user.id, office.project, token_id=office.token_id, tier="full")
    actor = Actor(office.user.id, office.user.email, via="assistant")
    return Proposals(office.database.transaction, standing, actor, UUID(conversation))


async def test_twice_is_once(office: Office) -> None:
    proposed = await office.say("remember Otters like fish.")
    first = await office.say(f"confirm {proposed.code}")
    again = await office.say(f"confirm {proposed.code}")
    assert first.text.startswith("Done: ")
    assert again.text.startswith(f"{proposed.code} was done already, at ")
    assert await office.remembered() == ["Otters like fish."]
    assert len(await office.by_assistant()) == 1


async def test_at_the_same_instant_is_once_too(office: Office) -> None:
    proposed = await office.say("remember Otters like fish.")
    hands = proposals_of(office, office.conversation)
    told = await asyncio.gather(*(hands.confirm(proposed.code) for _ in range(5)))
    assert sorted(each.startswith("Done: ") for each in told) == [False] * 4 + [True]
    assert await office.remembered() == ["Otters like fish."]
    assert len(await office.by_assistant()) == 1


async def test_of_two_about_one_thing_the_second_is_outdated(office: Office) -> None:
    other = await office.begin()
    first = await office.say("instructions set One.")
    second = await office.say("instructions set Two.", other)
    hands = [
        (proposals_of(office, office.conversation), first),
        (proposals_of(office, other), second),
    ]
    told = await asyncio.gather(*(each.confirm(said.code) for each, said in hands))
    assert sorted(each.startswith("Done: ") for each in told) == [False, True]
    assert any(each.startswith("Not done: ") for each in told)
    assert await office.instructions() in {"One.", "Two."}
    assert len(await office.by_assistant()) == 1


async def test_what_is_not_confirmed_in_time_has_ended(office: Office) -> None:
    proposed = await office.say("remember Otters like fish.")
    await office.let_proposals_expire()
    for word in (f"confirm {proposed.code}", f"cancel {proposed.code}"):
        assert "not confirmed in time" in (await office.say(word)).text
    fresh = await office.say("remember Otters like fish.")
    await office.let_proposals_expire()
    assert fresh.code not in (await office.say("yes")).text
    assert await office.remembered() == []


async def test_what_was_dropped_stays_so(office: Office) -> None:
    proposed = await office.say("remember Otters like fish.")
    assert (
        await office.say("no, thanks")
    ).text == f"Dropped: {proposed.code}. Nothing has changed."
    assert "was dropped" in (await office.say(f"confirm {proposed.code}")).text
    named = await office.say("remember Otters like fish.")
    assert named.code in (await office.say(f"cancel {named.code}")).text
    assert await office.remembered() == []


async def test_a_code_means_nothing_elsewhere(bench: Bench, office: Office) -> None:
    proposed = await office.say("remember Otters like fish.")
    elsewhere = await office.begin()
    stranger = await open_office(bench)
    unknown = f"Nothing was proposed as {proposed.code} in this conversation."
    for said in (
        await office.say(f"confirm {proposed.code}", elsewhere),
        await office.say(f"cancel {proposed.code}", elsewhere),
        await stranger.say(f"confirm {proposed.code}"),
    ):
        assert said.text.startswith(unknown)
    assert await office.remembered() == []


Meanwhile = Callable[[Office], Awaitable[None]]


async def other_instructions(office: Office) -> None:
    await office.instruct("Somebody else's.")


async def other_memory(office: Office) -> None:
    async with office.database.transaction() as session:
        here = col(Memory.project_id) == office.project
        await session.exec(update(Memory).where(here).values(text="Somebody else's."))


async def no_memory(office: Office) -> None:
    async with office.database.transaction() as session:
        await session.exec(delete(Memory).where(col(Memory.project_id) == office.project))


async def new_version(office: Office) -> None:
    async with office.database.transaction() as session:
        here = col(Document.project_id) == office.project
        await session.exec(update(Document).where(here).values(version=2))


async def no_document(office: Office) -> None:
    async with office.database.transaction() as session:
        await session.exec(delete(Document).where(col(Document.project_id) == office.project))


async def other_limit(office: Office) -> None:
    async with office.database.transaction() as session:
        here = col(Integration.project_id) == office.project
        await session.exec(update(Integration).where(here).values(rate_limit_per_minute=7))


async def full_memory(office: Office) -> None:
    await office.remember(*(f"Fact {number}." for number in range(49)))


@pytest.mark.parametrize(
    ("command", "meanwhile", "why"),
    [
        ("instructions set New.", other_instructions, "Somebody has changed it"),
        ("reword 1 New.", other_memory, "Somebody has changed it"),
        ("forget 1", no_memory, "There is no such memory"),
        ("delete document rent.txt", new_version, "Somebody has changed it"),
        ("delete document rent.txt", no_document, "There is no such document"),
        ("retry rent.txt", new_version, "Somebody has changed it"),
        ("limit Shop: 90", other_limit, "Somebody has changed it"),
        ("remember New.", full_memory, "A project remembers 50 facts at most."),
    ],
)
async def test_what_changed_meanwhile_is_left_alone(
    office: Office, command: str, meanwhile: Meanwhile, why: str
) -> None:
    await office.remember("Otters like fish.")
    failed = {"status": "failed", "error_code": "no_text", "error_message": "No text."}
    await office.document("rent.txt", **failed)
    await office.integration()
    proposed = await office.say(command)
    await meanwhile(office)
    answer = await office.say(f"confirm {proposed.code}")
    assert answer.text.startswith("Not done: ")
    assert why in answer.text
    assert answer.codes == []
    assert await office.by_assistant() == []
    assert "could not be done" in (await office.say(f"confirm {proposed.code}")).text


async def test_another_field_of_an_integration_is_no_reason_to_wait(office: Office) -> None:
    row, _ = await office.integration()
    proposed = await office.say("disable Shop")
    await other_limit(office)
    await office.say(f"confirm {proposed.code}")
    found = await office.integration_now(row)
    assert (found.is_enabled, found.rate_limit_per_minute) == (False, 7)


async def test_nothing_is_done_for_whose_access_has_fallen(bench: Bench) -> None:
    office = await open_office(bench)
    proposed = await office.say("remember Otters like fish.")
    hands = proposals_of(office, office.conversation)
    await office.give_away()
    with pytest.raises(Exception, match="Your access to this project has ended"):
        await hands.confirm(proposed.code)
    with pytest.raises(Exception, match="Your access to this project has ended"):
        await hands.cancel(proposed.code)
    assert await office.remembered() == []
    (row,) = await office.proposals()
    assert row.status == "open"


async def test_the_change_and_its_entry_in_the_log_are_one(office: Office) -> None:
    proposed = await office.say("remember Otters like fish.")
    hands = proposals_of(office, office.conversation)
    # An address that is no text is refused by the log's column alone.
    broken = Proposals(
        hands.transactions, hands.standing, Actor(office.user.id, "x\x00"), hands.conversation_id
    )
    with pytest.raises(Exception, match=r"NUL|null"):
        await broken.confirm(proposed.code)
    assert await office.remembered() == []
    assert (await office.say(f"confirm {proposed.code}")).text.startswith("Done: ")


async def test_a_deleted_documents_bytes_go_too(office: Office) -> None:
    row = await office.document("rent.txt")
    await office.say(f"confirm {(await office.say('delete document rent.txt')).code}")
    async with office.database.engine.connect() as connection:
        jobs = await connection.exec_driver_sql(
            "SELECT args ->> 'key' FROM procrastinate_jobs WHERE task_name = 'delete_blob'"
        )
        assert row.blob_key in set(jobs.scalars())


async def test_the_project_is_newer_for_it(office: Office) -> None:
    async with office.database.session() as session:
        before = (await session.get_one(Project, office.project)).updated_at
    await office.say(f"confirm {(await office.say('instructions set Be brief.')).code}")
    async with office.database.session() as session:
        assert (await session.get_one(Project, office.project)).updated_at > before
