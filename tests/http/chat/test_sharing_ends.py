"""Links that have ended: what takes them away, and how soon."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import monotonic

import httpx
import pytest
from sqlmodel import col, delete, update

from app.access.tables import Grant, ShareLink
from app.accounts.tables import User
from app.chat.tables import Conversation
from ingest.corpus.tables import Project, now
from tests.http.chat.bench import Bench
from tests.http.chat.sharing import (
    FOLLOW_UP,
    Shared,
    answered_by,
    let_in,
    person,
    run,
    share,
)
from tests.http.chat.world import Heard
from tests.upstreams.openai_server import OpenAIServer

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def _revoke(bench: Bench, link: Shared, _: User) -> None:
    assert (await bench.ada.delete(f"/shares/{link.share}")).status_code == 200


async def _expire(bench: Bench, link: Shared, _: User) -> None:
    past = now() - timedelta(seconds=1)
    await run(
        bench, update(ShareLink).where(col(ShareLink.id) == link.share).values(expires_at=past)
    )


async def _suspend(bench: Bench, _: Shared, owner: User) -> None:
    await run(bench, update(User).where(col(User.id) == owner.id).values(is_active=False))


async def _shut_out(bench: Bench, _: Shared, owner: User) -> None:
    await run(bench, delete(Grant).where(col(Grant.user_id) == owner.id))


async def _delete_conversation(bench: Bench, link: Shared, _: User) -> None:
    await run(bench, delete(Conversation).where(col(Conversation.id) == link.conversation))


async def _delete_owner(bench: Bench, _: Shared, owner: User) -> None:
    await run(bench, delete(User).where(col(User.id) == owner.id))


ENDS = {
    "revoked": (_revoke, 410, "revoked"),
    "expired": (_expire, 410, "expired"),
    "suspended": (_suspend, 410, "closed"),
    "shut out": (_shut_out, 410, "closed"),
    "conversation deleted": (_delete_conversation, 404, None),
    "owner deleted": (_delete_owner, 404, None),
}
End = tuple[Callable[[Bench, Shared, User], Awaitable[None]], int, str | None]


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
async def test_a_link_that_has_ended_opens_nothing_and_its_streams_end_within_a_second(
    bench: Bench, guest: httpx.AsyncClient, upstream: OpenAIServer, end: End
) -> None:
    act, status, reason = end
    user, client = await person(bench, f"g{now().timestamp()}".replace(".", ""))
    await let_in(bench, user)
    async with client:
        link = await share(bench, client, maxFollowUps=3)
    first = Heard(await guest.post(f"{link.path}/messages", json=FOLLOW_UP))
    async with (
        answered_by(bench, upstream, "steps"),
        guest.stream("POST", f"{link.path}/messages", json=FOLLOW_UP) as stream,
    ):
        pieces = stream.aiter_raw()
        assert b"event: meta" in await anext(pieces)
        await act(bench, link, user)
        began = monotonic()
        rest = b"".join([piece async for piece in pieces])
        assert monotonic() - began < 1
    if reason:  # What was deleted has no last word.
        assert b"CANCELLED" in rest
    for answer in (
        await guest.get(link.path),
        await guest.post(f"{link.path}/messages", json=FOLLOW_UP),
        await guest.get(f"{link.path}/messages/{first.message_id}/stream"),
    ):
        assert answer.status_code == status
        assert answer.json().get("reason") == reason
        assert answer.headers["x-robots-tag"] == "noindex"


async def test_a_project_that_is_deleted_takes_its_links_along(
    bench: Bench, guest: httpx.AsyncClient
) -> None:
    link = await share(bench, bench.ada)
    other = (await bench.ada.post("/projects", json={"name": "Other"})).json()["project"]["id"]
    await run(
        bench,
        update(Conversation).where(col(Conversation.id) == link.conversation).values(
            project_id=other
        ),
    )  # fmt: skip
    await run(
        bench, update(ShareLink).where(col(ShareLink.id) == link.share).values(project_id=other)
    )
    assert (await guest.get(link.path)).status_code == 200
    await run(bench, delete(Project).where(col(Project.id) == other))
    assert (await guest.get(link.path)).status_code == 404
