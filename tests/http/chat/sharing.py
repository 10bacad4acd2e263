"""People around a shared conversation: who asks for a link, who decides, who holds it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlmodel import delete

from app.access.tables import Grant
from app.accounts.sessions import Client, open_session
from app.accounts.tables import User
from app.integrations.tables import RateBucket
from tests.http.chat.bench import QUESTION, Bench
from tests.http.chat.world import Heard
from tests.upstreams.openai_server import OpenAIServer

FOLLOW_UP = {"message": "How is it paid?"}
UNKNOWN = f"lumen_share_{'A' * 43}"


@dataclass
class Shared:
    """A link to a conversation.

    Attributes:
        conversation: The owner's own.
        path: Where guests read, of the API.
        token: Of the link.
        share: The link's id.
        request: The id of the request that it came from.
    """

    conversation: str
    token: str
    share: str
    request: str

    @property
    def path(self) -> str:
        return f"/share/{self.token}"


async def person(bench: Bench, name: str, **fields: object) -> tuple[User, httpx.AsyncClient]:
    """Somebody, signed in."""
    user = User(email=f"{name}@example.com", name=name.title(), password_hash="-", **fields)
    async with bench.site.services.database.transaction() as session:
        session.add(user)
        await session.flush()
        opened = await open_session(
            session, user, "password", Client("127.0.0.1"), bench.site.settings.secret()
        )
    return user, bench.site.client(opened.access_token)


async def let_in(bench: Bench, user: User, tier: str = "use") -> None:
    """Give somebody the project."""
    async with bench.site.services.database.transaction() as session:
        session.add(Grant(project_id=bench.project, user_id=user.id, tier=tier))


@asynccontextmanager
async def member(bench: Bench, name: str) -> AsyncGenerator[tuple[User, httpx.AsyncClient]]:
    """Somebody who may use the project."""
    user, client = await person(bench, name)
    await let_in(bench, user)
    async with client:
        yield user, client


async def talk(client: httpx.AsyncClient, project: UUID, message: str = QUESTION) -> str:
    """A conversation with an answer; its id."""
    heard = Heard(await client.post(f"/chat/projects/{project}", json={"message": message}))
    assert heard.one("done")["citations"], heard.raw
    return heard.one("meta")["conversationId"]


async def requested(client: httpx.AsyncClient, conversation: str, note: str = "") -> str:
    """The id of a fresh request."""
    answer = await client.post(
        f"/chat/conversations/{conversation}/share-requests", json={"note": note}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["request"]["id"]


async def share(bench: Bench, client: httpx.AsyncClient, **terms: Any) -> Shared:
    """A link to a fresh conversation of the client's."""
    conversation = await talk(client, bench.project)
    request = await requested(client, conversation)
    answer = await bench.ada.post(f"/share-requests/{request}/approve", json=terms)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    return Shared(conversation, told["token"], told["request"]["share"]["id"], request)


@asynccontextmanager
async def a_guest(bench: Bench) -> AsyncGenerator[httpx.AsyncClient]:
    """Nobody, with a fresh allowance of questions."""
    await run(bench, delete(RateBucket))
    async with bench.site.client() as client:
        yield client


@asynccontextmanager
async def answered_by(bench: Bench, upstream: OpenAIServer, model: str) -> AsyncGenerator[None]:
    """Have a model of the upstream's answer in the project while the block lasts."""
    slug = f"u{uuid4().hex}"
    await bench.add(upstream, slug, [model])
    await _settle(bench, f"{slug}/{model}")
    try:
        yield
    finally:
        await _settle(bench, None)


async def _settle(bench: Bench, model: str | None) -> None:
    answer = await bench.ada.patch(
        f"/projects/{bench.project}", json={"settings": {"model": model}}
    )
    assert answer.status_code == 200, answer.text


async def run(bench: Bench, statement: object) -> None:
    """Do it, and commit."""
    async with bench.site.services.database.transaction() as session:
        await session.exec(statement)  # pyright: ignore[reportArgumentType, reportCallIssue]
