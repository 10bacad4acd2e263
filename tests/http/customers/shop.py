"""A site with a document and a model, and integrations whose customers ask there."""

import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from httpx_sse import ServerSentEvent, aconnect_sse
from sqlmodel import col, select, update

from app.audit.record import SERVER
from app.chat.tables import Conversation, Message
from app.db.engine import Database
from app.integrations import store
from app.integrations.tables import Integration
from ingest.corpus.tables import Project
from tests.fixtures.site import NO_ROOTS
from tests.http.chat.bench import QUESTION, Bench
from tests.upstreams.openai_server import OpenAIServer

PAGE = "https://shop.example"


class Said(NamedTuple):
    """An event, by value."""

    id: str
    event: str
    data: str


def read(event: ServerSentEvent) -> Said:
    return Said(event.id, event.event, event.data)


@dataclass(frozen=True)
class Shop:
    """An integration and its token.

    Attributes:
        url: Of the server that its customers ask; None for the bench's.
    """

    bench: Bench
    row: Integration
    token: str
    url: str | None = None

    @property
    def database(self) -> Database:
        return self.bench.site.services.database

    def client(self, **headers: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            base_url=self.url or self.bench.site.url,
            headers=headers,
            timeout=20,
            trust_env=False,
            verify=NO_ROOTS,
        )

    def query(self, text: str | None = QUESTION, key: str | None = None) -> dict[str, str]:
        given = {"integrationToken": self.token, "textContent": text, "conversationId": key}
        return {name: value for name, value in given.items() if value is not None}

    @property
    def key(self) -> dict[str, str]:
        return {"x-api-key": self.token}

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def sse(
        self, *, last: str | None = None, headers: Mapping[str, str] | None = None, **asked: Any
    ) -> list[Said]:
        """Ask as an `EventSource` does and read to the end."""
        sent = dict(headers or {}) | ({"Last-Event-ID": last} if last else {})
        async with (
            self.client() as client,
            aconnect_sse(
                client, "GET", "/conversation/sse", params=self.query(**asked), headers=sent
            ) as source,
        ):
            assert source.response.status_code == 200, await source.response.aread()
            return [read(event) async for event in source.aiter_sse()]

    async def history(self, key: str, **query: Any) -> dict[str, Any]:
        given = {"integrationToken": self.token, "conversationId": key, **query}
        async with self.client() as client:
            answer = await client.get("/conversation/history", params=given)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def lines(self, session: str, message: str = QUESTION) -> list[Any]:
        async with self.client(**self.key) as client:
            body = {"sessionId": session, "message": message}
            answer = await client.post("/v1/chat/stream", json=body)
        assert answer.status_code == 200, answer.text
        return [json.loads(line) for line in answer.text.splitlines()]

    async def change(self, **fields: object) -> None:
        """Change the integration."""
        async with self.database.transaction() as session:
            row = await store.one(session, self.row.project_id, self.row.id, lock=True)
            await store.change(session, SERVER, row, fields)

    async def rotate(self) -> None:
        async with self.database.transaction() as session:
            row = await store.one(session, self.row.project_id, self.row.id, lock=True)
            await store.rotate(session, SERVER, row)

    async def delete(self) -> None:
        async with self.database.transaction() as session:
            row = await store.one(session, self.row.project_id, self.row.id, lock=True)
            await store.delete(session, SERVER, row)

    async def switch_off(self) -> None:
        await self.change(is_enabled=False)

    async def put(self, key: str, role: str, content: str) -> UUID:
        """Something that a person writes into the customer's conversation."""
        async with self.database.transaction() as session:
            query = select(Conversation.id).where(
                Conversation.integration_id == self.row.id, Conversation.customer_key == key
            )
            row = Message(
                conversation_id=(await session.exec(query)).one(), role=role, content=content
            )
            session.add(row)
        return row.id

    async def set_status(self, key: str, status: str) -> None:
        async with self.database.transaction() as session:
            await session.exec(
                update(Conversation)
                .where(
                    col(Conversation.integration_id) == self.row.id,
                    col(Conversation.customer_key) == key,
                )
                .values(status=status)
            )

    async def key_of(self, conversation_id: str) -> str:
        async with self.database.session() as session:
            found = await session.get_one(Conversation, UUID(conversation_id))
        return found.customer_key or ""

    async def asked(self) -> int:
        """How many questions its customers have asked."""
        async with self.database.session() as session:
            query = (
                select(Message.id)
                .join(Conversation, col(Conversation.id) == col(Message.conversation_id))
                .where(Conversation.integration_id == self.row.id, Message.role == "user")
            )
            return len(list(await session.exec(query)))


async def open_shop(bench: Bench, **fields: object) -> Shop:
    """A new integration of the bench's project."""
    project = UUID(str(fields.pop("project_id", bench.project)))
    given = {
        "name": "Shop",
        "kind": "api",
        "rate_limit_per_minute": 1_000,
        "customer_limit_per_minute": 1_000,
        **fields,
    }
    async with bench.site.services.database.transaction() as session:
        row, token = await store.create(session, SERVER, project, given)
    return Shop(bench, row, token)


@asynccontextmanager
async def answered_by(bench: Bench, upstream: OpenAIServer, model: str) -> AsyncGenerator[None]:
    """Have a model of the upstream answer in the bench's project."""
    slug = f"m{upstream.port}"
    await bench.add(upstream, slug, [model])
    await _choose(bench, {"model": f"{slug}/{model}"})
    try:
        yield
    finally:
        await _choose(bench, {})
        rows = (await bench.ada.get("/providers/admin")).json()["providers"]
        (identity,) = [row["id"] for row in rows if row["slug"] == slug]
        await bench.ada.delete(f"/providers/{identity}")


async def _choose(bench: Bench, settings: dict[str, object]) -> None:
    async with bench.site.services.database.transaction() as session:
        await session.exec(
            update(Project).where(col(Project.id) == bench.project).values(settings=settings)
        )


def data(events: Sequence[Said]) -> list[Any]:
    """What the events say."""
    return [json.loads(event.data) for event in events]
