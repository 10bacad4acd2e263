"""Rooms: a project with something of every kind in it, whole or made for one call."""

from dataclasses import dataclass
from uuid import UUID

import msgspec
from sqlmodel import select
from uuid_utils.compat import uuid7

from app.access.tables import Grant
from app.accounts.tables import User
from app.chat.events import Finished, Started, Text
from app.chat.record import write
from app.chat.tables import (
    AnswerTrace,
    Conversation,
    LoggedEvent,
    Memory,
    Message,
    MessageSource,
    Run,
)
from app.db.engine import Database
from app.integrations.tables import Integration
from ingest.corpus.tables import Chunk, Document, Project, now
from retrieval.relevance import Evidence
from retrieval.trace import SearchTrace


@dataclass(frozen=True)
class Talk:
    """A conversation with a question and its answer."""

    conversation: UUID
    question: UUID
    answer: UUID


@dataclass(frozen=True)
class Room:
    """A project and what is in it.

    Attributes:
        name: `mine`, `public`, `quiet` or `foreign`.
        document: One that was read.
        waiting: One that waits to be read.
        chunk: Of the document.
        gone: A chunk that an answer cites and whose document was deleted.
        talk: Of somebody else, who is none of the callers.
    """

    name: str
    project: UUID
    document: UUID
    waiting: UUID
    chunk: UUID
    gone: UUID
    memory: UUID
    grant: UUID
    integration: UUID
    talk: Talk


@dataclass(frozen=True)
class Words:
    """What stands in a room's texts: a canary each, or nothing to be told by."""

    project: str = "plain"
    talk: str = "plain"


async def add(database: Database, *rows: object) -> None:
    """Store rows, each behind those that it names."""
    async with database.transaction() as session:
        for row in rows:
            session.add(row)
            await session.flush()


def document_row(project_id: UUID, word: str, **fields: object) -> Document:
    """A document that waits to be read."""
    identity = uuid7()
    values = {
        "id": identity,
        "project_id": project_id,
        "name": f"{word}.txt",
        "mime_type": "text/plain",
        "size_bytes": 9,
        "sha256": identity.hex * 2,
        "blob_key": identity.hex,
        **fields,
    }
    return Document(**values)


async def add_talk(database: Database, user_id: UUID, project_id: UUID, word: str) -> Talk:
    """A conversation whose answer is whole, with the events as they were sent."""
    talk = Talk(uuid7(), uuid7(), uuid7())
    events = [
        Started(talk.conversation, talk.answer, "builtin/extractive", "docs"),
        Text(f"An answer about {word}."),
        Finished(talk.answer, 3, 5, "stop", ()),
    ]
    await add(
        database,
        Conversation(id=talk.conversation, project_id=project_id, user_id=user_id, title=word),
        Message(
            id=talk.question, conversation_id=talk.conversation, role="user", content=f"{word}?"
        ),
        Message(
            id=talk.answer,
            conversation_id=talk.conversation,
            role="assistant",
            content=f"An answer about {word}.",
            reply_to=talk.question,
            model="builtin/extractive",
        ),
        AnswerTrace(message_id=talk.answer, data=_trace(f"{word}?")),
        Run(message_id=talk.answer, owner=uuid7(), lease_until=now(), closed_at=now()),
        *(
            LoggedEvent(message_id=talk.answer, seq=seq, kind=kind, data=data)
            for seq, (kind, data) in enumerate(map(write, events), start=1)
        ),
    )
    return talk


def _trace(question: str) -> dict[str, object]:
    trace = SearchTrace(
        question=question,
        relevant=False,
        evidence=Evidence(),
        told=0.1,
        threshold=0.4,
        meaning_weight=0.6,
        words_weight=1.0,
        by_meaning=0,
        by_words=0,
        considered=0,
        reranked=False,
    )
    return msgspec.to_builtins(trace)


def integration_row(project_id: UUID, word: str) -> Integration:
    """A widget's integration, whose token nobody knows."""
    identity = uuid7()
    return Integration(
        id=identity,
        project_id=project_id,
        name=f"Shop {word}",
        kind="widget",
        token_hash=identity.hex * 2,
        token_last4=word[-4:],
        allowed_domains=[f"{word}.example"],
        rate_limit_per_minute=60,
        customer_limit_per_minute=20,
        escalation={"onRequest": True, "afterUnanswered": 2},
    )


async def add_room(
    database: Database, name: str, project: Project, document: Document, words: Words, sam: User
) -> Room:
    """Put something of every kind beside a document that was read.

    Args:
        database: Where.
        name: The room's.
        project: It is there.
        document: The one that was read.
        words: What its texts say.
        sam: Whose conversation is in it, and whom its grant is for.
    """
    talk = await add_talk(database, sam.id, project.id, words.talk)
    memory = Memory(project_id=project.id, text=f"Remember {words.project}.")
    grant = Grant(project_id=project.id, user_id=sam.id, tier="use")
    gone = uuid7()
    kept = MessageSource(
        message_id=talk.answer,
        index=1,
        chunk_id=gone,
        document_id=uuid7(),
        document_name=f"{words.project}.txt",
        document_version=1,
        start=0,
        end=9,
        text=f"Kept of {words.project}.",
        score=0.5,
    )
    waiting = document_row(project.id, words.project)
    shop = integration_row(project.id, words.project)
    await add(database, memory, grant, kept, waiting, shop)
    async with database.session() as session:
        query = select(Chunk.id).where(Chunk.document_id == document.id)
        chunk = (await session.exec(query)).first()
    assert chunk is not None
    return Room(
        name, project.id, document.id, waiting.id, chunk, gone, memory.id, grant.id, shop.id, talk
    )  # fmt: skip


async def copy_room(database: Database, room: Room, sam: UUID) -> Room:
    """A room of the same owner and grants, for a call that changes it; its document failed."""
    async with database.session() as session:
        project = await session.get_one(Project, room.project)
        grants = (await session.exec(select(Grant).where(Grant.project_id == room.project))).all()
    fresh = Project(**{**project.model_dump(exclude={"id"}), "id": uuid7()})
    document = document_row(fresh.id, "plain", status="failed", error_code="no_text")
    waiting = document_row(fresh.id, "plain")
    memory = Memory(project_id=fresh.id, text="Remember this.")
    copies = [
        Grant(**{**grant.model_dump(exclude={"id"}), "id": uuid7(), "project_id": fresh.id})
        for grant in grants
    ]
    own = next(grant for grant in copies if grant.user_id == sam)
    shop = integration_row(fresh.id, "plain")
    await add(database, fresh, document, waiting, memory, shop, *copies)
    return Room(
        room.name, fresh.id, document.id, waiting.id, room.chunk, room.gone, memory.id, own.id,
        shop.id, room.talk,
    )  # fmt: skip
