"""Providers over HTTP, with the real client against a real endpoint on loopback."""

from collections.abc import AsyncGenerator

import httpx
import pytest
from sqlmodel import select

from app.bootstrap.upstreams import ConcreteUpstreams
from app.catalog.catalog import Catalog
from app.catalog.tables import Provider
from app.db.engine import Database
from providers.local.embedder import LocalEmbedder
from providers.secrets import KeyVault
from tests.http.chat.world import World, build_world, read_events
from tests.upstreams.openai_server import OpenAIServer

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture
async def upstream() -> AsyncGenerator[OpenAIServer]:
    async with OpenAIServer() as server:
        yield server


@pytest.fixture
async def world(database: Database, embedder: LocalEmbedder) -> AsyncGenerator[World]:
    upstreams = ConcreteUpstreams(embedder, allow_private=True)
    catalog = Catalog(database.transaction, KeyVault(b"a secret of the server"), upstreams)
    await catalog.open()
    async with build_world(database, catalog) as built:
        yield built


@pytest.fixture
async def added(ada: httpx.AsyncClient, upstream: OpenAIServer) -> dict:
    upstream.key = KEY
    body = {
        "name": "Loop",
        "slug": "loop",
        "type": "openai",
        "baseUrl": upstream.base_url,
        "apiKey": KEY,
        "models": ["plain", "steps", "cut-close"],
    }
    response = await ada.post("/providers", json=body)
    assert response.status_code == 201, response.text
    return response.json()["provider"]


async def test_the_built_in_answerer_is_the_default_until_a_provider_is_added(world, ada):
    (only,) = (await ada.get("/providers")).json()["providers"]
    heard = await world.ask(ada, "How high were net sales?")

    assert (only["slug"], only["isDefault"], only["isEnabled"]) == ("extractive", True, True)
    assert heard.one("meta")["model"] == "extractive/quotes"
    assert heard.events[-1][0] == "done"
    assert [each["support"] for each in heard.one("done")["citations"]] == ["exact"]


async def test_an_added_provider_answers(world, ada, added):
    heard = await world.ask(ada)

    assert heard.one("meta")["model"] == "loop/plain"
    assert heard.events[-1][0] == "done", heard.raw
    assert heard.one("done")["finishReason"] == "stop"
    models = (await ada.get("/providers/models")).json()["models"]
    assert models[0] == {
        "id": "loop/plain",
        "model": "plain",
        "provider": "Loop",
        "providerSlug": "loop",
        "providerId": added["id"],
        "isDefault": True,
    }
    assert [model["isDefault"] for model in models].count(True) == 1


@pytest.mark.usefixtures("added")
async def test_a_cut_upstream_is_told_as_such(world, ada):
    heard = await world.ask(ada, modelId="loop/cut-close")

    assert heard.events[-1][2]["message"] == "LLM_STREAM_CUT"


@pytest.mark.usefixtures("added")
async def test_stopping_closes_the_upstream(world, ada, upstream):
    upstream.release(2)
    body = {"message": "?", "modelId": "steps"}
    async with ada.stream("POST", f"/chat/projects/{world.project.id}", json=body) as response:
        raw = b""
        async for chunk in response.aiter_bytes():
            raw += chunk
            if b"event: text" in raw and b"event: done" not in raw:
                await ada.post(f"/chat/messages/{response.headers['x-message-id']}/stop")

    assert read_events(raw)[-1][2]["finishReason"] == "stopped"


async def test_a_key_is_never_seen_again(world, ada, eve, added):
    seen = [
        added,
        (await ada.get("/providers/admin")).json(),
        (await eve.get("/providers")).json(),
        (await eve.get("/providers/models")).json(),
    ]
    async with world.database.session() as session:
        (row,) = await session.exec(select(Provider).where(Provider.slug == "loop"))

    assert KEY not in str(seen)
    assert added["apiKey"] == "••••cdef"
    assert KEY.encode() not in row.api_key


async def test_an_empty_key_keeps_the_stored_one(world, ada, added):
    changed = await ada.patch(f"/providers/{added['id']}", json={"name": "Lo", "apiKey": ""})

    assert changed.json()["provider"]["name"] == "Lo"
    assert (await world.ask(ada)).events[-1][0] == "done"


async def test_a_new_key_is_used_at_once(world, ada, added, upstream):
    upstream.key = "sk-another-key-0123456789"
    before = await world.ask(ada)
    await ada.patch(f"/providers/{added['id']}", json={"apiKey": upstream.key})

    assert before.events[-1][2]["message"] == "LLM_API_ERROR"
    assert before.events[-1][2]["detail"].startswith("401 ")
    assert (await world.ask(ada)).events[-1][0] == "done"


async def test_a_test_call_says_what_the_endpoint_said(ada, added):
    url = f"/providers/{added['id']}/test"

    good = (await ada.post(url, json={})).json()
    bad = (await ada.post(url, json={"apiKey": "wrong"})).json()

    assert (good["ok"], good["status"]) == (True, 200)
    assert good["sample"]
    assert (bad["ok"], bad["status"]) == (False, 401)


async def test_the_stored_key_is_not_sent_to_another_address(ada, added):
    async with OpenAIServer() as elsewhere:
        await ada.post(f"/providers/{added['id']}/test", json={"baseUrl": elsewhere.base_url})

        assert elsewhere.requests
        assert all("authorization" not in seen.headers for seen in elsewhere.requests)


async def test_models_are_read_from_the_endpoint(ada, added):
    response = await ada.post(f"/providers/{added['id']}/models/refresh")

    models = response.json()["provider"]["models"]
    assert models[0] == "plain"
    assert len(models) > 5


async def test_there_is_exactly_one_default(ada, added, upstream):
    second = await ada.post(
        "/providers",
        json={
            "name": "Two",
            "slug": "two",
            "type": "openai",
            "baseUrl": upstream.base_url,
            "apiKey": "",
            "models": ["m"],
            "isDefault": True,
        },
    )
    rows = (await ada.get("/providers/admin")).json()["providers"]
    assert [row["slug"] for row in rows if row["isDefault"]] == ["two"]

    await ada.request("POST", f"/providers/{second.json()['provider']['id']}/delete")
    rows = (await ada.get("/providers/admin")).json()["providers"]
    assert [row["slug"] for row in rows if row["isDefault"]] == ["extractive"]
    await ada.patch(f"/providers/{added['id']}", json={"isDefault": True})
    await ada.patch(f"/providers/{added['id']}", json={"isEnabled": False})
    rows = (await ada.get("/providers/admin")).json()["providers"]
    assert [row["slug"] for row in rows if row["isDefault"]] == ["extractive"]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"slug": "loop"}, 409, "slug_exists"),
        ({"slug": "Bad Slug"}, 400, "invalid_request"),
        ({"name": ""}, 400, "invalid_request"),
        ({"type": "other"}, 400, "invalid_request"),
        ({"baseUrl": "ftp://x"}, 400, "invalid_request"),
        ({"baseUrl": "http://169.254.169.254/v1"}, 400, "address_refused"),
        ({"models": [""]}, 400, "invalid_request"),
    ],
)
@pytest.mark.usefixtures("added")
async def test_a_bad_provider_is_refused(ada, upstream, change, status, code):
    body = {
        "name": "Two",
        "slug": "two",
        "type": "openai",
        "baseUrl": upstream.base_url,
        "apiKey": "",
        "models": ["m"],
    }
    response = await ada.post("/providers", json=body | change)

    assert (response.status_code, response.json()["error"]) == (status, code)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/providers/admin"),
        ("POST", "/providers"),
        ("PATCH", "/providers/{id}"),
        ("DELETE", "/providers/{id}"),
        ("POST", "/providers/{id}/delete"),
        ("POST", "/providers/{id}/test"),
        ("POST", "/providers/{id}/models/refresh"),
    ],
)
async def test_only_keepers_look_after_providers(eve, added, method, path):
    body = {"name": "x", "slug": "x", "baseUrl": "https://x.org", "models": []}

    response = await eve.request(method, path.format(id=added["id"]), json=body)

    assert (response.status_code, response.json()["error"]) == (403, "forbidden")


async def test_the_built_in_answerer_stays(ada):
    (row,) = (await ada.get("/providers/admin")).json()["providers"]

    removed = await ada.delete(f"/providers/{row['id']}")
    moved = await ada.patch(f"/providers/{row['id']}", json={"baseUrl": "https://x.org/v1"})
    off = await ada.patch(f"/providers/{row['id']}", json={"isEnabled": False})

    assert (removed.status_code, moved.status_code, off.status_code) == (400, 400, 200)


async def test_without_any_provider_a_question_is_refused(world, ada):
    (row,) = (await ada.get("/providers/admin")).json()["providers"]
    await ada.patch(f"/providers/{row['id']}", json={"isEnabled": False})

    heard = await world.ask(ada)

    assert heard.response.status_code == 422
    assert heard.response.json()["error"] == "no_provider"
