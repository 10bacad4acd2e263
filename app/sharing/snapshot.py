"""A conversation as it stands: copied, so that nothing that happens to it later shows."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from uuid_utils.compat import uuid7

from app.access.tables import ShareLink
from app.chat import store
from app.chat.tables import Conversation, Message

CHANNEL = "share"


async def shown(session: AsyncSession, conversation_id: UUID) -> list[Message]:
    """What a link to this conversation would show: its questions, each with its newest answer.

    An answer that is still being written is left out with its question.
    """
    messages = await store.messages(session, conversation_id)
    answered = {each.reply_to for each in messages if _is_whole(each)}
    return [each for each in messages if each.id in answered or _is_whole(each)]


async def copy(session: AsyncSession, conversation: Conversation, link: ShareLink) -> Conversation:
    """The link's own conversation, with what was said until now."""
    made = Conversation(
        project_id=conversation.project_id,
        share_id=link.id,
        channel=CHANNEL,
        title=conversation.title,
    )
    session.add(made)
    await session.flush()
    for row in _copies(await shown(session, conversation.id), made.id):
        session.add(row)
        # An answer refers to its question.
        await session.flush()
    return made


def _is_whole(message: Message) -> bool:
    return message.role == "assistant" and message.status != "streaming"


def _copies(messages: Sequence[Message], conversation_id: UUID) -> list[Message]:
    new_ids = {each.id: uuid7() for each in messages}
    return [
        Message(
            id=new_ids[each.id],
            conversation_id=conversation_id,
            role=each.role,
            content=each.content,
            status=each.status,
            reply_to=each.reply_to and new_ids.get(each.reply_to),
            mode=each.mode,
            finish_reason=each.finish_reason,
            citations=each.citations,
            created_at=each.created_at,
        )
        for each in messages
    ]
