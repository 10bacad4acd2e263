"""When people take over from the assistant: on request, and where it found nothing again.

Answers that found nothing are counted by a trigger of the migration `0010_webhooks`, in the
transaction that closes the answer; requests are heard here, in the one that writes the question.
"""

from typing import Final

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat.tables import Conversation, Message
from app.desk.requests import wants_person
from app.integrations.tables import Integration

AFTER_UNANSWERED: Final = 2


async def hear(
    session: AsyncSession, conversation: Conversation, integration: Integration, text: str
) -> bool:
    """Decide who answers what a customer has just said, and set the conversation's status.

    The caller holds the conversation's row locked, in the transaction that writes the message down;
    the message itself need not be there yet.

    Returns:
        Whether the assistant answers; False where people do.
    """
    if conversation.status == "escalated":
        return False
    reason = None
    if integration.escalation.get("onRequest", True) is not False and wants_person(text):
        reason = "request"
    elif conversation.status == "resolved":
        # What is said after the end begins anew.
        conversation.status, conversation.status_reason = "active", "customer"
    elif await _is_unanswered(session, conversation, integration):
        reason = "unanswered"
    if reason is not None:
        conversation.status, conversation.status_reason = "escalated", reason
    session.add(conversation)
    await session.flush()
    return reason is None


async def _is_unanswered(
    session: AsyncSession, conversation: Conversation, integration: Integration
) -> bool:
    """Look again: the trigger passes over a conversation that somebody holds at that moment."""
    many = integration.escalation.get("afterUnanswered", AFTER_UNANSWERED)
    if not isinstance(many, int) or many <= 0:
        return False
    answers = select(func.jsonb_array_length(col(Message.citations))).where(
        Message.conversation_id == conversation.id,
        Message.role == "assistant",
        Message.status == "complete",
    )
    if conversation.status_at is not None:
        answers = answers.where(col(Message.created_at) > conversation.status_at)
    latest = (await session.exec(answers.order_by(col(Message.id).desc()).limit(many))).all()
    return len(latest) == many and not any(latest)
