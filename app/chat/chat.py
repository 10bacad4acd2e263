"""Chat as the web sees it: ask, follow, stop, ask again."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, cast
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.standing import Standing
from app.access.watch import Watch
from app.accounts.tables import User
from app.chat import asking, memories, repeats, store
from app.chat.asking import NewQuestion
from app.chat.errors import IdempotencyConflict, ModeUnavailable
from app.chat.events import Mode
from app.chat.evidence import CitedSource
from app.chat.gathering import PASSAGES, Asked, PassageSearch
from app.chat.openrun import Numbered
from app.chat.prompt import Exchange
from app.chat.repeats import Idempotency, Repeat
from app.chat.runs import Runs
from app.chat.tables import Message
from app.chat.traces import trace_row
from app.chat.turns import Turns
from app.chat.web import Web, WebScope
from app.errors import InvalidRequest
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import Project
from providers.contract import ChatModel
from providers.errors import ModelUnknown
from retrieval.trace import SearchTrace

MOST_PASSAGES = 30
HOTTEST = 2.0


Write: TypeAlias = Callable[[AsyncSession], Awaitable[Message]]
"""Writes a question down in the transaction that opens its answer, and gives its row."""


class Models(Protocol):
    """Chooses who answers."""

    async def model(self, *, requested: str | None, project: str | None) -> ChatModel:
        """The request's model, else the project's, else the default.

        Raises:
            NoProvider: No provider is enabled.
            ModelUnknown: The requested model is not offered.
        """
        ...


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """What chat may do.

    Attributes:
        max_message_chars: The longest question.
        web: The web, where it can be searched.
    """

    max_message_chars: int = 8_000
    web: Web | None = None

    @property
    def modes(self) -> frozenset[Mode]:
        """Those that are switched on."""
        return frozenset({"docs", "web", "deep"} if self.web else {"docs"})


class Chat:
    """Questions and their answers.

    Args:
        transactions: Opens a transaction.
        runs: Generate and follow answers; opened and closed by whoever made them.
        search: Finds passages.
        models: Chooses who answers.
        watch: Tells when somebody who asked loses access; their answer ends then.
        options: What is allowed.
    """

    def __init__(
        self,
        transactions: Transactions,
        *,
        runs: Runs,
        search: PassageSearch,
        models: Models,
        watch: Watch,
        options: ChatOptions | None = None,
    ) -> None:
        self._transactions = transactions
        self._runs = runs
        self._models = models
        self._watch = watch
        self.options = options or ChatOptions()
        self._turns = Turns(search, self.options.web, self._save_sources)

    async def ask(
        self,
        user: User,
        project: Project,
        question: NewQuestion,
        *,
        model_id: str | None = None,
        idempotency: Idempotency | None = None,
    ) -> UUID:
        """Write the question down and begin to answer it; the answer's id, to be followed.

        The caller may use the project: that was decided before.

        Raises:
            InvalidRequest: The question is empty or too long, or a document is not the project's.
            ModeUnavailable: The mode is switched off.
            NotFound: The conversation is not the caller's, or the key's answer was deleted.
            GenerationInProgress: The conversation's last question is still being answered.
            IdempotencyConflict: The key was used with another body.
            ModelUnknown: The requested model is not offered.
            NoProvider: No provider is enabled.
        """
        repeat = repeats.of_person(user.id, idempotency)
        if (earlier := await self.earlier(repeat)) is not None:
            return earlier
        self._check(question)
        model = await self._model(project, model_id)
        async with self._transactions() as session:
            await asking.check_documents(session, question)
            asked = None
            if await repeats.claim(session, repeat):
                conversation = await asking.conversation_for(session, user, question)
                row = await asking.write_question(session, conversation, question, model_id)
                asked = await self._open_answer(session, row, project, model)
                await repeats.keep_message(session, repeat, asked.message_id)
        return await self._begin(asked, model, Standing(user.id, project.id), repeat)

    async def answer(
        self,
        project: Project,
        write: Write,
        standing: Standing,
        *,
        model_id: str | None = None,
        wishes: str = "",
        repeat: Repeat | None = None,
    ) -> UUID:
        """Answer a question that another part writes down; the answer's id, to be followed.

        Args:
            project: Where it is asked; that it may be was decided before.
            write: Writes the question down; what it raises is raised here, and nothing is kept.
            standing: On what the asker stands; the answer ends when that has fallen.
            model_id: Whom to ask; None for the project's or the default.
            wishes: How the asker wants to be answered; they stand behind the project's own.
            repeat: The request's key, if it has one: `write` is called for the first one alone.

        Raises:
            NotFound: What the key made was deleted.
            GenerationInProgress: The conversation's last question is still being answered.
            IdempotencyConflict: The key was used with another body.
            ModelUnknown: The requested model is not offered.
            NoProvider: No provider is enabled.
        """
        if (earlier := await self.earlier(repeat)) is not None:
            return earlier
        model = await self._model(project, model_id)
        async with self._transactions() as session:
            asked = None
            if await repeats.claim(session, repeat):
                asked = await self._open_answer(session, await write(session), project, model)
                await repeats.keep_message(session, repeat, asked.message_id)
                asked = replace(
                    asked,
                    instructions=f"{asked.instructions}\n\n{wishes}".strip(),
                    is_from_outside=bool(standing.integration or standing.share_id),
                )
        return await self._begin(asked, model, standing, repeat)

    async def earlier(self, repeat: Repeat | None) -> UUID | None:
        """The message that the first request with this key made, if there was one.

        Raises:
            NotFound: It was deleted.
            IdempotencyConflict: The key was used with another body.
        """
        if repeat is None:
            return None
        async with self._transactions() as session:
            return await repeats.earlier_message(session, repeat)

    async def regenerate(
        self,
        user: User,
        message_id: UUID,
        *,
        idempotency: Idempotency | None = None,
    ) -> UUID:
        """Answer a question again; the new answer's id. The one before is kept, not shown.

        Raises:
            NotFound: The message is not the caller's.
            GenerationInProgress: The conversation's last question is still being answered.
            IdempotencyConflict: The key was used with another body.
            NoProvider: No provider is enabled.
        """
        repeat = repeats.of_person(user.id, idempotency)
        if (earlier := await self.earlier(repeat)) is not None:
            return earlier
        async with self._transactions() as session:
            message, conversation = await store.own_message(session, user, message_id)
            question = await session.get_one(Message, message.reply_to or message.id)
            project = await session.get_one(Project, conversation.project_id)
        model = await self._same_model(project, question.model)
        async with self._transactions() as session:
            asked = None
            if await repeats.claim(session, repeat):
                await store.own(session, user, conversation.id, lock=True)
                asked = await self._open_answer(session, question, project, model)
                await repeats.keep_message(session, repeat, asked.message_id)
        return await self._begin(asked, model, Standing(user.id, project.id), repeat)

    def batches(
        self, message_id: UUID, after: int = 0, *, idle_s: float | None = None
    ) -> AsyncGenerator[list[Numbered]]:
        """The answer's events behind number `after`; see `Runs.batches`. Access is decided."""
        return self._runs.batches(message_id, after, idle_s=idle_s)

    async def stop(self, user: User, message_id: UUID) -> None:
        """Stop generating; what was written is kept.

        Raises:
            NotFound: The message is not the caller's.
        """
        async with self._transactions() as session:
            await store.own_message(session, user, message_id)
        await self._runs.stop(message_id)

    async def halt(self, message_id: UUID) -> None:
        """Stop generating, in whichever process; who may say so was decided before."""
        await self._runs.stop(message_id)

    def abandon(self, message_id: UUID) -> None:
        """Stop an answer of this process that nobody can come back to; its listener has gone."""
        self._runs.abandon(message_id)

    async def _open_answer(
        self, session: AsyncSession, question: Message, project: Project, model: ChatModel
    ) -> Asked:
        answer = await asking.open_answer(session, question, model.name)
        known = [memory.text for memory in await memories.listed(session, project.id)]
        past = await asking.history(session, question)
        # Near the end of the transaction: the lease runs from now on.
        await self._runs.reserve(session, answer.id)
        return replace(_asked(answer, question, project, past), memories=known)

    async def _begin(
        self, asked: Asked | None, model: ChatModel, standing: Standing, repeat: Repeat | None
    ) -> UUID:
        """Start what was written down, or join the request that was faster with the same key.

        Raises:
            IdempotencyConflict: That request came with another body.
        """
        if asked is not None:
            self._start(asked, model, standing)
            return asked.message_id
        earlier = await self.earlier(repeat)
        if earlier is None:
            raise IdempotencyConflict("The first request with this key has not been answered yet.")
        return earlier

    def _start(self, asked: Asked, model: ChatModel, standing: Standing) -> None:
        running = self._runs.start(asked.message_id, self._turns.turn(asked, model))
        forget = self._watch.on_loss(standing, lambda: self._runs.forbid(asked.message_id))
        running.add_done_callback(lambda _: forget())

    async def _model(self, project: Project, requested: str | None) -> ChatModel:
        chosen = project.settings.get("model")
        return await self._models.model(
            requested=requested, project=chosen if isinstance(chosen, str) else None
        )

    async def _same_model(self, project: Project, chosen: str | None) -> ChatModel:
        # What was chosen for the question is asked for again; it may be gone by now.
        try:
            return await self._model(project, chosen)
        except ModelUnknown:
            return await self._model(project, None)

    def _check(self, question: NewQuestion) -> None:
        if question.mode not in self.options.modes:
            raise ModeUnavailable("This mode needs a web search key, which this server has not.")
        if not question.text.strip():
            raise InvalidRequest("Write a question.", "message")
        most = self.options.max_message_chars
        if len(question.text) > most:
            raise InvalidRequest(f"The question is longer than {most} characters.", "message")

    async def _save_sources(
        self, message_id: UUID, sources: Sequence[CitedSource], trace: SearchTrace | None
    ) -> None:
        async with self._transactions() as session:
            session.add_all([store.source_row(message_id, cited) for cited in sources])
            if trace is not None:
                session.add(trace_row(message_id, trace))


def _asked(answer: Message, question: Message, project: Project, past: list[Exchange]) -> Asked:
    ids = question.document_ids
    temperature, top_k = project.settings.get("temperature"), project.settings.get("topK")
    return Asked(
        conversation_id=answer.conversation_id,
        message_id=answer.id,
        project_id=project.id,
        question=question.content,
        mode=cast("Mode", question.mode),
        history=past,
        instructions=project.instructions,
        document_ids=None if ids is None else tuple(UUID(each) for each in ids),
        top_k=min(max(top_k, 1), MOST_PASSAGES) if isinstance(top_k, int) else PASSAGES,
        temperature=min(max(float(temperature), 0.0), HOTTEST)
        if isinstance(temperature, int | float)
        else None,
        web=msgspec.convert(project.settings.get("web", {}), WebScope),
    )
