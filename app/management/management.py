"""Conversations with the configuration assistant: begun, gone on with, read."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.principal import Principal
from app.access.resolver import Access, access_for, require
from app.access.rules import read_access
from app.access.standing import Standing
from app.access.watch import Watch
from app.accounts.errors import Forbidden
from app.chat import asking
from app.chat.chat import Models
from app.chat.runs import Runs
from app.chat.store import MANAGEMENT
from app.chat.tables import Conversation, Message
from app.desk import conversations
from app.desk.desk import MOST_LISTED
from app.errors import InvalidRequest, NotFound
from app.integrations.limits import take
from app.management.proposals import LIFETIME, Proposals
from app.management.toolbox import Toolbox
from app.management.turn import COMMANDS, ManagementTurn, Said
from ingest.corpus import projects
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import Project
from providers.contract import ChatModel
from providers.errors import NoProvider

PER_MINUTE: Final = 60
"""Messages of one person, in all their conversations with the assistant."""
VIA: Final = "assistant"


@dataclass(frozen=True, slots=True)
class ManagementOptions:
    """Bounds.

    Attributes:
        seconds: How long an answer may take; a little less than its stream.
        lifetime: How long a proposal stays open.
    """

    seconds: float = 115.0
    lifetime: timedelta = LIFETIME


@dataclass(frozen=True, slots=True)
class Answering:
    """An answer that is on its way.

    Attributes:
        message_id: To be followed with `Chat.batches`.
        standing: On what the one who asked stands; the answer ends when that has fallen.
    """

    message_id: UUID
    standing: Standing


class Management:
    """The assistant.

    Args:
        transactions: Opens a transaction.
        runs: Generate answers.
        models: Chooses who answers.
        watch: Tells when somebody who asked loses access; their answer ends then.
        options: Bounds.
    """

    def __init__(
        self,
        transactions: Transactions,
        *,
        runs: Runs,
        models: Models,
        watch: Watch,
        options: ManagementOptions | None = None,
    ) -> None:
        self._transactions = transactions
        self._runs = runs
        self._models = models
        self._watch = watch
        self._options = options or ManagementOptions()

    async def begin(self, principal: Principal, project_id: UUID | None) -> UUID:
        """Begin a conversation; its id.

        Args:
            principal: Who asks.
            project_id: About which project; None where the caller has `full` on one alone.

        Raises:
            NotFound: There is no such project.
            AccessDenied: The caller has less than `full` on it.
            Forbidden: The caller has `full` on none.
            InvalidRequest: There are several, and none is named.
            RateLimited: The caller has asked too often.
        """
        await self._count(principal)
        async with self._transactions() as session:
            chosen = project_id or await _only_one(session, principal)
        reached = await Access(self._transactions).require(chosen, principal, "full")
        made = Conversation(
            project_id=reached.project.id, user_id=principal.user.id, channel=MANAGEMENT
        )
        async with self._transactions() as session:
            session.add(made)
        return made.id

    async def ask(self, principal: Principal, conversation_id: UUID, text: str) -> Answering:
        """Write down what the person says and begin to answer it.

        The same text, while it is being answered, is that message: its answer is given again.

        Raises:
            NotFound: The caller has no such conversation.
            AccessDenied: The caller has less than `full` on its project.
            GenerationInProgress: Another message is being answered.
            RateLimited: The caller has asked too often.
        """
        await self._count(principal)
        async with self._transactions() as session:
            _, project = await _reach(session, principal, conversation_id)
        model = await self._model(project)
        standing = Standing.of(principal, project.id, "full")
        async with self._transactions() as session:
            conversation, project = await _reach(session, principal, conversation_id, lock=True)
            writing = await conversations.in_writing(session, conversation.id)
            if writing is not None and writing[1] == text:
                return Answering(writing[0].id, standing)
            last = await conversations.last_exchange(session, conversation.id)
            question = await conversations.add_question(session, conversation, text)
            answer = await asking.open_answer(session, question, model.name if model else COMMANDS)
            await self._runs.reserve(session, answer.id)
            said = Said(
                project=project,
                conversation_id=conversation.id,
                message_id=answer.id,
                text=text,
                history=await asking.history(session, question),
                # What broke off may have said less than it proposed.
                last_answer=last[0].id if last and last[0].status == "complete" else None,
            )
        self._start(said, principal, standing, model)
        return Answering(answer.id, standing)

    async def again(
        self, principal: Principal, conversation_id: UUID, text: str
    ) -> Answering | None:
        """The conversation's last answer, if it is to this message.

        Raises:
            NotFound: The caller has no such conversation.
            AccessDenied: The caller has less than `full` on its project.
        """
        async with self._transactions() as session:
            found, project = await _reach(session, principal, conversation_id)
            last = await conversations.last_exchange(session, found.id)
        if last is None or last[1] != text:
            return None
        return Answering(last[0].id, Standing.of(principal, project.id, "full"))

    async def history(self, principal: Principal, conversation_id: UUID) -> Sequence[Message]:
        """What was said, oldest first.

        Raises:
            NotFound: The caller has no such conversation.
            AccessDenied: The caller has less than `full` on its project.
        """
        async with self._transactions() as session:
            found, _ = await _reach(session, principal, conversation_id)
            return await conversations.said(session, found.id, limit=MOST_LISTED)

    def _start(
        self, said: Said, principal: Principal, standing: Standing, model: ChatModel | None
    ) -> None:
        turn = ManagementTurn(
            said,
            toolbox=Toolbox(self._transactions, standing),
            proposals=Proposals(
                self._transactions,
                standing,
                replace(principal.actor, via=VIA),
                said.conversation_id,
                self._options.lifetime,
            ),
            model=model,
            seconds=self._options.seconds,
        )
        running = self._runs.start(said.message_id, turn)
        forget = self._watch.on_loss(standing, lambda: self._runs.forbid(said.message_id))
        running.add_done_callback(lambda _: forget())

    async def _count(self, principal: Principal) -> None:
        async with self._transactions() as session:
            await take(session, f"management:{principal.user.id}", PER_MINUTE)

    async def _model(self, project: Project) -> ChatModel | None:
        """The project's model, if it is one that follows instructions."""
        chosen = project.settings.get("model")
        try:
            model = await self._models.model(
                requested=None, project=chosen if isinstance(chosen, str) else None
            )
        except NoProvider:
            return None
        return model if model.is_generative else None


async def _only_one(session: AsyncSession, principal: Principal) -> UUID:
    """The one project that the caller has `full` on.

    Raises:
        Forbidden: There is none.
        InvalidRequest: There are several.
    """
    found = await projects.reachable(session, access_for(principal.user))
    full = [project.id for project, given in found if read_access(given).allows("full")]
    if not full:
        raise Forbidden("This needs the tier full on a project; you have it on none.")
    if len(full) > 1:
        raise InvalidRequest("Name the project: projectId.", "projectId")
    return full[0]


async def _reach(
    session: AsyncSession, principal: Principal, conversation_id: UUID, *, lock: bool = False
) -> tuple[Conversation, Project]:
    """The caller's conversation with the assistant, and its project.

    Raises:
        NotFound: There is none, or it is somebody else's.
        AccessDenied: The caller has less than `full` on its project.
    """
    query = select(Conversation).where(
        Conversation.id == conversation_id,
        Conversation.user_id == principal.user.id,
        col(Conversation.channel) == MANAGEMENT,
    )
    if lock:
        query = query.with_for_update(key_share=True)
    found = (await session.exec(query)).one_or_none()
    if found is None:
        raise NotFound("There is no such conversation.")
    reached = await require(session, found.project_id, principal, "full")
    return found, reached.project
