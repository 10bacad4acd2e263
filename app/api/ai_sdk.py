"""The Vercel AI SDK: its chat transport's own requests, answered with a UI message stream."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Literal
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from msgspec import Meta, Struct
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.principal import Principal
from app.access.resolver import Access
from app.access.standing import Standing
from app.access.watch import AccessWatch
from app.api.guarded import ENDED, while_allowed
from app.api.live import Live
from app.api.questions import Key, asking_once, clean
from app.api.streams import SILENCE_S
from app.chat import kept_elsewhere, repeats, store
from app.chat.chat import Chat
from app.chat.events import Failed
from app.chat.repeats import Repeat
from app.chat.tables import Conversation, Message
from app.chat.transcripts import Said, Speaker, transcript
from app.db.engine import Database
from app.errors import InvalidRequest
from app.wire.sse import HEARTBEAT, MEDIA_TYPE, STREAM_HEADERS
from app.wire.ui_message import HEADERS, UiMessageStream

CHANNEL = "ai-sdk"
ChatId = Annotated[str, Meta(min_length=1, max_length=128)]


class UiPart(Struct):
    """A part of a message; only text is read."""

    type: str
    text: str | None = None


class UiMessage(Struct):
    """A message as the client keeps it."""

    role: Literal["system", "user", "assistant"]
    parts: list[UiPart]
    id: str | None = None


class UiRequest(Struct, rename="camel"):
    """What `DefaultChatTransport` sends.

    Attributes:
        message_id: The message that is written anew, or answered anew.
    """

    id: ChatId
    messages: list[UiMessage]
    trigger: Literal["submit-message", "regenerate-message"] = "submit-message"
    message_id: str | None = None


class AiSdkController(Controller):
    """Chats of the Vercel AI SDK."""

    path = "/api/ai-sdk/projects/{project_id:uuid}/chat"
    tags = ("ai-sdk",)

    @post("/", status_code=200)
    async def send(
        self,
        project_id: FromPath[UUID],
        data: JSONBody[UiRequest],
        principal: NamedDependency[Principal],
        access: NamedDependency[Access],
        database: NamedDependency[Database],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
        idempotency_key: Key = None,
    ) -> Stream:
        """Answer the last message; it is generated to its end whether or not anybody listens."""
        reached = await access.require(project_id, principal, "use")
        told = transcript(_said(data.messages))
        if len(told.question) > chat.options.max_message_chars:
            most = chat.options.max_message_chars
            raise InvalidRequest(f"The question is longer than {most} characters.", "messages")
        conversation_id = kept_elsewhere.named(principal.user, project_id, clean(data.id))
        sent = asking_once(idempotency_key, CHANNEL, project_id, data)
        repeat = repeats.of_person(principal.user.id, sent)
        await _end_running(database, chat, principal, conversation_id, repeat)
        begun = Conversation(
            id=conversation_id,
            project_id=project_id,
            user_id=principal.user.id,
            title=store.title_from(told.question),
            channel=CHANNEL,
        )

        async def write(session: AsyncSession) -> Message:
            return await kept_elsewhere.go_on(
                session,
                begun,
                told,
                taken_back=data.trigger == "regenerate-message" or data.message_id is not None,
                before=sum(each.role == "user" for each in data.messages) - 1,
            )

        standing = Standing.of(principal, project_id)
        message_id = await chat.answer(reached.project, write, standing, repeat=repeat)
        return _stream(chat, message_id, watch, standing)

    @get("/{chat_id:str}/stream")
    async def resume(
        self,
        project_id: FromPath[UUID],
        chat_id: FromPath[ChatId],
        principal: NamedDependency[Principal],
        access: NamedDependency[Access],
        database: NamedDependency[Database],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
    ) -> Stream | Response[None]:
        """The answer that is being written, from its beginning; 204 where none is."""
        await access.require(project_id, principal, "use")
        conversation_id = kept_elsewhere.named(principal.user, project_id, chat_id)
        async with database.session() as session:
            running = await kept_elsewhere.in_writing(session, principal.user, conversation_id)
        if running is None:
            return Response(None, status_code=204)
        return _stream(chat, running, watch, Standing.of(principal, project_id))


async def _end_running(
    database: Database,
    chat: Chat,
    principal: Principal,
    conversation_id: UUID,
    repeat: Repeat | None,
) -> None:
    """The SDK's own stop only hangs up: whoever asks on has given up what is being written.

    Whoever asks again under the same key has not.
    """
    async with database.session() as session:
        running = await kept_elsewhere.in_writing(session, principal.user, conversation_id)
    # In this order: an answer of this very key that is seen running has its record by now.
    if running is not None and await chat.earlier(repeat) is None:
        await chat.stop(principal.user, running)
        async with aclosing(chat.batches(running)) as batches:
            async for _ in batches:
                continue


def _said(messages: list[UiMessage]) -> list[Said]:
    speakers: dict[str, Speaker] = {"user": "user", "assistant": "assistant"}
    said = [
        Said(
            speakers[message.role],
            clean("\n".join(part.text or "" for part in message.parts if part.type == "text")),
        )
        for message in messages
        if message.role in speakers
    ]
    return [each for each in said if each.text.strip()]


def _stream(chat: Chat, message_id: UUID, watch: AccessWatch, standing: Standing) -> Stream:
    encoder = UiMessageStream()

    async def pieces() -> AsyncGenerator[bytes]:
        async with aclosing(chat.batches(message_id, idle_s=SILENCE_S)) as batches:
            async for batch in batches:
                yield b"".join(encoder.encode(event) for _, event in batch) or HEARTBEAT

    farewell = UiMessageStream().encode(Failed("CANCELLED", ENDED, retryable=False))
    return Live(
        while_allowed(pieces(), watch, standing, farewell),
        status_code=200,
        media_type=MEDIA_TYPE,
        headers={**STREAM_HEADERS, **HEADERS, "X-Message-Id": str(message_id)},
    )
