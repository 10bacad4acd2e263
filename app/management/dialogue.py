"""A model that looks things up and drafts changes until it has an answer, within bounds."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Final
from uuid import UUID

import msgspec

from app.access.errors import AccessDenied
from app.chat.storable import storable
from app.errors import AppError
from app.management import prompt
from app.management.drafting import Draft
from app.management.toolbox import Toolbox, offered
from ingest.errors import IngestError
from providers.contract import (
    ChatModel,
    ChatRequest,
    Completed,
    FinishReason,
    Notice,
    PromptMessage,
    TextDelta,
    ToolCall,
    Usage,
)
from providers.errors import StreamCut

ROUNDS: Final = 8
"""How often the model is asked for one answer."""
MOST_CALLS: Final = 8
"""Tools that are used in one round."""
MOST_DRAFTS: Final = 5
"""In one answer: more than that nobody reads before they confirm it."""
ENOUGH: Final = "I have looked up as much as one answer may. Ask for less at once."
_TOO_MANY: Final = "Too many calls at once. Call for this again."
_TOO_MANY_DRAFTS: Final = f"An answer proposes {MOST_DRAFTS} changes at most."


class Dialogue:
    """One answer of the model's, tool by tool; no transaction is open while it talks.

    Args:
        model: Answers.
        toolbox: What it may use.
        messages: What it is told.
        message_id: The answer; by it the model's provider knows whose turn it is.
        until: By the loop's clock, when the answer has to be whole.

    Attributes:
        drafts: What is to be proposed, once the answer is whole.
        usage: What it took so far.
        has_begun: Whether the model has answered anything at all.
        author: Who wrote it, `slug/model`, where that is not the model that was asked.
        finish_reason: How the last part ended.
    """

    def __init__(
        self,
        model: ChatModel,
        toolbox: Toolbox,
        messages: Sequence[PromptMessage],
        *,
        message_id: UUID,
        until: float,
    ) -> None:
        self.drafts: list[Draft] = []
        self.usage = Usage(0, 0)
        self.has_begun = False
        self.author: str | None = None
        self.finish_reason: FinishReason = "stop"
        self._model = model
        self._toolbox = toolbox
        self._messages = list(messages)
        self._message_id = message_id
        self._until = until
        self._calls: Sequence[ToolCall] = ()

    async def texts(self) -> AsyncGenerator[str]:
        """Yield what the model says, as it says it.

        Raises:
            ProviderError: The model failed.
            AccessDenied: The person's access has ended.
            TimeoutError: It was not whole in time.
        """
        has_spoken = False
        for _ in range(ROUNDS):
            said: list[str] = []
            async with aclosing(self._round()) as pieces:
                async for piece in pieces:
                    if has_spoken and not said:
                        yield "\n\n"
                    said.append(piece)
                    yield piece
            has_spoken = has_spoken or bool(said)
            if not self._calls:
                return
            self._messages.append(PromptMessage("assistant", "".join(said), tool_calls=self._calls))
            for at, call in enumerate(self._calls):
                result = await self._use(call) if at < MOST_CALLS else prompt.refused(_TOO_MANY)
                self._messages.append(PromptMessage("tool", result, tool_call_id=call.id))
        yield f"\n\n{ENOUGH}" if has_spoken else ENOUGH

    async def _round(self) -> AsyncGenerator[str]:
        """Ask once; the calls are there when it has ended.

        Raises:
            StreamCut: The stream ended without an end.
        """
        request = ChatRequest(self._messages, "", (), message_id=self._message_id, tools=offered())
        self._calls = ()
        stream = self._model.stream(request)
        try:
            while (item := await self._next(stream)) is not None:
                if isinstance(item, TextDelta):
                    self.has_begun = True
                    if text := storable(item.text):
                        yield text
                elif isinstance(item, Completed):
                    self._end(item)
                    return
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
        raise StreamCut("the answer was cut off")

    async def _next(
        self, stream: AsyncIterator[TextDelta | Notice | Completed]
    ) -> TextDelta | Notice | Completed | None:
        async with asyncio.timeout_at(self._until):
            return await anext(stream, None)

    def _end(self, item: Completed) -> None:
        self.has_begun = True
        self.author = item.model
        self.finish_reason = item.finish_reason
        self._calls = item.tool_calls
        before = self.usage
        self.usage = Usage(
            before.prompt_tokens + item.usage.prompt_tokens,
            before.completion_tokens + item.usage.completion_tokens,
        )

    async def _use(self, call: ToolCall) -> str:
        """What a tool gives, for the model: what is wrong with the call is told as well.

        Raises:
            AccessDenied: The person's access has ended.
        """
        try:
            async with asyncio.timeout_at(self._until):
                got = await self._toolbox.use(call.name, _arguments(call))
        except AccessDenied:
            raise
        except _Malformed as error:
            return prompt.refused(str(error))
        except (AppError, IngestError) as error:
            return prompt.refused(error.message)
        if not isinstance(got, Draft):
            return prompt.found(got.data)
        return self._keep(got)

    def _keep(self, draft: Draft) -> str:
        subject = draft.wanted.subject
        others = [each for each in self.drafts if subject is None or each.wanted.subject != subject]
        if len(others) >= MOST_DRAFTS:
            return prompt.refused(_TOO_MANY_DRAFTS)
        again = len(others) < len(self.drafts)
        self.drafts = [*others, draft]
        return prompt.drafted(draft.wanted.title(), again=again)


class _Malformed(Exception):
    """The arguments are no JSON object."""


def _arguments(call: ToolCall) -> dict[str, object]:
    try:
        return msgspec.json.decode(call.arguments.strip() or "{}", type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _Malformed("The arguments are no JSON object. Write them again.") from error
