"""Chat (wire contract, section 5)."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, patch, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.response import Stream
from msgspec import UNSET, UnsetType
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.principal import Principal
from app.access.resolver import Access
from app.access.watch import AccessWatch
from app.api.bodies import LARGEST
from app.api.chat_views import (
    ConfigView,
    ConversationPatch,
    ConversationView,
    DoneView,
    ListedViews,
    OneChangedView,
    OneConversationView,
    Question,
    RecentViews,
    SourceView,
    Told,
    changed_view,
    conversation_view,
    listed_view,
    recent_view,
)
from app.api.document_views import RectView
from app.api.questions import Key, chosen, clean, idempotency_of
from app.api.streams import Reader, answer_stream
from app.chat import citing, store
from app.chat.aging import aged
from app.chat.asking import NewQuestion
from app.chat.chat import Chat
from app.chat.tables import Message
from app.db.engine import Database
from app.errors import InvalidRequest
from app.wire.export import Said, file_name, markdown
from ingest.viewing import PageViewer

AnyRequest = Request[Any, Any, State]
Words = Annotated[str, QueryParameter(min_length=1, max_length=200)]
Offset = Annotated[int | None, QueryParameter(ge=0, le=LARGEST)]

MOST_TITLE = 200
_MEDIA_TYPES = {"md": "text/markdown; charset=utf-8", "json": "application/json"}


class ChatController(Controller):
    """Questions, answers, conversations."""

    path = "/chat"
    tags = ("chat",)

    @get("/config")
    async def config(
        self, principal: NamedDependency[Principal], chat: NamedDependency[Chat]
    ) -> ConfigView:
        """The modes that are switched on."""
        del principal
        modes = chat.options.modes
        return ConfigView(docs="docs" in modes, web="web" in modes, deep="deep" in modes)

    @post("/projects/{project_id:uuid}", status_code=200)
    async def ask(
        self,
        request: AnyRequest,
        project_id: FromPath[UUID],
        data: JSONBody[Question],
        principal: NamedDependency[Principal],
        access: NamedDependency[Access],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
        idempotency_key: Key = None,
    ) -> Stream:
        """Ask; the answer streams. It is generated to its end whether or not anybody listens."""
        reached = await access.require(project_id, principal, "use")
        question = NewQuestion(
            project_id=project_id,
            text=clean(data.message),
            conversation_id=data.conversation_id,
            mode=data.mode,
            document_ids=chosen(data.document_ids),
        )
        message_id = await chat.ask(
            principal.user,
            reached.project,
            question,
            model_id=data.model_id,
            idempotency=idempotency_of(request, idempotency_key, msgspec.json.encode(data)),
        )
        return answer_stream(chat, message_id, Reader(watch, principal, project_id))

    @get("/projects/{project_id:uuid}/conversations")
    async def conversations(
        self,
        project_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        access: NamedDependency[Access],
        database: NamedDependency[Database],
    ) -> ListedViews:
        """The caller's own conversations in a project, newest first."""
        await access.require(project_id, principal, "use")
        async with database.session() as session:
            found = await store.in_project(session, principal.user, project_id)
        return ListedViews(conversations=[listed_view(listed) for listed in found])

    @get("/recent")
    async def recent(
        self, principal: NamedDependency[Principal], database: NamedDependency[Database]
    ) -> RecentViews:
        """The caller's newest conversations in all projects."""
        async with database.session() as session:
            found = await store.recent(session, principal.user)
        return RecentViews(conversations=[recent_view(*each) for each in found])

    @get("/search")
    async def search(
        self, q: Words, principal: NamedDependency[Principal], database: NamedDependency[Database]
    ) -> RecentViews:
        """The caller's conversations that hold these words."""
        words = clean(q)
        async with database.session() as session:
            found = await store.recent(session, principal.user, matching=words)
        return RecentViews(conversations=[recent_view(*each) for each in found])

    @get("/conversations/{conversation_id:uuid}")
    async def conversation(
        self,
        conversation_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneConversationView:
        """A conversation with its messages."""
        async with database.session() as session:
            conversation = await store.own(session, principal.user, conversation_id)
            messages = await store.messages(session, conversation_id)
            told = await _told(session, conversation.project_id, messages)
        return OneConversationView(conversation=conversation_view(conversation, told))

    @patch("/conversations/{conversation_id:uuid}")
    async def change(
        self,
        conversation_id: FromPath[UUID],
        data: JSONBody[ConversationPatch],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> OneChangedView:
        """Rename or pin a conversation."""
        title = None if data.title is None else " ".join(clean(data.title).split())
        if title is not None and not 1 <= len(title) <= MOST_TITLE:
            raise InvalidRequest(f"A title has 1 to {MOST_TITLE} characters.", "title")
        async with database.transaction() as session:
            conversation = await store.own(session, principal.user, conversation_id, lock=True)
            if title is not None:
                conversation.title = title
            if data.is_pinned is not None:
                conversation.is_pinned = data.is_pinned
            session.add(conversation)
        return OneChangedView(conversation=changed_view(conversation))

    @delete("/conversations/{conversation_id:uuid}", status_code=200)
    async def remove(
        self,
        conversation_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
    ) -> DoneView:
        """Delete a conversation; an answer that is being written ends."""
        async with database.transaction() as session:
            conversation = await store.own(session, principal.user, conversation_id, lock=True)
            await session.delete(conversation)
        return DoneView(id=conversation_id)

    @get("/conversations/{conversation_id:uuid}/export")
    async def export(
        self,
        conversation_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        format: FromQuery[Literal["md", "json"]] = "md",  # noqa: A002 - the contract's own name
    ) -> Response[bytes]:
        """The conversation as a file."""
        async with database.session() as session:
            conversation = await store.own(session, principal.user, conversation_id)
            messages = await store.messages(session, conversation_id)
            told = await _told(session, conversation.project_id, messages)
        view = conversation_view(conversation, told)
        name = f"{file_name(view.title)}.{format}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        content = _markdown(view) if format == "md" else _json(view)
        return Response(content, media_type=_MEDIA_TYPES[format], headers=headers)

    @get("/chunks/{chunk_id:uuid}/source")
    async def source(
        self,
        chunk_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        viewer: NamedDependency[PageViewer],
        start: Offset = None,
        end: Offset = None,
        message_id: Annotated[UUID | None, QueryParameter(name="messageId")] = None,
    ) -> SourceView:
        """Where a cited passage stands, or the stretch of it that an answer quotes.

        The stretch (`start`, `end`) is given as the answer (`messageId`) cites it, in the version
        that it read. A passage that its document does not hold any more answers with what was kept.
        """
        quoted = _quoted(start, end, message_id)
        async with database.session() as session:
            place = await citing.place(session, principal, chunk_id, quoted)
            words = await citing.words(session, place)
        rects = (
            await viewer.rects(place.document, place.page, place.start, place.end, words=words)
            if place.document is not None and place.page is not None
            else []
        )
        return SourceView(
            document_id=place.document_id,
            document_name=place.document_name,
            page_number=place.page_number,
            chunk_id=place.chunk_id,
            snippet=place.snippet,
            context=place.context,
            start=place.start,
            end=place.end,
            rects=[
                RectView(left=box.left, top=box.top, width=box.width, height=box.height)
                for box in rects
            ],
            stale=place.stale,
            document_version=_known(place.document_version if place.stale else None),
            current_version=_known(place.current_version if place.stale else None),
            url=UNSET if place.url is None else place.url,
        )


async def _told(session: AsyncSession, project_id: UUID, messages: list[Message]) -> list[Told]:
    cited = await aged(session, project_id, messages)
    sources = await store.sources(session, messages)
    failures = await store.failures(session, messages)
    return [
        Told(each, cited[each.id], sources.get(each.id, ()), failures.get(each.id))
        for each in messages
    ]


def _quoted(start: int | None, end: int | None, message_id: UUID | None) -> citing.Quoted | None:
    if start is None or end is None or start >= end:
        return None
    return citing.Quoted(start, end, message_id)


def _known(version: int | None) -> int | UnsetType:
    return UNSET if version is None else version


def _markdown(view: ConversationView) -> bytes:
    said = [
        Said(each.role, each.content, each.created_at, each.status, each.citations)
        for each in view.messages
    ]
    return markdown(view.title, said).encode()


def _json(view: ConversationView) -> bytes:
    return msgspec.json.encode(OneConversationView(conversation=view))
