"""Chat completions (wire contract, section 8): projects as models that OpenAI's clients can ask."""

from types import MappingProxyType
from typing import Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.watch import AccessWatch
from app.api.guarded import ENDED, while_allowed
from app.api.live import Live
from app.api.openai_answers import Heard
from app.api.openai_askers import Asker, asker
from app.api.openai_bodies import CompletionRequest, Model, Models, dialogue
from app.api.questions import Key, asking_once
from app.chat import store
from app.chat.chat import Chat
from app.chat.events import Failed
from app.chat.tables import Message
from app.chat.transcripts import Transcript, transcript, write_transcript
from app.errors import InvalidRequest
from app.wire.openai import ChunkStream, Completion, ErrorBody, Head, completion, status_of, trouble
from app.wire.sse import MEDIA_TYPE, STREAM_HEADERS

AnyRequest = Request[Any, Any, State]

JSON = "application/json"


class OpenAIController(Controller):
    """Projects as models."""

    path = "/v1"
    tags = ("openai",)
    dependencies = MappingProxyType({"asker": Provide(asker)})

    @get("/models")
    async def models(self, asker: NamedDependency[Asker]) -> Models:
        """The projects that the caller may ask, as models."""
        return Models(await asker.models())

    @get("/models/{model:str}")
    async def model(self, model: FromPath[str], asker: NamedDependency[Asker]) -> Model:
        """One of them, by id or slug."""
        meant = await asker.project(model)
        return next(each for each in await asker.models() if each.id == meant.id)

    @post("/chat/completions", status_code=200)
    async def complete(
        self,
        request: AnyRequest,
        data: JSONBody[CompletionRequest],
        asker: NamedDependency[Asker],
        chat: NamedDependency[Chat],
        watch: NamedDependency[AccessWatch],
        idempotency_key: Key = None,
    ) -> Response[Any] | Stream:
        """Answer from the project that `model` names, whole or as a stream.

        A caller that hangs up gives the answer up, unless the request has an `Idempotency-Key`:
        the same request again gives that answer then, from its beginning.
        """
        await asker.count(data.user)
        project = await asker.project(data.model)
        told, wishes = _told(data, chat.options.max_message_chars)

        async def write(session: AsyncSession) -> Message:
            title = store.title_from(told.question)
            begun = await asker.begin(session, project.id, title)
            return await write_transcript(session, begun, told)

        standing = asker.standing(project.id)
        # The project by its id: a name may mean another one by the next time.
        sent = asking_once(idempotency_key, "openai", project.id, data)
        message_id = await chat.answer(
            project, write, standing, wishes=wishes, repeat=asker.repeat(data.user, sent)
        )
        heard = Heard(chat, message_id, lasting=sent is not None)
        head = Head(f"chatcmpl-{message_id.hex}", data.model, _second_of(message_id))
        if not data.stream:
            return _in_one_piece(completion(head, await heard.whole(request)), heard)
        options = data.stream_options
        encoder = ChunkStream(head, include_usage=bool(options and options.include_usage))
        farewell = encoder.encode(Failed("CANCELLED", ENDED, retryable=False))
        return Live(
            while_allowed(heard.pieces(encoder.encode), watch, standing, farewell),
            status_code=200,
            media_type=MEDIA_TYPE,
            headers={**STREAM_HEADERS, "X-Message-Id": str(message_id)},
        )


def _told(data: CompletionRequest, most: int) -> tuple[Transcript, str]:
    if data.n not in {None, 1}:
        raise InvalidRequest("One answer is given to a question.", "n")
    said, wishes = dialogue(data.messages)
    told = transcript(said)
    if max(len(told.question), len(wishes)) > most:
        raise InvalidRequest(f"A message is longer than {most} characters.", "messages")
    return told, wishes


def _second_of(message_id: UUID) -> int:
    """When the answer was begun, in seconds since 1970: its id tells, the same at each repeat."""
    return (message_id.int >> 80) // 1000


def _in_one_piece(found: Completion | Failed | None, heard: Heard) -> Response[Any]:
    if isinstance(found, Completion):
        return Response(msgspec.json.encode(found), media_type=JSON)
    failed = found or Failed("INTERNAL", "The answer was lost. Ask again.", retryable=True)
    return Response(
        msgspec.json.encode(ErrorBody(trouble(failed))),
        status_code=status_of(failed),
        media_type=JSON,
        # Their clients ask again by themselves, unless they are told that it is of no use: so it
        # is under the same key, which gives the same answer.
        headers={"X-Should-Retry": str(failed.retryable and not heard.lasting).lower()},
    )
