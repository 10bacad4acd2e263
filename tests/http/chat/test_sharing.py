"""Sharing, from the side of those who have an account (wire contract, section 9)."""

from datetime import timedelta

import pytest
from sqlmodel import col, delete, select, update

from app.access.tables import Grant, ShareLink
from app.accounts.tables import User
from app.audit.tables import AuditEntry
from app.chat.tables import Conversation
from app.wire.times import timestamp
from ingest.corpus.tables import now
from tests.http.chat.bench import QUESTION, Bench
from tests.http.chat.sharing import Shared, let_in, member, person, requested, run, share, talk

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_request_waits_for_an_admin_and_its_link_is_the_requester_s(bench: Bench) -> None:
    async with member(bench, "rita") as (rita, client):
        await requested(client, await talk(client, bench.project))
        conversation = await talk(client, bench.project)
        path = f"/chat/conversations/{conversation}/share-requests"
        asked = await client.post(path, json={"note": "For our lawyer"})
        assert asked.status_code == 201
        waiting = asked.json()["request"]
        assert waiting["status"] == "pending"
        assert waiting["note"] == "For our lawyer"
        assert waiting["requestedBy"]["id"] == str(rita.id)
        assert waiting["share"] is None
        again = await client.post(path, json={})
        assert (again.status_code, again.json()["error"]) == (409, "already_requested")

        pending = (await bench.ada.get("/share-requests", params={"status": "pending"})).json()
        assert waiting["id"] in [each["id"] for each in pending["requests"]]
        ends = timestamp(now() + timedelta(days=3))
        terms = {"expiresAt": ends, "allowFollowUps": True, "maxFollowUps": 3}
        approved = await bench.ada.post(f"/share-requests/{waiting['id']}/approve", json=terms)
        assert approved.status_code == 200
        token = approved.json()["token"]
        assert token.startswith("lumen_share_")
        assert approved.json()["url"] == f"{bench.site.url}/app/share/{token}"

        (mine,) = (
            await client.get("/share-requests", params={"conversationId": conversation})
        ).json()["requests"]
        assert mine["status"] == "approved"
        assert mine["share"]["token"] == token
        assert mine["share"]["status"] == "open"
        assert mine["share"]["expiresAt"] == ends
        assert (mine["share"]["maxFollowUps"], mine["share"]["followUpsUsed"]) == (3, 0)
        late = await bench.ada.post(f"/share-requests/{waiting['id']}/reject", json={})
        assert (late.status_code, late.json()["error"]) == (409, "already_decided")


async def test_a_rejected_request_says_why_and_another_may_follow(bench: Bench) -> None:
    async with member(bench, "rolf") as (_, client):
        conversation = await talk(client, bench.project)
        request = await requested(client, conversation)
        reject = await bench.ada.post(f"/share-requests/{request}/reject", json={"reason": "No"})
        assert reject.status_code == 200
        assert (reject.json()["request"]["status"], reject.json()["request"]["reason"]) == (
            "rejected",
            "No",
        )
        assert reject.json()["request"]["decidedBy"]["email"] == "ada@example.com"
        assert await requested(client, conversation) != request


async def test_others_neither_see_nor_ask_nor_decide_nor_revoke(bench: Bench) -> None:
    async with member(bench, "olga") as (_, client), member(bench, "otto") as (_, other):
        link = await share(bench, client)
        waiting = await requested(client, await talk(client, bench.project))
        refused = await other.post(
            f"/chat/conversations/{link.conversation}/share-requests", json={}
        )
        assert refused.status_code == 404
        assert (await other.get("/share-requests")).json() == {"requests": []}
        assert (await other.get("/shares")).json() == {"shares": []}
        assert (await other.delete(f"/shares/{link.share}")).status_code == 404
        for holder in (client, other):
            for what in ("approve", "reject"):
                answer = await holder.post(f"/share-requests/{waiting}/{what}", json={})
                assert answer.status_code == 403
            assert (await holder.get(f"/share-requests/{waiting}/preview")).status_code == 403
        _, engineers = await person(bench, "emil", platform_role="engineer")
        async with engineers:
            assert (await engineers.get("/share-requests")).json() == {"requests": []}
            denied = await engineers.post(f"/share-requests/{waiting}/approve", json={})
            assert denied.status_code == 403


async def test_a_conversation_without_an_answer_is_not_shared(bench: Bench) -> None:
    async with member(bench, "nina") as (nina, client):
        row = Conversation(project_id=bench.project, user_id=nina.id)
        async with bench.site.services.database.transaction() as session:
            session.add(row)
        answer = await client.post(f"/chat/conversations/{row.id}/share-requests", json={})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "terms",
    [
        {"expiresAt": "2020-01-01T00:00:00.000Z"},
        {"expiresAt": "2200-01-01T00:00:00"},
        {"expiresAt": "soon"},
        {"maxFollowUps": -1},
        {"maxFollowUps": 1_001},
        {"allowFollowUps": "yes"},
    ],
    ids=str,
)
async def test_terms_that_make_no_sense_are_refused(bench: Bench, terms: dict[str, object]) -> None:
    request = await requested(bench.ada, await talk(bench.ada, bench.project))
    answer = await bench.ada.post(f"/share-requests/{request}/approve", json=terms)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    await bench.ada.post(f"/share-requests/{request}/reject", json={})


@pytest.mark.parametrize(
    ("terms", "questions"),
    [
        ({}, 0),
        ({"allowFollowUps": True}, 10),
        ({"maxFollowUps": 4}, 4),
        ({"allowFollowUps": False, "maxFollowUps": 4}, 0),
    ],
)
async def test_follow_ups_are_off_unless_they_are_allowed(
    bench: Bench, terms: dict[str, object], questions: int
) -> None:
    await share(bench, bench.ada, **terms)
    newest = (await bench.ada.get("/shares")).json()["shares"][0]
    assert (newest["maxFollowUps"], newest["allowFollowUps"]) == (questions, questions > 0)


async def test_whoever_decides_sees_what_would_be_shown_until_then(bench: Bench) -> None:
    async with member(bench, "pia") as (pia, client):
        request = await requested(client, await talk(client, bench.project))
        seen = await bench.ada.get(f"/share-requests/{request}/preview")
        assert seen.status_code == 200
        said = [each["content"] for each in seen.json()["conversation"]["messages"]]
        assert said[0] == QUESTION
        await bench.ada.post(f"/share-requests/{request}/reject", json={})
        assert (await bench.ada.get(f"/share-requests/{request}/preview")).status_code == 409
        assert "share.previewed" in await _actions(bench, pia)


async def test_a_conversation_can_be_shared_again_with_other_terms(bench: Bench) -> None:
    link = await share(bench, bench.ada)
    request = await requested(bench.ada, link.conversation)
    approved = await bench.ada.post(f"/share-requests/{request}/approve", json={"maxFollowUps": 1})
    assert approved.json()["token"] != link.token
    async with bench.site.client() as guest:
        for token in (link.token, approved.json()["token"]):
            assert (await guest.get(f"/share/{token}")).status_code == 200


async def test_everything_is_in_the_audit_log_and_the_token_is_nowhere(bench: Bench) -> None:
    async with member(bench, "alma") as (alma, client):
        link = await share(bench, client, maxFollowUps=2)
        assert (await client.delete(f"/shares/{link.share}")).json() == {
            "id": link.share,
            "success": True,
        }
        await client.delete(f"/shares/{link.share}")
        assert await _actions(bench, alma) == ["share.requested", "share.approved", "share.revoked"]
    async with bench.site.services.database.session() as session:
        entries = (await session.exec(select(AuditEntry))).all()
        row = await session.get_one(ShareLink, link.share)
    assert link.token not in repr(entries)
    assert link.token not in repr(row)


async def test_a_link_that_opens_nothing_is_not_shown_with_its_token(bench: Bench) -> None:
    link = await share(bench, bench.ada)
    await bench.ada.delete(f"/shares/{link.share}")
    (gone,) = [
        each
        for each in (await bench.ada.get("/shares")).json()["shares"]
        if each["id"] == link.share
    ]
    assert (gone["status"], gone["token"], gone["url"]) == ("revoked", None, None)
    assert gone["revokedAt"] is not None


async def test_whoever_lost_the_project_no_longer_sees_their_requests_and_still_may_revoke(
    bench: Bench,
) -> None:
    user, client = await person(bench, "luis")
    await let_in(bench, user)
    async with client:
        link = await share(bench, client)
        await run(bench, delete(Grant).where(col(Grant.user_id) == user.id))
        assert (await client.get("/share-requests")).json() == {"requests": []}
        assert (await _share_of(bench, link))["status"] == "closed"
        assert (await client.delete(f"/shares/{link.share}")).status_code == 200
    assert (await _share_of(bench, link))["status"] == "revoked"


async def test_a_suspended_requester_s_link_is_closed(bench: Bench) -> None:
    async with member(bench, "sven") as (sven, client):
        link = await share(bench, client)
        await run(bench, update(User).where(col(User.id) == sven.id).values(is_active=False))
        assert (await _share_of(bench, link))["status"] == "closed"


async def _share_of(bench: Bench, link: Shared) -> dict[str, object]:
    shares = (await bench.ada.get("/shares")).json()["shares"]
    return next(each for each in shares if each["id"] == link.share)


async def _actions(bench: Bench, person: User) -> list[str]:
    query = (
        select(AuditEntry.action)
        .where(AuditEntry.target_name == person.email, AuditEntry.target_type == "share")
        .order_by(col(AuditEntry.id))
    )
    async with bench.site.services.database.session() as session:
        return list(await session.exec(query))
