"""Request and response bodies of chat (wire contract, section 5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from app.api.bodies import Body
from app.api.document_views import RectView
from app.chat.aged import Aged
from app.chat.events import Failed, Mode
from app.chat.material import snippet
from app.chat.store import Listed
from app.chat.tables import Conversation, Message, MessageSource
from app.wire.lumen import CitationView, SourceCard, aged_view
from app.wire.times import timestamp
from ingest.corpus.tables import Project


class Question(Body):
    """What a person asks."""

    message: str
    conversation_id: UUID | None = None
    model_id: str | None = None
    mode: Mode = "docs"
    document_ids: list[UUID] | None = None


class ConversationPatch(Body):
    """New title or pin; what is left out stays."""

    title: str | None = None
    is_pinned: bool | None = None


class Feedback(Body):
    """What a reader thinks of an answer."""

    rating: Literal["up", "down"]
    comment: str | None = None


class ConfigView(Body):
    """The modes that are switched on."""

    docs: bool
    web: bool
    deep: bool


class MessageCount(Body):
    """Counts beside a conversation."""

    messages: int


class ListedView(Body):
    """A conversation in a project's list."""

    id: UUID
    title: str
    is_pinned: bool
    created_at: str
    updated_at: str
    message_count: int
    count: MessageCount = msgspec.field(name="_count")


class ListedViews(Body):
    """A project's conversations."""

    conversations: list[ListedView]


class ErrorView(Body):
    """How an answer failed."""

    code: str
    detail: str
    retryable: bool


class MessageView(Body):
    """A question or an answer."""

    id: UUID
    role: str
    content: str
    created_at: str
    status: str
    model: str | None
    mode: str
    feedback: str | None
    citations: list[CitationView]
    sources: list[SourceCard]
    finish_reason: str | None
    error: ErrorView | None


class ConversationView(Body):
    """A conversation with its messages."""

    id: UUID
    title: str
    project_id: UUID
    messages: list[MessageView]


class OneConversationView(Body):
    """One conversation."""

    conversation: ConversationView


class ChangedView(Body):
    """A conversation after a change of its title or pin."""

    id: UUID
    title: str
    project_id: UUID
    is_pinned: bool
    created_at: str
    updated_at: str


class OneChangedView(Body):
    """One changed conversation."""

    conversation: ChangedView


class ProjectView(Body):
    """The project beside a recent conversation."""

    id: UUID
    name: str
    color: str


class RecentView(Body):
    """A recent conversation."""

    id: UUID
    title: str
    project_id: UUID
    project: ProjectView
    updated_at: str


class RecentViews(Body):
    """Conversations of all projects."""

    conversations: list[RecentView]


class DoneView(Body):
    """What was done, and to what."""

    id: UUID
    success: bool = True


class SourceView(Body):
    """Where a cited passage stands; a page of the web has a `url` and no document.

    A stale one tells which version was read, and which one answers now.
    """

    document_id: UUID | None
    document_name: str
    page_number: int | None
    chunk_id: UUID
    snippet: str
    context: str
    start: int
    end: int
    rects: list[RectView]
    stale: bool
    document_version: int | UnsetType = UNSET
    current_version: int | UnsetType = UNSET
    url: str | UnsetType = UNSET


def listed_view(listed: Listed) -> ListedView:
    """A conversation in a list."""
    conversation = listed.conversation
    return ListedView(
        id=conversation.id,
        title=conversation.title,
        is_pinned=conversation.is_pinned,
        created_at=timestamp(conversation.created_at),
        updated_at=timestamp(conversation.updated_at),
        message_count=listed.message_count,
        count=MessageCount(messages=listed.message_count),
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A message with what belongs to it."""

    message: Message
    citations: Sequence[Aged] = ()
    sources: Sequence[MessageSource] = ()
    failure: Failed | None = None


def conversation_view(conversation: Conversation, told: Sequence[Told]) -> ConversationView:
    """A conversation with its messages."""
    return ConversationView(
        id=conversation.id,
        title=conversation.title,
        project_id=conversation.project_id,
        messages=[message_view(each) for each in told],
    )


def changed_view(conversation: Conversation) -> ChangedView:
    """A conversation after a change."""
    return ChangedView(
        id=conversation.id,
        title=conversation.title,
        project_id=conversation.project_id,
        is_pinned=conversation.is_pinned,
        created_at=timestamp(conversation.created_at),
        updated_at=timestamp(conversation.updated_at),
    )


def recent_view(conversation: Conversation, project: Project) -> RecentView:
    """A recent conversation."""
    return RecentView(
        id=conversation.id,
        title=conversation.title,
        project_id=project.id,
        project=ProjectView(id=project.id, name=project.name, color=project.color),
        updated_at=timestamp(conversation.updated_at),
    )


def message_view(told: Told) -> MessageView:
    """A question or an answer."""
    message, failure = told.message, told.failure
    return MessageView(
        id=message.id,
        role=message.role,
        content=message.content,
        created_at=timestamp(message.created_at),
        status=message.status,
        model=message.model,
        mode=message.mode,
        feedback=message.feedback,
        citations=[aged_view(citation) for citation in told.citations],
        sources=[_card(source) for source in told.sources],
        finish_reason=message.finish_reason,
        error=failure
        and ErrorView(code=failure.code, detail=failure.detail, retryable=failure.retryable),
    )


def _card(source: MessageSource) -> SourceCard:
    return SourceCard(
        id=source.chunk_id,
        index=source.index,
        document_id=source.document_id,
        document_name=source.document_name,
        page_number=source.page_number,
        snippet=snippet(source.text),
        score=source.score,
        url=UNSET if source.url is None else source.url,
    )
