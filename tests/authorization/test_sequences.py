"""What takes more than one call to see: repeats, live events, lists, and who learns what exists."""

from collections.abc import Sequence
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, delete, func, select

from app.access.tables import Grant
from app.chat.tables import Message
from tests.authorization.calling import World
from tests.authorization.canaries import sung
from tests.authorization.cases import Ask
from tests.authorization.declared.inbox import customers_talk
from tests.authorization.expectations import Route
from tests.authorization.principals import signed_in
from tests.authorization.rooms import add, add_talk
from tests.authorization.stage import Stage
from tests.authorization.who import Who

pytestmark = pytest.mark.asyncio(loop_scope="module")


def called(world: World, name: str) -> Who:
    return next(who for who in world[1] if who.name == name)


async def reader(stage: Stage) -> Who:
    """Somebody new with a grant of their own."""
    who = await signed_in(stage, "reader", await stage.person(), {"mine": "use"})
    project = stage.rooms["mine"].project
    await add(stage.database, Grant(project_id=project, user_id=who.user_id, tier="use"))
    return who


async def test_a_key_opens_nothing_that_was_closed_since(world: World) -> None:
    stage, _, _ = world
    who = await reader(stage)
    talk = await stage.talk(who, fresh=True)
    path = f"/chat/messages/{talk.answer}/regenerate"
    async with stage.site.client() as client:
        client.headers.update({**dict(who.headers), "Idempotency-Key": "again"})
        first = await client.post(path)
        second = await client.post(path)
        async with stage.database.transaction() as session:
            await session.exec(delete(Grant).where(col(Grant.user_id) == who.user_id))
        third = await client.post(path)
    assert (first.status_code, second.content) == (200, first.content)
    assert third.status_code == 404


async def test_a_refusal_to_answer_again_leaves_the_conversation_as_it_was(world: World) -> None:
    """A 404 alone proves nothing: the answer could have been begun before it."""
    stage, _, _ = world
    talk = stage.rooms["mine"].talk
    said = select(func.count()).where(col(Message.conversation_id) == talk.conversation)
    async with stage.database.session() as session:
        before = (await session.exec(said)).one()
    async with stage.site.client() as client:
        client.headers.update(dict(called(world, "owner").headers))
        answer = await client.post(f"/chat/messages/{talk.answer}/regenerate")
    assert answer.status_code == 404
    async with stage.database.session() as session:
        assert (await session.exec(said)).one() == before


async def heard(world: World, path: str, news: Sequence[tuple[Route, UUID, object]]) -> bytes:
    """What the owner hears at the path of news that a superadmin makes, up to the last of them."""
    stage, _, _ = world
    owner, top = called(world, "owner"), called(world, "superadmin")
    said = b""
    async with stage.site.client() as reading, stage.site.client() as making:
        making.headers.update(dict(top.headers))
        async with reading.stream("GET", path, headers=dict(owner.headers)) as stream:
            async for piece in stream.aiter_raw():
                if not said:  # It listens: the other project's news come first.
                    for (method, where), identity, body in news:
                        made = await making.request(method, where.format(identity), json=body)
                        assert made.status_code == 200, made.text
                said += piece
                if str(news[-1][1]).encode() in said:
                    break
    return said


async def test_events_of_another_project_are_not_heard(world: World) -> None:
    mine, foreign = world[0].rooms["mine"], world[0].rooms["foreign"]
    renamed = ("PATCH", "/documents/{}")
    news = [(renamed, room.document, {"name": "New.txt"}) for room in (foreign, mine)]
    said = await heard(world, f"/documents/projects/{mine.project}/events", news)
    assert str(foreign.document).encode() not in said
    assert not sung(said)


async def test_the_inbox_of_another_project_is_not_heard(world: World) -> None:
    stage, _, _ = world
    mine, foreign = stage.rooms["mine"], stage.rooms["foreign"]
    resolved = ("POST", "/inbox/conversations/{}/status")
    talks = [
        await customers_talk(Ask(stage, called(world, "owner"), room, fresh=True), room.project)
        for room in (foreign, mine)
    ]
    news = [(resolved, talk.conversation, {"status": "resolved"}) for talk in talks]
    said = await heard(world, f"/projects/{mine.project}/inbox/events", news)
    assert str(talks[0].conversation).encode() not in said
    assert not sung(said)


async def test_whoever_may_do_nothing_about_people_does_not_learn_who_is_there(
    world: World,
) -> None:
    stage, _, _ = world
    who = called(world, "full, direct")
    async with stage.site.client() as client:
        client.headers.update(dict(who.headers))
        for user_id in (stage.sam.id, uuid4()):
            path = f"/users/{user_id}"
            answers = [
                await client.get(path),
                await client.patch(path, json={"name": "Other"}),
                await client.delete(path),
                await client.post(f"{path}/link"),
                await client.delete(f"{path}/sessions"),
            ]
            assert [answer.json()["error"] for answer in answers] == ["forbidden"] * 5


async def test_a_project_s_list_holds_no_conversation_of_another_one(world: World) -> None:
    stage, _, _ = world
    who = await reader(stage)
    talks = {
        name: await add_talk(stage.database, who.user_id, stage.rooms[name].project, "plain")
        for name in ("mine", "public")
    }
    async with stage.site.client() as client:
        client.headers.update(dict(who.headers))
        for name, talk in talks.items():
            path = f"/chat/projects/{stage.rooms[name].project}/conversations"
            listed = (await client.get(path)).json()["conversations"]
            assert [each["id"] for each in listed] == [str(talk.conversation)]


async def test_a_document_is_the_one_that_was_asked_for(world: World) -> None:
    stage, _, _ = world
    room = stage.rooms["mine"]
    async with stage.site.client() as client:
        client.headers.update(dict(called(world, "owner").headers))
        for document in (room.document, room.waiting):
            found = (await client.get(f"/documents/{document}")).json()["document"]
            assert found["id"] == str(document)


async def test_nothing_is_done_for_whoever_may_not_before_they_are_refused(world: World) -> None:
    """Grants go with whom they are for: who may not delete those must not hold them up either."""
    stage, _, _ = world
    near, group, person = stage.near.id, stage.near_group.id, stage.near_user.id
    project = stage.rooms["mine"].project
    await add(
        stage.database,
        Grant(project_id=project, group_id=group, tier="use"),
        Grant(project_id=project, user_id=person, tier="use"),
    )
    async with stage.database.transaction() as session, stage.site.client() as client:
        await session.exec(select(Grant).where(Grant.project_id == project).with_for_update())
        client.headers.update(dict(called(world, "member of another project").headers))
        for path in (f"/departments/{near}", f"/groups/{group}", f"/users/{person}"):
            assert (await client.delete(path, timeout=5)).status_code == 403
