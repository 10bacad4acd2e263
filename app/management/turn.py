"""One turn of the assistant's: from what a person says to the events of the answer.

What a person decides is read here, from their own message, before any model is asked.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final, cast
from uuid import UUID

from app.access.errors import AccessDenied
from app.chat.events import AnswerEvent, Failed, FailureCode, Finished, Started, Text
from app.chat.prompt import Exchange
from app.chat.runs import FORBIDDEN
from app.errors import AppError, NotFound
from app.management import prompt
from app.management.commands import HELP, Cancel, Command, Confirm, Help, UseTool, parse
from app.management.consent import says_no, says_yes
from app.management.dialogue import Dialogue
from app.management.drafting import Draft
from app.management.proposals import Proposals
from app.management.toolbox import Toolbox
from ingest.corpus.tables import Project
from ingest.errors import IngestError
from providers.contract import ChatModel, Usage
from providers.errors import ProviderError, UpstreamBusy, UpstreamRefused

COMMANDS: Final = "builtin/commands"
"""Who answers where no model does."""
NO_MODEL: Final = "This project has no model that can hold a conversation, but it takes commands."
_UNTOOLED: Final = (400, 404, 422)
"""How endpoints refuse tools that their model was not made for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says, and where.

    Attributes:
        history: What was said before, oldest first.
        last_answer: The answer that the person has before them, if there is one.
    """

    project: Project
    conversation_id: UUID
    message_id: UUID
    text: str
    history: Sequence[Exchange] = ()
    last_answer: UUID | None = None


class ManagementTurn:
    """Answers one message; no transaction is open while a model talks.

    Args:
        said: The message.
        toolbox: Looks things up and drafts changes.
        proposals: Of this conversation.
        model: One that follows instructions; None where there is none.
        seconds: How long the answer may take.
    """

    def __init__(
        self,
        said: Said,
        *,
        toolbox: Toolbox,
        proposals: Proposals,
        model: ChatModel | None,
        seconds: float,
    ) -> None:
        self._said = said
        self._toolbox = toolbox
        self._proposals = proposals
        self._model = model
        self._seconds = seconds
        self._dialogue: Dialogue | None = None

    async def events(self) -> AsyncGenerator[AnswerEvent]:
        """Yield `Started` first and `Finished` or `Failed` last."""
        said = self._said
        asked = self._model.name if self._model else COMMANDS
        yield Started(said.conversation_id, said.message_id, asked, "docs")
        try:
            has_spoken = False
            async with aclosing(self._texts()) as texts:
                async for text in texts:
                    has_spoken = True
                    yield Text(text)
        except AccessDenied:
            yield FORBIDDEN
        except TimeoutError:
            late = f"The answer took longer than {self._seconds:g} seconds."
            yield Failed("LLM_TIMEOUT", late, retryable=True)
        except ProviderError as error:
            yield Failed(cast("FailureCode", error.code), error.detail, error.retryable)
        else:
            empty = Failed("LLM_API_ERROR", "The model gave an empty answer.", retryable=True)
            yield self._finished() if has_spoken else empty

    async def stopped(self) -> Finished:
        """The end of an answer that was stopped."""
        return self._finished(stopped=True)

    def _finished(self, *, stopped: bool = False) -> Finished:
        talk = self._dialogue
        usage = talk.usage if talk else Usage(0, 0)
        reason = "stopped" if stopped else talk.finish_reason if talk else "stop"
        return Finished(
            self._said.message_id,
            usage.prompt_tokens,
            usage.completion_tokens,
            reason,
            (),
            talk.author if talk else COMMANDS,
        )

    async def _texts(self) -> AsyncGenerator[str]:
        command = parse(self._said.text) or await self._answer_to_last()
        told = None if command is None else await self._obey(command)
        if told is not None:
            yield told
            return
        if self._model is None:
            yield f"{NO_MODEL}\n\n{HELP}"
            return
        async with aclosing(self._converse(self._model)) as texts:
            async for text in texts:
                yield text

    async def _answer_to_last(self) -> Command | None:
        """What a plain yes or no means: the one proposal that the last answer told of."""
        text = self._said.text
        if not (says_yes(text) or says_no(text)):
            return None
        row = await self._proposals.told_last(self._said.last_answer)
        if row is None:
            return None
        return Confirm(row.code) if says_yes(text) else Cancel(row.code)

    async def _obey(self, command: Command) -> str | None:
        """What the person is told; None where a model may understand them better.

        Raises:
            AccessDenied: The person's access has ended.
        """
        match command:
            case Help():
                return HELP
            case Confirm():
                return await self._proposals.confirm(command.code)
            case Cancel():
                return await self._proposals.cancel(command.code)
            case UseTool():
                return await self._use(command)

    async def _use(self, command: UseTool) -> str | None:
        try:
            got = await self._toolbox.use(command.name, command.arguments)
        except AccessDenied:
            raise
        except NotFound as error:
            # “Enable people to …” names no integration: it is a sentence.
            return None if self._model is not None else error.message
        except (AppError, IngestError) as error:
            return error.message
        if not isinstance(got, Draft):
            return got.text
        return await self._proposals.put_down(self._said.message_id, [got])

    async def _converse(self, model: ChatModel) -> AsyncGenerator[str]:
        said = self._said
        talk = Dialogue(
            model,
            self._toolbox,
            prompt.opening(said.project, said.history, said.text),
            message_id=said.message_id,
            until=asyncio.get_running_loop().time() + self._seconds,
        )
        self._dialogue = talk
        has_spoken = False
        try:
            async with aclosing(talk.texts()) as texts:
                async for text in texts:
                    has_spoken = True
                    yield text
        except UpstreamRefused as error:
            if talk.has_begun or isinstance(error, UpstreamBusy) or error.status not in _UNTOOLED:
                raise
            self._dialogue = None
            yield f"{model.name} does not take tools ({error.detail}). Commands work.\n\n{HELP}"
            return
        # Only now: of an answer that broke off, nobody would have been told what it proposed.
        if talk.drafts:
            told = await self._proposals.put_down(said.message_id, talk.drafts)
            yield f"\n\n{told}" if has_spoken else told
