"""Request and response bodies of the inbox (wire contract, section 7e)."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from app.api.bodies import Body
from app.api.chat_views import Told, message_view
from app.desk.inbox import Listed, Status
from app.wire.lumen import CitationView, SourceCard
from app.wire.times import timestamp

LAST_WORDS = 200


class Said(Body):
    """What a person writes."""

    body: Annotated[str, Meta(min_length=1, max_length=8_000)]


class StatusBody(Body):
    """Who answers from now on."""

    status: Status


class ReadBody(Body):
    """Up to where somebody has read."""

    last_message_id: UUID


class InboxIntegrationView(Body):
    """Where a customer writes."""

    id: UUID
    name: str
    kind: str


class LastMessageView(Body):
    """The beginning of what was said last."""

    id: UUID
    role: str
    body: str
    created_at: str


class InboxConversationView(Body):
    """A customer's conversation."""

    id: UUID
    project_id: UUID
    customer: str
    integration: InboxIntegrationView
    channel: str
    status: str
    status_at: str | None
    status_reason: str | None
    unread: int
    last_message: LastMessageView | None
    created_at: str
    updated_at: str


class CountsView(Body):
    """Conversations by status."""

    active: int = 0
    escalated: int = 0
    resolved: int = 0


class InboxView(Body):
    """A page of the inbox."""

    conversations: list[InboxConversationView]
    counts: CountsView
    next_cursor: str | None


class AuthorView(Body):
    """Who wrote an operator's answer or a note."""

    id: UUID
    name: str


class InboxMessageView(Body):
    """What was said; `user` is the customer, `note` stays among people."""

    id: UUID
    role: str
    body: str
    status: str
    author: AuthorView | None
    citations: list[CitationView]
    sources: list[SourceCard]
    created_at: str


class ThreadView(Body):
    """A conversation with all that was said in it."""

    conversation: InboxConversationView
    messages: list[InboxMessageView]


class OneInboxMessageView(Body):
    """What was written."""

    message: InboxMessageView


class OneInboxConversationView(Body):
    """A conversation after a change."""

    conversation: InboxConversationView


def conversation_view(listed: Listed) -> InboxConversationView:
    """A customer's conversation."""
    conversation, last = listed.conversation, listed.last
    since = conversation.status_at
    return InboxConversationView(
        id=conversation.id,
        project_id=conversation.project_id,
        customer=listed.customer,
        integration=InboxIntegrationView(
            id=listed.integration.id, name=listed.integration.name, kind=listed.integration.kind
        ),
        channel=conversation.channel,
        status=conversation.status,
        status_at=timestamp(since) if since is not None else None,
        status_reason=conversation.status_reason,
        unread=listed.unread,
        last_message=last
        and LastMessageView(
            id=last.id,
            role=last.role,
            body=" ".join(last.content[: LAST_WORDS * 2].split())[:LAST_WORDS],
            created_at=timestamp(last.created_at),
        ),
        created_at=timestamp(conversation.created_at),
        updated_at=timestamp(conversation.updated_at),
    )


def said_view(told: Told, authors: Mapping[UUID, str]) -> InboxMessageView:
    """What was said, with its author where it is one of the people here."""
    message, view = told.message, message_view(told)
    author = message.author_id
    return InboxMessageView(
        id=message.id,
        role=message.role,
        body=message.content,
        status=message.status,
        author=AuthorView(id=author, name=authors.get(author, "")) if author else None,
        citations=view.citations,
        sources=view.sources,
        created_at=view.created_at,
    )
