"""One endpoint's model takes the place of another's, seen over HTTP."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.db.engine import Database
from tests.fixtures.site import Site, open_site
from tests.http.test_documents import LAMP, ready, upload
from tests.upstreams.openai_server import CANARY_KEY
from tests.upstreams.vector_server import VectorServer
from tests.waiting import eventually_async

OpenWith = Callable[[VectorServer, str], AbstractAsyncContextManager[Site]]


@pytest.fixture
async def old() -> AsyncGenerator[VectorServer]:
    async with VectorServer() as server:
        yield server


@pytest.fixture
async def new() -> AsyncGenerator[VectorServer]:
    async with VectorServer(dimensions=24) as server:
        yield server


@pytest.fixture
def site_with(database: Database, tmp_path: Path) -> OpenWith:
    def site_with(server: VectorServer, model: str) -> AbstractAsyncContextManager[Site]:
        return open_site(
            database,
            None,  # pyright: ignore[reportArgumentType]
            tmp_path,
            embedding_url=f"{server.root}/v1",
            embedding_model=model,
            embedding_api_key=f"{CANARY_KEY}-{model}",
        )

    return site_with


async def status(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get("/system/embedding")
    assert answer.status_code == 200, answer.text
    assert CANARY_KEY not in answer.text
    return answer.json()


async def by_meaning(client: httpx.AsyncClient, project: str, question: str) -> list[bool]:
    """Whether each passage that is found was found by meaning."""
    path = f"/documents/projects/{project}/search"
    answer = await client.get(path, params={"q": question})
    assert answer.status_code == 200, answer.text
    return [passage["ranks"]["dense"] is not None for passage in answer.json()["passages"]]


async def add(client: httpx.AsyncClient, project: str, name: str, text: bytes) -> None:
    document = (await upload(client, project, (name, text))).json()["documents"][0]
    assert (await ready(client, document["id"]))["status"] == "ready"


async def first_life(site: Site) -> tuple[str, str]:
    """A project with a document, and a token for later."""
    async with await site.set_up() as ada, site.working():
        project = (await ada.post("/projects", json={"name": "Lamps"})).json()["project"]["id"]
        await add(ada, project, "lamp.md", LAMP)
        assert await status(ada) == {
            "active": {"name": "endpoint/old@16", "dimensions": 16, "error": None},
            "next": None,
        }
        return project, str(ada.headers["authorization"]).removeprefix("Bearer ")


async def test_a_failing_endpoint_pauses_the_change_and_what_there_is_goes_on(
    site_with: OpenWith, old: VectorServer, new: VectorServer
) -> None:
    async with site_with(old, "old") as site:
        project, token = await first_life(site)
    asked_before = len(old.requests)
    new.faults = [""]  # The length of its vectors.
    new.fault = "401"
    async with site_with(new, "new") as site, site.working(), site.client(token) as ada:

        async def paused() -> dict[str, Any] | None:
            seen = await status(ada)
            return seen if seen["next"]["error"] else None

        seen = await eventually_async(paused)
        assert seen["active"]["name"] == "endpoint/old@16"
        assert "401 the provider refused the key" in seen["next"].pop("error")
        assert seen["next"] == {
            "name": "endpoint/new@24", "dimensions": 24, "done": 0, "total": 1,
        }  # fmt: skip
        assert await by_meaning(ada, project, "who trims the lamp?") == [True]
        keys = {seen.headers["authorization"] for seen in old.requests[asked_before:]}
        assert keys == {f"Bearer {CANARY_KEY}-old"}
        await add(ada, project, "zebra.md", b"# Zebra\n\nA zebra came by in between.")
        assert all(await by_meaning(ada, project, "which zebra came by?"))

        new.fault = ""

        async def changed() -> bool:
            return (await status(ada))["active"]["name"] == "endpoint/new@24"

        await eventually_async(changed)
        asked_before = len(old.requests)
        assert all(await by_meaning(ada, project, "which zebra came by?"))
        assert all(await by_meaning(ada, project, "who trims the lamp?"))
        assert len(old.requests) == asked_before


async def test_an_old_endpoint_that_is_away_leaves_search_by_words_until_the_change_is_done(
    site_with: OpenWith, old: VectorServer, new: VectorServer
) -> None:
    async with site_with(old, "old") as site:
        project, token = await first_life(site)
    old.fault = "401"
    async with site_with(new, "new") as site, site.client(token) as ada:
        assert await by_meaning(ada, project, "who trims the lamp?") == [False]
        async with site.working():

            async def changed() -> bool:
                return await by_meaning(ada, project, "who trims the lamp?") == [True]

            await eventually_async(changed)


async def test_an_endpoint_that_was_asked_once_is_not_needed_to_start(
    site_with: OpenWith, old: VectorServer
) -> None:
    async with site_with(old, "old") as site:
        await first_life(site)
    before = len(old.requests)
    async with site_with(old, "old"):
        assert len(old.requests) == before
