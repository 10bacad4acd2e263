"""Webhooks: signed, retried, logged and replayed; never to where the server may not go."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncGenerator
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlmodel import col, select, update

from app.bootstrap.vault import key_vault
from app.bootstrap.webhook_post import AddressRule, GuardedPost
from app.errors import AppError
from app.webhooks import sealing
from app.webhooks.jobs import forget, send_forgotten
from app.webhooks.sending import SendingOptions
from app.webhooks.tables import Delivery, Webhook
from ingest.corpus.tables import now
from providers.secrets import KeyVault
from tests.fixtures.addresses import ALWAYS, CONFUSED, LOOPBACK, PRIVATE
from tests.fixtures.benches import OpenBench
from tests.http.chat.bench import QUESTION, Bench
from tests.http.inbox_shop import colleague, open_shop
from tests.upstreams.webhook_receiver import WebhookReceiver
from tests.waiting import eventually, eventually_async

pytestmark = pytest.mark.asyncio(loop_scope="module")
QUICK = SendingOptions(tries=3, first_pause_s=0.01, growth=1.0)
EVENTS = ["conversation.escalated", "document.failed", "document.ready", "message.created"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(opening: OpenBench) -> AsyncGenerator[Bench]:
    async with opening() as built:
        yield built


@pytest_asyncio.fixture(loop_scope="module")
async def receiver() -> AsyncGenerator[WebhookReceiver]:
    async with WebhookReceiver() as server:
        yield server


class Hook:
    """A webhook of a project, and its log."""

    def __init__(self, bench: Bench, made: dict[str, Any]) -> None:
        self.bench = bench
        self.id = made["webhook"]["id"]
        self.url = f"/projects/{made['webhook']['projectId']}/webhooks/{self.id}"
        self.secret: str = made["secret"]

    async def log(self) -> list[dict[str, Any]]:
        answer = await self.bench.ada.get(f"{self.url}/deliveries")
        assert answer.status_code == 200, answer.text
        return answer.json()["deliveries"]

    async def until(self, status: str) -> dict[str, Any]:
        async def look() -> dict[str, Any] | None:
            found = await self.log()
            return found[0] if found and found[0]["status"] == status else None

        return await eventually_async(look)


async def project_of(bench: Bench) -> UUID:
    made = await bench.ada.post("/projects", json={"name": "Hooked"})
    return UUID(made.json()["project"]["id"])


async def hook(bench: Bench, project: UUID, url: str, events: list[str] = EVENTS) -> Hook:
    answer = await bench.ada.post(
        f"/projects/{project}/webhooks", json={"url": url, "events": events}
    )
    assert answer.status_code == 201, answer.text
    return Hook(bench, answer.json())


async def test_a_secret_is_shown_once_and_kept_sealed(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    project = await project_of(bench)
    made = await hook(bench, project, receiver.url)
    assert made.secret.startswith("whsec_")
    listed = await bench.ada.get(f"/projects/{project}/webhooks")
    assert made.secret not in listed.text
    assert listed.json()["webhooks"][0]["secretLast4"] == made.secret[-4:]
    async with bench.site.services.database.session() as session:
        row = await session.get_one(Webhook, UUID(made.id))
    assert made.secret.encode() not in row.secret
    rotated = (await bench.ada.post(f"{made.url}/rotate")).json()
    assert rotated["secret"] != made.secret
    changed = await bench.ada.patch(made.url, json={"events": ["document.ready"]})
    assert changed.json()["webhook"]["events"] == ["document.ready"]
    assert (await bench.ada.delete(made.url)).json() == {"id": made.id, "success": True}
    assert (await bench.ada.get(f"{made.url}/deliveries")).status_code == 404


async def test_what_customers_and_people_say_arrives_signed_and_notes_never(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    project = await project_of(bench)
    made = await hook(bench, project, receiver.url)
    shop = await open_shop(bench.site, project)
    async with bench.site.working():
        talk, _ = await shop.say("customer-42", "Can I talk to a human?")
        base = f"/inbox/conversations/{talk}"
        await bench.ada.post(f"{base}/note", json={"body": "SECRETNOTE"})
        await bench.ada.post(f"{base}/reply", json={"body": "Here I am."})
        await eventually(lambda: len(receiver.arrived) >= 3)
    for request in receiver.arrived:
        proof = hmac.new(made.secret.encode(), request.body, hashlib.sha256).hexdigest()
        assert request.headers["x-lumen-signature"] == f"sha256={proof}"
        assert abs(int(request.headers["x-lumen-timestamp"]) - now().timestamp()) < 60
        said = json.loads(request.body)
        assert request.headers["x-lumen-event"] == said["event"]
        assert said["projectId"] == str(project)
        assert said["data"]["customerKey"] == "customer-42"
        assert UUID(said["id"]).version == 7
    told = {json.loads(each.body)["event"] for each in receiver.arrived}
    assert told == {"conversation.escalated", "message.created"}
    whole = b"".join(each.body for each in receiver.arrived)
    assert b"Here I am." in whole
    assert b"SECRETNOTE" not in whole
    assert len({each.headers["x-lumen-delivery"] for each in receiver.arrived}) == 3
    assert {each["status"] for each in await made.log()} == {"delivered"}


async def test_answers_are_told_of_when_they_are_whole_and_people_s_own_never(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    made = await hook(bench, bench.project, receiver.url, ["message.created"])
    shop = await open_shop(bench.site, bench.project, kind="widget")
    await bench.ask()
    _, answer = await shop.say("visitors-secret-key", QUESTION)
    assert answer is not None
    await shop.hears(answer)
    bodies = [json.loads(each["body"])["data"] for each in await made.log()]
    assert [each["role"] for each in bodies] == ["assistant", "user"]
    assert "Monday" in bodies[0]["body"]
    assert "visitors-secret-key" not in str(bodies)
    await bench.ada.delete(made.url)


async def test_documents_are_told_of_when_they_are_ready_or_failed(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    project = await project_of(bench)
    made = await hook(bench, project, receiver.url)
    files = [
        ("files", ("rent.txt", b"The rent is due on Monday.")),
        ("files", ("broken.pdf", b"%PDF-1.4 nothing")),
    ]
    async with bench.site.working():
        sent = await bench.ada.post(f"/documents/projects/{project}", files=files)
        assert sent.status_code == 202
        await eventually(lambda: len(receiver.arrived) >= 2, seconds=60)
    told = {each["event"]: json.loads(each["body"])["data"] for each in await made.log()}
    assert told["document.ready"]["name"] == "rent.txt"
    assert told["document.failed"]["error"]["code"]


async def test_a_receiver_that_fails_is_tried_again_with_the_same_bytes(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    project = await project_of(bench)
    receiver.answers = [500, 503]
    made = await hook(bench, project, receiver.url)
    shop = await open_shop(bench.site, project, escalation={"onRequest": True})
    await shop.say("c", "Can I talk to a human?")
    async with bench.site.working(QUICK):
        delivered = await made.until("delivered")
    assert delivered["responseStatus"] == 200
    assert delivered["response"] == "thanks"
    assert sum(each["attempts"] for each in await made.log()) == len(receiver.arrived) == 4
    bodies = [each.body for each in receiver.arrived]
    assert len(set(bodies)) == 2


async def test_one_that_never_succeeds_is_given_up_and_can_be_replayed(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    project = await project_of(bench)
    receiver.answers = [500] * 3
    made = await hook(bench, project, receiver.url, ["conversation.escalated"])
    shop = await open_shop(bench.site, project)
    await shop.say("c", "Can I talk to a human?")
    async with bench.site.working(QUICK):
        failed = await made.until("failed")
        assert (failed["attempts"], failed["lastError"]) == (3, "The receiver answered 500.")
        replayed = await bench.ada.post(f"{made.url}/deliveries/{failed['id']}/replay")
        assert replayed.status_code == 202
        delivered = await made.until("delivered")
    assert (delivered["id"], delivered["attempts"]) == (failed["id"], 4)
    assert len({each.body for each in receiver.arrived}) == 1
    assert (await bench.ada.post(f"{made.url}/deliveries/{uuid4()}/replay")).status_code == 404


async def test_a_receiver_that_is_gone_is_switched_off(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    project = await project_of(bench)
    receiver.answers = [410]
    made = await hook(bench, project, receiver.url, ["conversation.escalated"])
    shop = await open_shop(bench.site, project)
    await shop.say("c", "Can I talk to a human?")
    async with bench.site.working(QUICK):
        failed = await made.until("failed")
    assert failed["attempts"] == 1
    (row,) = (await bench.ada.get(f"/projects/{project}/webhooks")).json()["webhooks"]
    assert (row["isEnabled"], "410" in row["disabledReason"]) == (False, True)
    url = f"{made.url}/deliveries/{failed['id']}/replay"
    assert (await bench.ada.post(url)).status_code == 400
    await shop.say("d", "Can I talk to a human?")
    assert len(await made.log()) == 1
    on = await bench.ada.patch(made.url, json={"isEnabled": True})
    assert on.json()["webhook"]["disabledReason"] is None


async def test_redirects_silence_and_long_answers_are_bounded(receiver: WebhookReceiver) -> None:
    post = GuardedPost(allow_private=True, whole_s=0.5)
    receiver.answers, receiver.extra = [302], "location: http://127.0.0.1:1/\r\n"
    told = await post(receiver.url, b"{}", {})
    assert (told.status, "redirects" in (told.error or "")) == (302, True)
    assert len(receiver.arrived) == 1
    receiver.text, receiver.extra = b"x" * 100_000, ""
    told = await post(receiver.url, b"{}", {})
    assert told.error is None
    assert len(told.text or "") == 1_000
    receiver.silent = True
    async with asyncio.timeout(5):
        told = await post(receiver.url, b"{}", {})
    assert told.error == "No answer within 0.5 seconds."
    told = await post("http://127.0.0.1:1/", b"{}", {})
    assert "cannot be reached" in (told.error or "")
    await post.aclose()


@pytest.mark.parametrize("host", [*LOOPBACK, *PRIVATE, *ALWAYS])
async def test_no_address_of_the_table_is_taken_or_called_where_private_ones_are_not(
    host: str,
) -> None:
    url = f"http://{host}:9/hook"
    rule, post = AddressRule(allow_private=False), GuardedPost(allow_private=False)
    told = await post(url, b"{}", {})
    assert told.error is not None
    assert told.status is None
    with pytest.raises(AppError) as refused:
        rule(url)
    assert refused.value.code == "address_refused"
    await post.aclose()


@pytest.mark.parametrize("host", ALWAYS)
async def test_metadata_addresses_are_refused_where_private_ones_are_allowed(
    bench: Bench, host: str
) -> None:
    body = {"url": f"http://{host}/hook", "events": ["document.ready"]}
    answer = await bench.ada.post(f"/projects/{bench.project}/webhooks", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "address_refused")


@pytest.mark.parametrize("url", CONFUSED)
async def test_addresses_that_two_parsers_read_differently_lead_nowhere(
    receiver: WebhookReceiver, url: str
) -> None:
    post = GuardedPost(allow_private=False)
    told = await post(url.format(port=receiver.url.split(":")[2].split("/")[0]), b"{}", {})
    assert told.error is not None
    assert receiver.arrived == []
    await post.aclose()


@pytest.mark.parametrize(
    "body",
    [
        {"url": "https://example.com/", "events": []},
        {"url": "https://example.com/", "events": ["document.deleted"]},
        {"url": "", "events": ["document.ready"]},
        {"url": "ftp://example.com/", "events": ["document.ready"]},
        {"events": ["document.ready"]},
    ],
)
async def test_what_is_no_webhook_is_refused(bench: Bench, body: dict[str, Any]) -> None:
    answer = await bench.ada.post(f"/projects/{bench.project}/webhooks", json=body)
    assert answer.status_code == 400


async def test_edit_is_not_enough(bench: Bench) -> None:
    _, client = await colleague(bench.site, bench.project, "edit", "Carl")
    async with client:
        assert (await client.get(f"/projects/{bench.project}/webhooks")).status_code == 403


async def test_what_lost_its_job_is_sent_all_the_same_and_old_ones_go(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    project = await project_of(bench)
    made = await hook(bench, project, receiver.url, ["conversation.escalated"])
    shop = await open_shop(bench.site, project)
    await shop.say("c", "Can I talk to a human?")
    database = bench.site.services.database
    long_ago = now().replace(year=2020)
    async with database.transaction() as session:
        await session.exec(
            update(Delivery).values(due_at=long_ago).where(col(Delivery.due_at).is_not(None))
        )
        assert await send_forgotten(session, grace_s=60) >= 1
        assert await send_forgotten(session, grace_s=60) == 0
    async with bench.site.working():
        delivered = await made.until("delivered")
    async with database.transaction() as session:
        await session.exec(
            update(Delivery)
            .values(created_at=long_ago)
            .where(col(Delivery.id) == UUID(delivered["id"]))
        )
        await forget(session)
        assert await session.get(Delivery, UUID(delivered["id"])) is None


async def test_secrets_follow_a_change_of_the_server_s_secret(
    bench: Bench, receiver: WebhookReceiver
) -> None:
    project = await project_of(bench)
    made = await hook(bench, project, receiver.url)
    old = bench.site.settings.secret().encode()
    newest = b"n" * 32
    async with bench.site.services.database.transaction() as session:
        with pytest.raises(AppError):
            await sealing.reseal(session, KeyVault(newest))
        count = await sealing.reseal(session, KeyVault(newest, old))
        assert count >= 1
        row = (await session.exec(select(Webhook).where(Webhook.id == UUID(made.id)))).one()
        assert KeyVault(newest).open(row.secret, row.id) == made.secret
        assert all(each.is_current for each in await sealing.conditions(session, KeyVault(newest)))
        await sealing.reseal(session, KeyVault(old, newest))
    assert key_vault(bench.site.settings).open(row.secret, row.id) == made.secret
