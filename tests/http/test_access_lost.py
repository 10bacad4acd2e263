"""Access lost is lost at once: open streams end within a second, the next request is refused."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from sqlmodel import col, delete, select, update

from app.access.principal import Principal
from app.access.standing import Standing
from app.access.tables import Grant
from app.accounts.tables import (
    AuthSession,
    Department,
    Group,
    GroupMember,
    PersonalAccessToken,
    User,
)
from app.chat.tables import Conversation, Message
from app.db.engine import Database
from ingest.corpus.tables import Project, now
from tests.fixtures.site import PASSWORD, OpenSite, Site
from tests.waiting import eventually_async

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Room:
    """Bob in Ada's project, by one rule, with a stream open."""

    site: Site
    bob: User
    project: UUID
    bobs: httpx.AsyncClient

    @property
    def database(self) -> Database:
        return self.site.services.database


Change = Callable[[Room], Awaitable[None]]


async def execute(room: Room, *statements: object) -> None:
    async with room.database.transaction() as session:
        for statement in statements:
            await session.exec(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]


async def add(room: Room, *rows: object) -> None:
    async with room.database.transaction() as session:
        for row in rows:
            session.add(row)
            await session.flush()


async def by_grant(room: Room) -> None:
    await add(room, Grant(project_id=room.project, user_id=room.bob.id, tier="use"))


async def by_group(room: Room) -> None:
    department = Department(name=f"Sales {room.bob.id}")
    group = Group(department_id=department.id, name="Team")
    member = GroupMember(group_id=group.id, user_id=room.bob.id)
    grant = Grant(project_id=room.project, group_id=group.id, tier="use")
    await add(room, department, group, member, grant)


async def by_department(room: Room) -> None:
    department = Department(name=f"Sales {room.bob.id}")
    await add(room, department)
    await execute(room, update(User).where(col(User.id) == room.bob.id).values(
        department_id=department.id
    ))  # fmt: skip
    await add(room, Grant(project_id=room.project, department_id=department.id, tier="use"))


async def by_role(room: Room) -> None:
    await execute(
        room, update(User).where(col(User.id) == room.bob.id).values(platform_role="admin")
    )


async def by_owning(room: Room) -> None:
    await execute(
        room, update(Project).where(col(Project.id) == room.project).values(owner_id=room.bob.id)
    )


async def by_being_public(room: Room) -> None:
    await execute(
        room, update(Project).where(col(Project.id) == room.project).values(is_private=False)
    )


async def revoke_grants(room: Room) -> None:
    await execute(room, delete(Grant))


async def leave_groups(room: Room) -> None:
    await execute(room, delete(GroupMember))


async def delete_groups(room: Room) -> None:
    await execute(room, delete(Group))


async def delete_departments(room: Room) -> None:
    await execute(room, delete(Department))


async def leave_department(room: Room) -> None:
    await execute(room, update(User).where(col(User.id) == room.bob.id).values(department_id=None))


async def demote(room: Room) -> None:
    await execute(
        room,
        update(User)
        .where(col(User.id) == room.bob.id)
        .values(platform_role="none", org_position="member"),
    )


async def suspend(room: Room) -> None:
    await execute(room, update(User).where(col(User.id) == room.bob.id).values(is_active=False))


async def change_owner(room: Room) -> None:
    ada = select(User.id).where(User.email == "ada@example.com").scalar_subquery()
    await execute(room, update(Project).values(owner_id=ada))


async def close_project(room: Room) -> None:
    await execute(room, update(Project).values(is_private=True))


async def delete_project(room: Room) -> None:
    await execute(room, delete(Project).where(col(Project.id) == room.project))


async def end_sessions(room: Room) -> None:
    await execute(
        room,
        update(AuthSession).where(col(AuthSession.user_id) == room.bob.id).values(revoked_at=now()),
    )


WAYS = [
    (by_grant, revoke_grants),
    (by_group, revoke_grants),
    (by_group, leave_groups),
    (by_group, delete_groups),
    (by_department, leave_department),
    (by_department, delete_departments),
    (by_role, demote),
    (by_owning, change_owner),
    (by_being_public, close_project),
    (by_grant, suspend),
    (by_grant, end_sessions),
    (by_grant, delete_project),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(standing: OpenSite) -> AsyncGenerator[Site]:
    async with standing() as site:
        yield site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ada(site: Site) -> AsyncGenerator[httpx.AsyncClient]:
    async with await site.set_up() as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def room(site: Site, ada: httpx.AsyncClient) -> AsyncGenerator[Room]:
    async with bobs_room(site, ada) as room:
        yield room


@asynccontextmanager
async def bobs_room(site: Site, ada: httpx.AsyncClient) -> AsyncGenerator[Room]:
    """A closed project of Ada's, and a Bob who is new."""
    made = await ada.post("/projects", json={"name": "Merger", "isPrivate": True})
    bob = User(
        name="Bob",
        email=f"{uuid4().hex}@example.com",
        password_hash=await site.services.passwords.hash(PASSWORD),
    )
    async with site.services.database.transaction() as session:
        session.add(bob)
    async with site.client() as nobody:
        signed_in = await nobody.post(
            "/auth/login", json={"email": bob.email, "password": PASSWORD}
        )
    async with site.client(signed_in.json()["accessToken"]) as bobs:
        yield Room(site, bob, UUID(made.json()["project"]["id"]), bobs)


async def ends_within_a_second(
    client: httpx.AsyncClient, url: str, after: Callable[[], Awaitable[None]]
) -> bytes:
    """What the stream said behind the moment of the change."""
    async with client.stream("GET", url) as response:
        assert response.status_code == 200, await response.aread()
        pieces = response.aiter_bytes()
        await anext(pieces)
        await after()
        since = monotonic()
        rest = b"".join([piece async for piece in pieces])
        assert monotonic() - since < 1.0
    return rest


@pytest.mark.parametrize(("open_by", "lose"), WAYS, ids=lambda way: way.__name__)
async def test_a_stream_of_documents_ends_when_access_does(
    room: Room, open_by: Change, lose: Change
) -> None:
    await open_by(room)
    url = f"/documents/projects/{room.project}/events"
    rest = await ends_within_a_second(room.bobs, url, lambda: lose(room))
    assert b'"CANCELLED"' in rest
    assert (await room.bobs.get(url)).status_code in {401, 403, 404}


async def test_a_stream_goes_on_when_another_rule_still_holds(room: Room) -> None:
    await by_grant(room)
    await by_being_public(room)
    async with room.bobs.stream("GET", f"/documents/projects/{room.project}/events") as response:
        pieces = response.aiter_bytes()
        await anext(pieces)
        await revoke_grants(room)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await anext(pieces)


async def test_a_personal_token_s_stream_ends_with_the_token_alone(room: Room) -> None:
    await by_grant(room)
    made = (await room.bobs.post("/tokens", json={"name": "script"})).json()
    url = f"/documents/projects/{room.project}/events"

    async def revoke() -> None:
        await execute(room, delete(PersonalAccessToken))

    async with room.site.client(made["secret"]) as script:
        rest = await ends_within_a_second(script, url, revoke)
        assert b'"CANCELLED"' in rest
        assert (await script.get(url)).status_code == 401
    assert (await room.bobs.get(f"/projects/{room.project}")).status_code == 200


async def _answer_in_the_making(room: Room) -> UUID:
    """An answer of Bob's whose process is silent: its stream stays open."""
    conversation = Conversation(project_id=room.project, user_id=room.bob.id)
    question = Message(conversation_id=conversation.id, role="user", content="?")
    answer = Message(
        conversation_id=conversation.id,
        role="assistant",
        status="streaming",
        reply_to=question.id,
        model="test/silent",
    )
    await add(room, conversation, question, answer)
    async with room.database.transaction() as session:
        await room.site.services.runs.reserve(session, answer.id)
    return answer.id


@pytest.mark.parametrize("lose", [revoke_grants, suspend, end_sessions], ids=lambda f: f.__name__)
async def test_an_open_answer_ends_when_access_does(room: Room, lose: Change) -> None:
    await by_grant(room)
    answer = await _answer_in_the_making(room)
    url = f"/chat/messages/{answer}/stream"

    async def read() -> tuple[bytes, float]:
        async with room.bobs.stream("GET", url) as response:
            assert response.status_code == 200
            body = b"".join([piece async for piece in response.aiter_bytes()])
            return body, monotonic()

    reading = asyncio.create_task(read())
    watch = room.site.services.watch

    async def is_watched() -> bool:
        return any(each.user_id == room.bob.id for each in watch._watched)

    await eventually_async(is_watched)
    await lose(room)
    since = monotonic()
    body, ended = await reading
    assert ended - since < 1.0
    assert body.startswith(b"event: error\ndata: ")
    assert b"id:" not in body
    assert (await room.bobs.get(url)).status_code in {401, 404}


async def test_what_changed_between_a_request_s_look_and_its_stream_is_not_missed(
    room: Room,
) -> None:
    await by_grant(room)
    principal = Principal(room.bob, None)
    await revoke_grants(room)
    watch = room.site.services.watch

    async def heard() -> bool:
        return any(f"project {room.project}" == said for _, said in watch._recent)

    await eventually_async(heard)
    with watch.over(Standing.of(principal, room.project)) as lost:
        async with asyncio.timeout(1):
            await lost.wait()


async def test_a_server_that_ends_lets_its_streams_end_without_a_word_of_loss(
    standing: OpenSite,
) -> None:
    async with standing() as site, await site.set_up() as ada, bobs_room(site, ada) as room:
        await by_grant(room)
        url = f"/documents/projects/{room.project}/events"
        rest = await ends_within_a_second(room.bobs, url, site.services.stop)
    assert rest == b""
