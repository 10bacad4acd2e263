"""Chat completions (wire contract, section 8): projects as models that OpenAI's clients can ask."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access import resolver
from app.access.principal import Principal
from app.access.resolver import Access, Reached
from app.access.standing import Standing
from app.access.watch import AccessWatch
from app.api.guarded import ENDED, while_allowed
from app.api.openai_answers import only_here, whole
from app.api.openai_bodies import (
    CompletionRequest,
    Model,
    Models,
    as_uuid,
    dialogue,
    find_model,
    models_of,
)
from app.chat import store
from app.chat.chat import Chat
from app.chat.events import Failed
from app.chat.tables import Conversation, Message
from app.chat.transcripts import Transcript, transcript, write_transcript
from app.db.engine import Database
from app.errors import InvalidRequest, NotFound
from app.wire.openai import ChunkStream, Completion, ErrorBody, Head, completion, status_of, trouble
from app.wire.sse import MEDIA_TYPE, STREAM_HEADERS
from ingest.corpus import projects
from ingest.corpus.tables import now

AnyRequest = Request[Any, Any, State]

CHANNEL = "openai"
JSON = "application/json"
NO_MODEL = "There is no such model. GET /v1/models lists the projects that you may ask."


class OpenAIController(Controller):
    """Projects as models."""

    path = "/v1"
    tags = ("openai",)

    @get("/models")
    async def models(
        self, principal: NamedDependency[Principal], database: NamedDependency[Database]
    ) -> Models:
        """The projects that the caller may ask, as models."""
        async with database.session() as session:
            return Models(await _reachable(session, principal))

    @get("/models/{model:str}")
    async def model(
        self,
        model: FromPath[str],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        access: NamedDependency[Access],
    ) -> Model:
        """One of them, by id or slug."""
        reached = await _meant(model, principal, database, access)
        async with database.session() as session:
            found = await _reachable(session, principal)
        return next(each for each in found if each.id == reached.project.id)

    @post("/chat/completions", status_code=200)
    async def complete(
        self,
        request: AnyRequest,
        data: JSONBody[CompletionRequest],
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        access: NamedDependency[Access],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
    ) -> Response[Any] | Stream:
        """Answer from the project that `model` names, whole or as a stream."""
        reached = await _meant(data.model, principal, database, access)
        told, wishes = _told(data, chat.options.max_message_chars)

        async def write(session: AsyncSession) -> Message:
            conversation = Conversation(
                project_id=reached.project.id,
                user_id=principal.user.id,
                title=store.title_from(told.question),
                channel=CHANNEL,
            )
            session.add(conversation)
            await session.flush()
            return await write_transcript(session, conversation, told)

        standing = Standing.of(principal, reached.project.id)
        message_id = await chat.answer(reached.project, write, standing, wishes=wishes)
        head = Head(f"chatcmpl-{message_id.hex}", data.model, _seconds(now()))
        if data.stream:
            options = data.stream_options
            encoder = ChunkStream(head, include_usage=bool(options and options.include_usage))
            farewell = encoder.encode(Failed("CANCELLED", ENDED, retryable=False))
            pieces = only_here(chat, message_id, encoder.encode)
            return Stream(
                while_allowed(pieces, watch, standing, farewell),
                status_code=200,
                media_type=MEDIA_TYPE,
                headers={**STREAM_HEADERS, "X-Message-Id": str(message_id)},
            )
        return _in_one_piece(completion(head, await whole(chat, message_id, request)))


def _told(data: CompletionRequest, most: int) -> tuple[Transcript, str]:
    if data.n not in {None, 1}:
        raise InvalidRequest("One answer is given to a question.", "n")
    said, wishes = dialogue(data.messages)
    told = transcript(said)
    if max(len(told.question), len(wishes)) > most:
        raise InvalidRequest(f"A message is longer than {most} characters.", "messages")
    return told, wishes


async def _meant(wanted: str, principal: Principal, database: Database, access: Access) -> Reached:
    """The project that a model's name means, for a caller who may ask it."""
    project_id = as_uuid(wanted)
    if project_id is None:
        async with database.session() as session:
            found = find_model(await _reachable(session, principal), wanted)
        if found is None:
            raise NotFound(NO_MODEL)
        project_id = found.id
    return await access.require(project_id, principal, "use")


async def _reachable(session: AsyncSession, principal: Principal) -> list[Model]:
    rule = resolver.access_for(principal.user)
    return models_of([project for project, _ in await projects.reachable(session, rule)])


def _in_one_piece(found: Completion | Failed | None) -> Response[Any]:
    if isinstance(found, Completion):
        return Response(msgspec.json.encode(found), media_type=JSON)
    failed = found or Failed("INTERNAL", "The answer was lost. Ask again.", retryable=True)
    return Response(
        msgspec.json.encode(ErrorBody(trouble(failed))),
        status_code=status_of(failed),
        media_type=JSON,
        # Their clients ask again by themselves, unless they are told that it is of no use.
        headers={"X-Should-Retry": "true" if failed.retryable else "false"},
    )


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
