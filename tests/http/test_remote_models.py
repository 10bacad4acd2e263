"""A server whose embedding and reranking are done by an endpoint elsewhere."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import httpx
import httpx_sse
import pytest

from app.db.engine import Database
from app.settings import Settings
from tests.fixtures.site import Site, open_site
from tests.http.test_documents import LAMP, ready, upload
from tests.upstreams.openai_server import CANARY_KEY
from tests.upstreams.vector_server import VectorServer, vector_upstream
from tests.waiting import eventually_async

__all__ = ["vector_upstream"]

OpenRemote = Callable[..., AbstractAsyncContextManager[Site]]


@pytest.fixture(params=["openai", "tei"])
async def remote(
    request: pytest.FixtureRequest,
    database: Database,
    vector_upstream: VectorServer,
    tmp_path: Path,
) -> AsyncGenerator[Site]:
    is_tei = request.param == "tei"
    async with open_site(
        database,
        None,  # pyright: ignore[reportArgumentType]
        tmp_path,
        embedding_url=vector_upstream.root + ("" if is_tei else "/v1"),
        embedding_protocol=request.param,
        embedding_model="words",
        embedding_api_key=CANARY_KEY,
        reranker_url=vector_upstream.root,
    ) as site:
        yield site


async def asked(client: httpx.AsyncClient, project: str, question: str) -> dict[str, object]:
    """The last event of the answer."""
    path = f"/chat/projects/{project}"
    async with httpx_sse.aconnect_sse(client, "POST", path, json={"message": question}) as source:
        events = [(event.event, event.json()) async for event in source.aiter_sse()]
    return {"event": events[-1][0], **events[-1][1], "names": [name for name, _ in events]}


async def new_project(client: httpx.AsyncClient) -> str:
    return (await client.post("/projects", json={"name": "Lamps"})).json()["project"]["id"]


async def test_documents_are_read_found_and_quoted(
    remote: Site, vector_upstream: VectorServer
) -> None:
    async with await remote.set_up() as ada, remote.working():
        project = await new_project(ada)
        document = (await upload(ada, project, ("lamp.md", LAMP * 40))).json()["documents"][0]
        assert (await ready(ada, document["id"]))["status"] == "ready"
        before = len(vector_upstream.requests)
        answer = await asked(ada, project, "When does the keeper trim the lamp?")
        assert answer["event"] == "done", answer
        assert answer["citations"]
        # The question, the reranker, and the answerer's question and sentences in batches.
        assert len(vector_upstream.requests) - before <= 6
        assert "/rerank" in {seen.path for seen in vector_upstream.requests[before:]}
        report = await ada.get("/health/ready")
        assert report.json()["parts"]["embedder"] == "ok", report.text


async def test_watching_the_server_does_not_wear_the_endpoint_out(
    remote: Site, vector_upstream: VectorServer
) -> None:
    async with remote.client() as nobody:
        await nobody.get("/health/ready")
        before = len(vector_upstream.requests)
        for _ in range(5):
            await nobody.get("/health/ready")
    assert len(vector_upstream.requests) == before


async def test_an_endpoint_that_fails_is_told_on_the_stream_without_its_words(
    remote: Site, vector_upstream: VectorServer
) -> None:
    async with await remote.set_up() as ada, remote.working():
        project = await new_project(ada)
        document = (await upload(ada, project, ("lamp.md", LAMP))).json()["documents"][0]
        await ready(ada, document["id"])
        vector_upstream.fault = "401"
        answer = await asked(ada, project, "Who trims?")
        assert (answer["event"], answer["message"]) == ("error", "EMBEDDER_ERROR")
        assert answer["retryable"] is True
        assert answer["detail"] == "401 the provider refused the key"
        assert CANARY_KEY not in str(answer)
        names = answer["names"]
        assert isinstance(names, list)
        assert names[0] == "meta"
        assert "text" not in names


async def test_a_document_waits_for_an_endpoint_that_is_away_and_is_never_half_read(
    remote: Site, vector_upstream: VectorServer
) -> None:
    async with await remote.set_up() as ada, remote.working():
        vector_upstream.fault = "401"
        project = await new_project(ada)
        document = (await upload(ada, project, ("lamp.md", LAMP))).json()["documents"][0]
        path = f"/documents/{document['id']}"

        async def is_asked_in_vain() -> bool:
            now = (await ada.get(path)).json()["document"]
            vain = [seen for seen in vector_upstream.requests if "Oil" in str(seen.body)]
            return len(vain) >= 2 and now["status"] == "queued"

        await eventually_async(is_asked_in_vain)
        assert (await ada.get(f"{path}/chunks")).json()["chunks"] == []
        vector_upstream.fault = ""
        assert (await ready(ada, document["id"]))["status"] == "ready"


def test_an_endpoint_needs_the_name_of_its_model() -> None:
    with pytest.raises(ValueError, match="set LUMEN_EMBEDDING_MODEL as well"):
        Settings(embedding_url="http://127.0.0.1:8080")  # pyright: ignore[reportCallIssue]
