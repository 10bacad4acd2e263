"""Somebody with a project of their own and a personal access token, who talks to the assistant."""

import json
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import httpx
from httpx_sse import aconnect_sse
from sqlmodel import SQLModel, col, select, update
from uuid_utils.compat import uuid7

from app.accounts import personal_tokens
from app.accounts.tables import User
from app.audit.record import SERVER
from app.audit.tables import AuditEntry
from app.chat import memories
from app.chat.tables import Conversation, Message
from app.db.engine import Database
from app.integrations import store
from app.integrations.tables import Integration
from app.management.tables import Proposal
from ingest.corpus.tables import Document, Project, now
from tests.http.chat.bench import Bench
from tests.upstreams.tool_server import ToolServer

PATH = "/api/v1/management/conversations"
_CODE = re.compile(r"^Proposal ([A-Z0-9]{4}): ", re.MULTILINE)


class Event(NamedTuple):
    """One of a stream, by value."""

    id: str
    data: str


class Answer(NamedTuple):
    """A whole stream."""

    events: list[Event]

    @property
    def told(self) -> list[Any]:
        return [json.loads(event.data) for event in self.events[:-1]]

    @property
    def text(self) -> str:
        return "".join(each["text"] for each in self.told if each["type"] == "delta")

    @property
    def error(self) -> str | None:
        return next((each["message"] for each in self.told if each["type"] == "error"), None)

    @property
    def codes(self) -> list[str]:
        return _CODE.findall(self.text)

    @property
    def code(self) -> str:
        (only,) = self.codes
        return only


@dataclass
class Office:
    """A person, their project and token.

    Attributes:
        conversation: The one that `say` goes on with.
    """

    bench: Bench
    user: User
    project: UUID
    token: str
    token_id: UUID
    conversation: str = ""

    @property
    def database(self) -> Database:
        return self.bench.site.services.database

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        return self.bench.site.client(self.token if token is None else token)

    async def begin(self) -> str:
        async with self.client() as client:
            answer = await client.post(PATH, json={"projectId": str(self.project)})
        assert answer.status_code == 201, answer.text
        assert answer.json().keys() == {"conversationId"}
        return answer.json()["conversationId"]

    async def say(
        self, message: str, conversation: str | None = None, last: int | None = None
    ) -> Answer:
        """Say something and read the answer to its end."""
        if not conversation and not self.conversation:
            self.conversation = await self.begin()
        path = f"{PATH}/{conversation or self.conversation}/messages"
        headers = {"Last-Event-ID": str(last)} if last else {}
        async with (
            self.client() as client,
            aconnect_sse(
                client, "POST", path, json={"message": message}, headers=headers
            ) as source,
        ):
            assert source.response.status_code == 200, await source.response.aread()
            events = [Event(each.id, each.data) async for each in source.aiter_sse()]
        first = (last or 0) + 1
        assert [event.id for event in events] == [str(first + at) for at in range(len(events))]
        assert events[-1].data == "[DONE]"
        return Answer(events)

    async def messages(self, conversation: str | None = None) -> list[dict[str, str]]:
        async with self.client() as client:
            answer = await client.get(f"{PATH}/{conversation or self.conversation}/messages")
        assert answer.status_code == 200, answer.text
        return answer.json()["messages"]

    async def add(self, *rows: SQLModel) -> None:
        async with self.database.transaction() as session:
            for row in rows:
                session.add(row)
                await session.flush()

    async def instruct(self, text: str) -> None:
        await self.change(instructions=text)

    async def change(self, **fields: object) -> None:
        """Change the project behind the assistant's back."""
        async with self.database.transaction() as session:
            of = update(Project).where(col(Project.id) == self.project)
            await session.exec(of.values(**fields))

    async def give_away(self) -> None:
        """Have somebody new own the project."""
        other = await open_office(self.bench)
        await self.change(owner_id=other.user.id)

    async def instructions(self) -> str:
        async with self.database.session() as session:
            return (await session.get_one(Project, self.project)).instructions

    async def remember(self, *texts: str) -> None:
        async with self.database.transaction() as session:
            project = await session.get_one(Project, self.project)
            for text in texts:
                await memories.add(session, SERVER, project, text)

    async def remembered(self) -> list[str]:
        async with self.database.session() as session:
            return [row.text for row in await memories.listed(session, self.project)]

    async def document(self, name: str, **fields: object) -> Document:
        identity = uuid7()
        values = {
            "id": identity,
            "project_id": self.project,
            "name": name,
            "mime_type": "text/plain",
            "size_bytes": 9,
            "sha256": identity.hex * 2,
            "blob_key": identity.hex,
            "status": "ready",
            **fields,
        }
        row = Document.model_validate(values)
        await self.add(row)
        return row

    async def found(self, document: Document) -> Document | None:
        async with self.database.session() as session:
            return await session.get(Document, document.id)

    async def integration(self, name: str = "Shop", **fields: object) -> tuple[Integration, str]:
        given = {
            "name": name,
            "kind": "widget",
            "rate_limit_per_minute": 60,
            "customer_limit_per_minute": 20,
            **fields,
        }
        async with self.database.transaction() as session:
            return await store.create(session, SERVER, self.project, given)

    async def integration_now(self, row: Integration) -> Integration:
        async with self.database.session() as session:
            return await session.get_one(Integration, row.id)

    async def asked(
        self,
        integration: Integration,
        question: str,
        *,
        days_ago: float = 0,
        citations: list[dict[str, object]] | None = None,
        answer: str = "I found nothing about this.",
    ) -> None:
        """Have a customer ask, and the assistant of the project answer."""
        at = now() - timedelta(days=days_ago)
        talk = Conversation(
            project_id=integration.project_id,
            integration_id=integration.id,
            customer_key=uuid7().hex,
            channel="lumika",
            updated_at=at,
        )
        said = Message(conversation_id=talk.id, role="user", content=question, created_at=at)
        told = Message(
            conversation_id=talk.id,
            role="assistant",
            content=answer,
            reply_to=said.id,
            citations=citations or [],
            created_at=at,
        )
        await self.add(talk, said, told)

    async def audited(self, action: str) -> list[AuditEntry]:
        """What the audit log has of this kind in the project, the oldest first."""
        async with self.database.session() as session:
            query = (
                select(AuditEntry)
                .where(AuditEntry.action == action, AuditEntry.project_id == self.project)
                .order_by(col(AuditEntry.id))
            )
            return list(await session.exec(query))

    async def by_assistant(self) -> list[AuditEntry]:
        """All that the assistant did in the project."""
        async with self.database.session() as session:
            query = select(AuditEntry).where(
                AuditEntry.via == "assistant", AuditEntry.project_id == self.project
            )
            return list(await session.exec(query.order_by(col(AuditEntry.id))))

    async def proposals(self) -> list[Proposal]:
        async with self.database.session() as session:
            query = (
                select(Proposal)
                .join(Conversation, col(Conversation.id) == col(Proposal.conversation_id))
                .where(Conversation.project_id == self.project)
            )
            return list(await session.exec(query.order_by(col(Proposal.id))))

    async def let_proposals_expire(self) -> None:
        async with self.database.transaction() as session:
            await session.exec(update(Proposal).values(expires_at=now() - timedelta(seconds=1)))

    @asynccontextmanager
    async def answered_by(self, upstream: ToolServer, model: str) -> AsyncGenerator[str]:
        """Have a model of the upstream talk in this project; its name."""
        slug = f"m{upstream.port}"
        provider = await self.bench.add(upstream, slug, [model])
        await self.change(settings={"model": f"{slug}/{model}"})
        try:
            yield f"{slug}/{model}"
        finally:
            await self.change(settings={})
            await self.bench.ada.delete(f"/providers/{provider}")


async def open_office(bench: Bench, instructions: str = "") -> Office:
    """Somebody new with a project of their own."""
    name = f"p{uuid7().hex[-12:]}"
    user = User(email=f"{name}@example.com", name=name, password_hash="-")
    project = Project(name=f"Project {name}", owner_id=user.id, instructions=instructions)
    async with bench.site.services.database.transaction() as session:
        session.add(user)
        await session.flush()
        session.add(project)
        token, secret = await personal_tokens.create(
            session, user, SERVER, "t", now() + timedelta(days=1)
        )
    return Office(bench, user, project.id, secret, token.id)
