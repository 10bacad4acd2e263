"""What the server remembers of what was done and used: audit log, usage, memories."""

import csv
from io import StringIO

import httpx
import pytest

from app.chat.tables import Conversation, Message
from app.db.engine import Database
from tests.fixtures.site import Site


@pytest.fixture
async def project(ada: httpx.AsyncClient) -> str:
    return (await ada.post("/projects", json={"name": "=Sales"})).json()["project"]["id"]


async def rows(client: httpx.AsyncClient, path: str, **params: str) -> list[list[str]]:
    answer = await client.get(path, params={**params, "format": "csv"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    return list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))


async def test_a_project_s_life_is_told_with_what_changed(ada, project) -> None:
    await ada.patch(f"/projects/{project}", json={"isPrivate": False, "name": "Sales"})
    await ada.delete(f"/projects/{project}")
    log = (await ada.get("/audit-log", params={"action": "project"})).json()["entries"]
    assert [entry["action"] for entry in log] == [
        "project.deleted",
        "project.changed",
        "project.created",
    ]
    assert log[1]["before"] == {"isPrivate": True, "name": "=Sales"}
    assert log[1]["after"] == {"isPrivate": False, "name": "Sales"}
    assert log[0]["before"]["name"] == "Sales"
    assert log[0]["requestId"]
    assert log[0]["address"] == "127.0.0.1"


async def test_a_refused_sign_in_is_told_without_what_was_typed(site: Site, ada) -> None:
    async with site.client() as nobody:
        for email in ("ada@example.com", "my secret word"):
            await nobody.post("/auth/login", json={"email": email, "password": "wrong"})
    log = await ada.get("/audit-log", params={"action": "session.refused"})
    assert [entry["target"]["name"] for entry in log.json()["entries"]] == ["", "ada@example.com"]
    assert "secret" not in log.text


async def test_the_log_is_read_page_by_page_without_gap_or_repeat(ada) -> None:
    for number in range(7):
        await ada.post("/projects", json={"name": f"P{number}"})
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": 3, "action": "project", **({"cursor": cursor} if cursor else {})}
        page = (await ada.get("/audit-log", params=params)).json()
        seen += [entry["target"]["name"] for entry in page["entries"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert seen == [f"P{number}" for number in reversed(range(7))]


async def test_filters_of_the_log_narrow_it(ada, project) -> None:
    async def count(**params: str) -> int:
        return len((await ada.get("/audit-log", params=params)).json()["entries"])

    assert await count(projectId=project) == 1
    assert await count(actor="ada@") >= 2
    assert await count(actor="somebody else") == 0
    assert await count(action="project.created") == 1
    assert await count(**{"from": "2026-01-01", "to": "2026-01-31"}) == 0
    assert await count(**{"from": "2026-01-01"}) >= 2


@pytest.mark.parametrize(
    "params", [{"cursor": "x"}, {"cursor": "MjAyNg"}, {"from": "soon"}, {"projectId": "7"}]
)
async def test_a_wrong_filter_is_a_bad_request(ada, params) -> None:
    answer = await ada.get("/audit-log", params=params)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_csv_tells_the_same_and_calculates_nothing(ada, project) -> None:
    assert project
    table = await rows(ada, "/audit-log", action="project")
    assert table[0][:4] == ["at", "actorId", "actor", "action"]
    assert table[1][table[0].index("target")] == "'=Sales"


async def test_the_log_can_t_be_changed(database: Database, ada) -> None:
    del ada
    for statement in (
        "UPDATE audit_entry SET action = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    ):
        with pytest.raises(Exception, match="written once"):
            async with database.engine.begin() as connection:
                await connection.exec_driver_sql(statement)


async def test_usage_counts_answers_by_person_project_and_model(
    ada, project, database: Database
) -> None:
    me = (await ada.get("/auth/me")).json()["user"]
    conversation = Conversation(project_id=project, user_id=me["id"])
    async with database.transaction() as session:
        session.add(conversation)
        await session.flush()
        question = Message(conversation_id=conversation.id, role="user", content="?")
        session.add(question)
        for model, prompt, completion in (("a/x", 10, 5), ("a/x", 1, 1), ("b/=y", 100, 50)):
            answer = Message(
                conversation_id=conversation.id, role="assistant", status="streaming", model=model
            )
            session.add(answer)
            await session.flush()
            answer.status, answer.prompt_tokens, answer.completion_tokens = (
                "complete",
                prompt,
                completion,
            )
            session.add(answer)
            await session.flush()
    await ada.delete(f"/chat/conversations/{conversation.id}")
    by_model = (await ada.get("/usage", params={"by": "model"})).json()
    assert [(u["id"], u["answers"], u["totalTokens"]) for u in by_model["usage"]] == [
        ("b/=y", 1, 150),
        ("a/x", 2, 17),
    ]
    assert by_model["total"]["totalTokens"] == 167
    by_user = (await ada.get("/usage", params={"by": "user"})).json()["usage"]
    assert [(u["name"], u["promptTokens"]) for u in by_user] == [("Ada", 111)]
    table = await rows(ada, "/usage", by="project")
    assert table[1][1:3] == ["'=Sales", "3"]
    past = await ada.get("/usage", params={"from": "2020-01-01", "to": "2020-12-31"})
    assert past.json()["usage"] == []


async def test_memories_are_kept_changed_and_forgotten(ada, project) -> None:
    url = f"/projects/{project}/memories"
    made = await ada.post(url, json={"text": " The fiscal year\nends in June. "})
    assert made.status_code == 201
    memory = made.json()["memory"]
    assert memory["text"] == "The fiscal year ends in June."
    changed = await ada.patch(f"{url}/{memory['id']}", json={"text": "It ends in May."})
    assert changed.json()["memory"]["text"] == "It ends in May."
    assert [m["text"] for m in (await ada.get(url)).json()["memories"]] == ["It ends in May."]
    assert (await ada.delete(f"{url}/{memory['id']}")).json()["success"] is True
    assert (await ada.get(url)).json()["memories"] == []
    assert (await ada.delete(f"{url}/{memory['id']}")).status_code == 404
    assert (await ada.post(url, json={"text": " \n "})).status_code == 400


async def test_a_project_remembers_no_more_than_a_prompt_holds(ada, project) -> None:
    url = f"/projects/{project}/memories"
    for number in range(50):
        await ada.post(url, json={"text": f"fact {number}"})
    answer = await ada.post(url, json={"text": "one more"})
    assert (answer.status_code, answer.json()["error"]) == (409, "too_many_memories")


async def test_the_log_tells_of_providers_and_never_of_their_keys(ada: httpx.AsyncClient) -> None:
    body = {"name": "One", "slug": "one", "type": "openai", "apiKey": "sk-canary-secret-1234"}
    made = await ada.post("/providers", json={**body, "baseUrl": "http://127.0.0.1:9/v1"})
    url = f"/providers/{made.json()['provider']['id']}"
    await ada.patch(url, json={"name": "Two"})
    await ada.delete(url)
    log = await ada.get("/audit-log", params={"action": "provider"})
    told = [(e["action"], (e["before"] or {}).get("name")) for e in log.json()["entries"]]
    assert told == [
        ("provider.deleted", "Two"),
        ("provider.changed", "One"),
        ("provider.created", None),
    ]
    assert "canary" not in log.text
