"""An answer is not written for somebody who may no longer read it."""

from uuid import UUID

from sqlmodel import col, select, update

from app.chat.tables import LoggedEvent, Message
from ingest.corpus.tables import Project
from tests.waiting import eventually_async


async def test_generation_ends_with_the_access_of_the_one_who_asked(world, eve) -> None:
    world.model.hold_before = 1
    url = f"/chat/projects/{world.project.id}"
    async with eve.stream("POST", url, json={"message": "Sales?"}) as response:
        message_id = UUID(response.headers["x-message-id"])
        pieces = response.aiter_bytes()
        await anext(pieces)
        async with world.database.transaction() as session:
            closing = update(Project).where(col(Project.id) == world.project.id)
            await session.exec(closing.values(is_private=True))
        rest = b"".join([piece async for piece in pieces])
    assert b"CANCELLED" in rest

    async def stored() -> Message | None:
        async with world.database.session() as session:
            message = await session.get(Message, message_id)
        return message if message and message.status != "streaming" else None

    message = await eventually_async(stored)
    assert (message.status, message.error_code) == ("failed", "CANCELLED")
    assert world.model.closed == 1
    async with world.database.session() as session:
        kinds = select(LoggedEvent.kind).where(LoggedEvent.message_id == message_id)
        assert list(await session.exec(kinds.order_by(col(LoggedEvent.seq))))[-1] == "failed"


async def test_a_finished_answer_is_no_longer_watched_over(world, ada) -> None:
    await world.ask(ada)
    assert world.watch._watched == {}
