"""What an MCP host can do here: tools under the caller's own token, citations in their results."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import mcp_types as types
import msgspec
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel import Server
from msgspec import Meta, Struct

from app.access import resolver
from app.access.principal import Principal
from app.access.resolver import Access
from app.access.rules import read_access
from app.access.standing import Standing
from app.api.document_views import passage_view
from app.api.questions import clean
from app.api.staff_visits import note_visits
from app.chat import citing, store
from app.chat.chat import Chat
from app.chat.events import Failed, Finished, PassagesFound, Text
from app.chat.tables import Conversation, Message
from app.chat.transcripts import Transcript, write_transcript
from app.db.engine import Database
from app.errors import STATUS, AppError, InvalidRequest
from app.wire.lumen import citation_view, source_card
from ingest.corpus import projects
from providers.errors import ModelUnknown, NoProvider
from retrieval.search import Search, SearchQuery

CHANNEL = "mcp"
INSTRUCTIONS = (
    "Projects hold documents. List them, then search one or ask it: answers cite their passages by "
    "number, and read_source shows what stands around a cited passage."
)
_log = logging.getLogger(__name__)
Context = ServerRequestContext[Any, Any]
Told = dict[str, Any]


class NoArguments(Struct):
    """Nothing."""


class SearchArguments(Struct, rename="camel"):
    """What to look for, and where."""

    project_id: UUID
    query: Annotated[str, Meta(min_length=1, max_length=4000)]
    limit: Annotated[int, Meta(ge=1, le=50)] = 8


class AskArguments(Struct, rename="camel"):
    """What to ask, and where."""

    project_id: UUID
    question: Annotated[str, Meta(min_length=1)]


class SourceArguments(Struct, rename="camel"):
    """The passage, as a source or a citation names it."""

    chunk_id: UUID


@dataclass(frozen=True, slots=True)
class Parts:
    """What the tools use."""

    database: Database
    search: Search
    chat: Chat


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of one caller, for one request."""

    parts: Parts
    principal: Principal

    async def list_projects(self, _: NoArguments) -> Told:
        """List the projects that you may ask, the latest first."""
        rule = resolver.access_for(self.principal.user)
        async with self.parts.database.session() as session:
            found = await projects.reachable(session, rule)
        told = [
            {
                "id": project.id,
                "name": project.name,
                "description": project.description,
                "accessTier": read_access(given).tier,
            }
            for project, given in found
        ]
        return {"projects": told}

    async def search_documents(self, asked: SearchArguments) -> Told:
        """Find the passages of a project's documents that speak of something, without an answer."""
        await self._access.require(asked.project_id, self.principal, "use")
        query = SearchQuery(asked.project_id, clean(asked.query), limit=asked.limit)
        found = await self.parts.search.ranked(query)
        return {"passages": [passage_view(passage) for passage in found]}

    async def ask_project(self, asked: AskArguments) -> Told:
        """Ask a project; the answer cites its documents by number."""
        reached = await self._access.require(asked.project_id, self.principal, "use")
        question, most = clean(asked.question), self.parts.chat.options.max_message_chars
        if not question.strip() or len(question) > most:
            raise InvalidRequest(f"A question has 1 to {most} characters.", "question")
        begun = Conversation(
            project_id=asked.project_id,
            user_id=self.principal.user.id,
            title=store.title_from(question),
            channel=CHANNEL,
        )

        async def write(session: Any) -> Message:  # noqa: ANN401 - named in `Write`
            session.add(begun)
            await session.flush()
            return await write_transcript(session, begun, Transcript(question))

        standing = Standing.of(self.principal, asked.project_id)
        message_id = await self.parts.chat.answer(reached.project, write, standing)
        return await self._heard(message_id)

    async def read_source(self, asked: SourceArguments) -> Told:
        """Show what stands around a passage that an answer cited or a search found."""
        async with self.parts.database.session() as session:
            place = await citing.place(session, self.principal, asked.chunk_id)
        return {
            "chunkId": place.chunk_id,
            "documentId": place.document_id,
            "documentName": place.document_name,
            "pageNumber": place.page_number,
            "snippet": place.snippet,
            "context": place.context,
            "stale": place.stale,
            "url": place.url,
        }

    @property
    def _access(self) -> Access:
        return Access(self.parts.database.session)

    async def _heard(self, message_id: UUID) -> Told:
        told: Told = {"answer": "", "sources": [], "citations": [], "messageId": message_id}
        try:
            async with aclosing(self.parts.chat.batches(message_id)) as batches:
                async for event in (event async for batch in batches for _, event in batch):
                    if isinstance(event, Text):
                        told["answer"] += event.delta
                    elif isinstance(event, PassagesFound):
                        told["sources"] = [source_card(each) for each in event.sources]
                    elif isinstance(event, Finished):
                        told["finishReason"] = event.finish_reason
                        told["citations"] = [citation_view(each) for each in event.citations]
                    elif isinstance(event, Failed):
                        raise AnswerFailed(f"{event.code}: {event.detail}")
        finally:
            self.parts.chat.abandon(message_id)
        return told


class AnswerFailed(Exception):
    """The answer is not whole; the text says why."""


_ARGUMENTS: Mapping[str, type[Struct]] = {
    "list_projects": NoArguments,
    "search_documents": SearchArguments,
    "ask_project": AskArguments,
    "read_source": SourceArguments,
}


def mcp_server(parts: Parts, principal: Principal, version: str) -> Server[Any]:
    """A server for one request of this caller."""
    tools = Tools(parts, principal)

    async def on_list(_: Context, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        return types.ListToolsResult(tools=[_described(name) for name in _ARGUMENTS])

    async def on_call(_: Context, params: types.CallToolRequestParams) -> types.CallToolResult:
        return await _called(tools, params.name, params.arguments or {})

    return Server(
        "lumen",
        version=version,
        instructions=INSTRUCTIONS,
        on_list_tools=on_list,
        on_call_tool=on_call,
    )


async def _called(tools: Tools, name: str, arguments: Mapping[str, Any]) -> types.CallToolResult:
    kind = _ARGUMENTS.get(name)
    if kind is None:
        return _refused(f"not_found: There is no tool {name[:80]!r}.")
    run: Callable[[Any], Awaitable[Told]] = getattr(tools, name)
    try:
        told = await run(msgspec.convert(arguments, kind))
    except Exception as error:  # noqa: BLE001 - the protocol's package would tell what it says
        return _refused(_why(error))
    finally:
        if tools.principal.by_role_alone:
            await note_visits(tools.parts.database, tools.principal)
    encoded = msgspec.json.encode(told)
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=told.get("answer") or encoded.decode())],
        structured_content=msgspec.json.decode(encoded),
    )


def _why(error: Exception) -> str:
    """A refusal in our words; what is ours to mend is logged whole, and shown as nothing."""
    if isinstance(error, msgspec.ValidationError):
        return f"invalid_request: {error}"
    if isinstance(error, AppError) and error.code in STATUS:
        return f"{error.code}: {error.message}"
    if isinstance(error, AnswerFailed):
        return str(error)
    if isinstance(error, NoProvider | ModelUnknown):
        return f"no_provider: {error.detail}"
    _log.error("unhandled error", exc_info=error)
    return "internal_error: Something went wrong here."


def _refused(why: str) -> types.CallToolResult:
    return types.CallToolResult(content=[types.TextContent(type="text", text=why)], is_error=True)


def _described(name: str) -> types.Tool:
    kind = _ARGUMENTS[name]
    _, components = msgspec.json.schema_components((kind,))
    schema = {key: value for key, value in components[kind.__name__].items() if key != "title"}
    return types.Tool(
        name=name,
        description=getattr(Tools, name).__doc__,
        input_schema=schema,
        annotations=types.ToolAnnotations(read_only_hint=name != "ask_project"),
    )
