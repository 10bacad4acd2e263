"""The conversation itself: who gets in, what is refused, what goes on and what is kept."""

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlmodel import col, delete, select, update

from app.access.principal import Principal
from app.access.tables import Grant
from app.access.watch import Unwatched
from app.accounts import personal_tokens
from app.accounts.sessions import Client, open_session
from app.accounts.tables import PersonalAccessToken, User
from app.asgi import MAX_BODY_BYTES
from app.audit.record import SERVER
from app.chat.events import AnswerEvent, Failed, Finished, Text
from app.chat.runs import FORBIDDEN
from app.chat.tables import Conversation, UsageRecord
from app.integrations.tables import RateBucket
from app.management.management import PER_MINUTE, Management, ManagementOptions
from ingest.corpus.tables import Project, now
from providers.contract import ChatModel
from providers.errors import NoProvider
from tests.http.chat.bench import Bench
from tests.http.customers.shop import open_shop
from tests.http.management.office import PATH, Office, open_office
from tests.upstreams.openai_server import ANSWER, OpenAIServer
from tests.upstreams.tool_server import ToolServer, Wants
from tests.waiting import eventually

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_was_said_is_kept_in_its_order(office: Office) -> None:
    first = await office.say("memories")
    await office.say("inbox")
    kept = await office.messages()
    assert [each["role"] for each in kept] == ["user", "assistant"] * 2
    assert [each["content"] for each in kept[:2]] == ["memories", first.text]
    assert kept[0].keys() == {"role", "content", "createdAt"}


async def test_a_broken_answer_goes_on_behind_what_was_seen(office: Office) -> None:
    whole = await office.say("remember Otters like fish.")
    for last in range(1, len(whole.events)):
        rest = await office.say("remember Otters like fish.", last=last)
        assert rest.events == whole.events[last:]
    assert len(await office.proposals()) == 1


async def test_a_project_need_not_be_named_where_there_is_one(bench: Bench) -> None:
    office = await open_office(bench)
    async with office.client() as client:
        begun = [await client.post(PATH), await client.post(PATH, json={})]
    assert [answer.status_code for answer in begun] == [201, 201]
    shown = await office.say("project", conversation=begun[0].json()["conversationId"])
    assert office.user.name in shown.text
    await office.add(Project(name="Second", owner_id=office.user.id))
    async with office.client() as client:
        assert await refusal(await client.post(PATH)) == 400
        assert (await client.post(PATH, json={"projectId": str(office.project)})).status_code == 201
        nothing = delete(Project).where(col(Project.owner_id) == office.user.id)
        async with office.database.transaction() as session:
            await session.exec(nothing)
        assert await refusal(await client.post(PATH)) == 403


async def refusal(answer: httpx.Response) -> int:
    assert answer.json().keys() == {"error"}, answer.text
    assert isinstance(answer.json()["error"], str)
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code


async def session_of(office: Office) -> str:
    async with office.database.transaction() as session:
        user = await session.get_one(User, office.user.id)
        secret = office.bench.site.settings.secret()
        signed = await open_session(session, user, "password", Client("127.0.0.1", "t"), secret)
    return signed.access_token


async def expired_token(office: Office) -> str:
    async with office.database.transaction() as session:
        _, secret = await personal_tokens.create(
            session, office.user, SERVER, "old", now() - timedelta(seconds=1)
        )
    return secret


async def test_only_a_personal_token_opens_it(bench: Bench, office: Office) -> None:
    conversation = await office.begin()
    paths = [("POST", PATH), *((m, f"{PATH}/{conversation}/messages") for m in ("POST", "GET"))]
    shop = await open_shop(bench, project_id=office.project)
    access = await session_of(office)

    async def status(token: str | None, **headers: str) -> set[int]:
        found: set[int] = set()
        given = {"Authorization": f"Bearer {token}", **headers} if token else headers
        async with httpx.AsyncClient(base_url=bench.site.url, headers=given) as client:
            for method, path in paths:
                body = {"message": "help"} if method == "POST" else None
                found.add(await refusal(await client.request(method, path, json=body)))
        return found

    assert await status(None) == {401}
    assert await status("garbage") == {401}
    assert await status("lumen_pat_garbage") == {401}
    assert await status("lumen_int_garbage") == {401}
    assert await status(await expired_token(office)) == {401}
    assert await status(access) == {403}
    assert await status(shop.token) == {403}
    assert await status(None, Cookie="lumen_refresh=anything") == {403}


async def test_a_conversation_is_its_persons_alone(bench: Bench, office: Office) -> None:
    await office.say("help")
    other = await open_office(bench)
    await office.add(Grant(project_id=office.project, user_id=other.user.id, tier="full"))
    path = f"{PATH}/{office.conversation}/messages"
    async with other.client() as client:
        assert await refusal(await client.get(path)) == 404
        assert await refusal(await client.post(path, json={"message": "help"})) == 404


@pytest.mark.parametrize("tier", [None, "use", "edit"])
async def test_less_than_full_is_not_enough(bench: Bench, office: Office, tier: str | None) -> None:
    other = await open_office(bench)
    if tier is not None:
        await office.add(Grant(project_id=office.project, user_id=other.user.id, tier=tier))
    async with other.client() as client:
        answer = await client.post(PATH, json={"projectId": str(office.project)})
        assert await refusal(answer) == 403


async def test_refusals_are_json_with_an_error(office: Office) -> None:
    messages = f"{PATH}/{await office.begin()}/messages"
    async with office.client() as client:

        async def post(path: str, body: Any) -> int:
            return await refusal(await client.post(path, json=body))

        for body in ({"message": ""}, {"message": " \n"}, {"message": 1}, {"text": "x"}, ["x"]):
            assert await post(messages, body) == 400
        assert await post(messages, {"message": "x" * 10_001}) == 400
        for wrong in ("garbage", 7, ["x"], {"a": 1}):
            assert await post(PATH, {"projectId": wrong}) == 400
        assert await post(PATH, {"projectId": str(uuid4())}) == 404
        for identity in (uuid4(), "garbage"):
            assert await post(f"{PATH}/{identity}/messages", {"message": "help"}) == 404
            assert await refusal(await client.get(f"{PATH}/{identity}/messages")) == 404
        json_type = {"Content-Type": "application/json"}
        for content, headers in (
            (b"{", json_type), (b'{"message":"x"}', {"Content-Type": "text/plain"}),
            (b" " * (MAX_BODY_BYTES + 1), json_type),
        ):  # fmt: skip
            answer = await client.post(messages, content=content, headers=headers)
            assert await refusal(answer) == 400


async def test_a_persons_messages_are_limited_over_all_processes(office: Office) -> None:
    await office.begin()
    async with office.database.transaction() as session:
        key = f"management:{office.user.id}"
        full = now() + timedelta(seconds=60)
        await session.exec(
            update(RateBucket).where(col(RateBucket.key) == key).values(spent_until=full)
        )
    async with office.client() as client:
        answer = await client.post(PATH)
        assert await refusal(answer) == 429
        assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert PER_MINUTE == 60


async def test_it_is_no_part_of_a_persons_chats(office: Office) -> None:
    answer = await office.say("remember Xanadu is closed.")
    project = office.project
    async with office.database.session() as session:
        query = select(Conversation).where(Conversation.project_id == project)
        conversation = (await session.exec(query)).one()
    async with office.bench.site.client(await session_of(office)) as person:
        listed = (await person.get(f"/chat/projects/{project}/conversations")).json()
        assert listed["conversations"] == []
        assert (await person.get("/chat/recent")).json()["conversations"] == []
        found = (await person.get("/chat/search", params={"q": "Xanadu"})).json()
        assert found["conversations"] == []
        assert (await person.get(f"/projects/{project}/inbox")).json()["conversations"] == []
        own = f"/chat/conversations/{conversation.id}"
        assert (await person.get(own)).status_code == 404
        assert (await person.get(f"{own}/export")).status_code == 404
        assert (await person.post(f"{own}/share-requests", json={})).status_code == 404
        shown = (await person.get(f"/projects/{project}")).json()["project"]
        assert shown["_count"]["conversations"] == 0
        (proposal,) = await office.proposals()
        again = await person.post(f"/chat/messages/{proposal.message_id}/regenerate")
        assert again.status_code == 404
    assert answer.codes


async def test_it_goes_with_its_project_and_its_person(bench: Bench) -> None:
    for gone in (Project, User):
        office = await open_office(bench)
        await office.say("remember Otters like fish.")
        async with office.database.transaction() as session:
            if gone is User:
                await office.give_away()
            identity = office.project if gone is Project else office.user.id
            await session.exec(delete(gone).where(col(gone.id) == identity))
        async with office.database.session() as session:
            query = select(Conversation).where(Conversation.project_id == office.project)
            assert (await session.exec(query)).all() == []
        assert await office.proposals() == []


async def test_one_message_at_a_time(office: Office) -> None:
    async with ToolServer() as upstream, office.answered_by(upstream, "steps"):
        conversation = await office.begin()
        asking = asyncio.create_task(office.say("Hello?", conversation))
        await eventually(lambda: upstream.questions == 1)
        path = f"{PATH}/{conversation}/messages"
        async with office.client() as client:
            assert await refusal(await client.post(path, json={"message": "Another?"})) == 429
            # The same once more is the message that is being answered.
            async with client.stream("POST", path, json={"message": "Hello?"}) as same:
                assert same.status_code == 200
                upstream.release(100)
                raw = (await same.aread()).decode()
        first = await asking
    said = [line.removeprefix("data: ") for line in raw.splitlines() if line.startswith("data: ")]
    assert "".join(json.loads(each)["text"] for each in said[:-1]) == first.text == ANSWER
    assert upstream.questions == 1
    assert len(await office.messages(conversation)) == 2


LOSSES = ["token", "owner", "person"]


async def lose(office: Office, what: str) -> None:
    async with office.database.transaction() as session:
        if what == "token":
            mine = col(PersonalAccessToken.user_id) == office.user.id
            await session.exec(delete(PersonalAccessToken).where(mine))
        elif what == "person":
            me = col(User.id) == office.user.id
            await session.exec(update(User).where(me).values(is_active=False))
    if what == "owner":
        # Something is left to them: access falls below `full`, not to nothing.
        await office.add(Grant(project_id=office.project, user_id=office.user.id, tier="edit"))
        await office.give_away()


@pytest.mark.parametrize("what", LOSSES)
async def test_a_stream_ends_with_the_access_it_stands_on(bench: Bench, what: str) -> None:
    office = await open_office(bench)
    async with ToolServer() as upstream, office.answered_by(upstream, "steps"):
        asking = asyncio.create_task(office.say("Hello?"))
        await eventually(lambda: upstream.questions == 1)
        await lose(office, what)
        async with asyncio.timeout(5):
            answer = await asking
            await upstream.gone.wait()
    assert answer.error == "Your access to this project has ended."
    async with office.client() as client:
        path = f"{PATH}/{office.conversation}/messages"
        refused = await client.post(path, json={"message": "help"})
    assert await refusal(refused) == (403 if what == "owner" else 401)


def management(office: Office, **other: Any) -> Management:
    """As the server makes it, but for what the test wants otherwise."""
    services = office.bench.site.services
    parts = {"runs": services.runs, "models": services.catalog, "watch": services.watch, **other}
    return Management(services.database.transaction, **parts)


async def ask(office: Office, hands: Management) -> UUID:
    person = Principal(office.user, None, office.token_id)
    conversation = await hands.begin(person, office.project)
    return (await hands.ask(person, conversation, "Hello?")).message_id


async def ended(office: Office, message_id: UUID) -> AnswerEvent:
    """How the answer ends."""
    async with asyncio.timeout(10):
        events = [each async for each in office.bench.site.services.runs.follow(message_id)]
    return events[-1][1]


async def test_an_answer_is_whole_in_time_or_fails(office: Office) -> None:
    hasty = management(office, options=ManagementOptions(seconds=0.3))
    async with ToolServer() as upstream, office.answered_by(upstream, "steps"):
        last = await ended(office, await ask(office, hasty))
        await upstream.gone.wait()
    assert isinstance(last, Failed)
    assert (last.code, last.detail) == ("LLM_TIMEOUT", "The answer took longer than 0.3 seconds.")


async def test_access_is_looked_up_at_each_tool_whoever_was_told(bench: Bench) -> None:
    office = await open_office(bench, "A secret of the project.")
    script = [[Wants("read_project")], ["Never."]]
    async with ToolServer(*script) as upstream, office.answered_by(upstream, "tools"):
        upstream.gate.clear()
        answer = await ask(office, management(office, watch=Unwatched()))
        await upstream.reached.wait()
        await lose(office, "owner")
        upstream.gate.set()
        assert await ended(office, answer) == FORBIDDEN
        assert upstream.questions == 1


async def test_an_answer_that_is_stopped_keeps_what_was_said(office: Office) -> None:
    async with ToolServer() as upstream, office.answered_by(upstream, "steps"):
        answer = await ask(office, management(office))
        upstream.release()
        async with asyncio.timeout(10):
            async for _, event in office.bench.site.services.runs.follow(answer):
                if isinstance(event, Text):
                    await office.bench.site.services.runs.stop(answer)
        last = await ended(office, answer)
    assert isinstance(last, Finished)
    assert last.finish_reason == "stopped"


async def test_commands_work_where_no_provider_is_left(office: Office) -> None:
    hands = management(office, models=NoModels())
    answer = await ask(office, hands)
    assert isinstance(await ended(office, answer), Finished)


class NoModels:
    """A catalog in which every provider is switched off."""

    async def model(self, *, requested: str | None, project: str | None) -> ChatModel:
        del requested, project
        raise NoProvider("No provider is enabled.")


async def test_what_a_model_took_is_counted_to_the_person(office: Office) -> None:
    async with ToolServer(["Hello."]) as upstream, office.answered_by(upstream, "tools") as model:
        await office.say("Hello?")
    await office.say("help")
    async with office.database.session() as session:
        query = select(UsageRecord).where(UsageRecord.user_id == office.user.id)
        rows = {row.model: row for row in await session.exec(query)}
    assert rows[model].prompt_tokens == 21
    assert rows[model].project_id == office.project
    assert rows["builtin/commands"].prompt_tokens == 0


async def test_an_upstream_that_fails_is_named_and_the_stream_ends(office: Office) -> None:
    async with OpenAIServer() as upstream:
        slug = f"m{upstream.port}"
        await office.bench.add(upstream, slug, ["401"])
        await office.change(settings={"model": f"{slug}/401"})
        answer = await office.say("Hello?")
        await office.change(settings={})
    assert answer.error
    assert answer.error.startswith("401 the provider refused the key")
    assert "canary" not in answer.error
