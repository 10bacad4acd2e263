"""Small questions to the model beside the answer: a rewritten question, a plan, what is missing.

None of them may fail an answer or hold it up for long: whoever asks has a rule of its own for when
nothing comes back.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from uuid import UUID

from app.chat.prompt import estimate_tokens
from providers.contract import ChatModel, ChatRequest, Completed, PromptMessage, TextDelta, Usage
from providers.errors import ProviderError
from providers.visible_text import visible

_THOUGHTS = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL | re.IGNORECASE)
CHARS_A_TOKEN = 8  # No script writes more: an answer that is longer does not keep to its limit.


class Asides:
    """The small questions of one answer.

    Args:
        model: The one that writes the answer.
        tokens: Estimated, for all of them together.
        message_id: The answer; by it they stand in the provider's queue.

    Attributes:
        usage: What they took so far, as counted upstream or estimated.
    """

    def __init__(self, model: ChatModel, *, tokens: int, message_id: UUID | None = None) -> None:
        self.usage = Usage(0, 0)
        self._model = model
        self._left = tokens
        self._message_id = message_id

    @property
    def can_ask(self) -> bool:
        """Whether there is a model that follows instructions, and tokens to ask it."""
        return self._model.is_generative and self._left > 0

    async def ask(
        self, rules: str, question: str, *, max_tokens: int, seconds: float
    ) -> str | None:
        """What the model says; None where it says nothing whole in time, for whatever reason."""
        prompt = (PromptMessage("system", rules), PromptMessage("user", question))
        expected = sum(estimate_tokens(message.content) for message in prompt)
        if not self.can_ask or expected > self._left:
            return None
        request = ChatRequest(
            prompt,
            question,
            (),
            temperature=0.0,
            max_tokens=max_tokens,
            message_id=self._message_id,
        )
        said: list[str] = []
        end: Completed | None = None
        with suppress(ProviderError, TimeoutError):
            async with asyncio.timeout(seconds):
                end = await self._listen(request, said, longest=CHARS_A_TOKEN * max_tokens)
        text = "".join(said)
        self._count(end.usage if end else Usage(expected, estimate_tokens(text) if text else 0))
        if end is None or end.finish_reason != "stop":
            return None
        return _THOUGHTS.sub("", text).strip() or None

    async def _listen(
        self, request: ChatRequest, said: list[str], *, longest: int
    ) -> Completed | None:
        stream = self._model.stream(request)
        length = 0
        try:
            async for item in stream:
                if isinstance(item, Completed):
                    return item
                if isinstance(item, TextDelta):
                    said.append(item.text)
                    length += len(item.text)
                if length > longest:
                    return None
        finally:
            if isinstance(stream, AsyncGenerator):
                await stream.aclose()
        return None

    def _count(self, usage: Usage) -> None:
        before = self.usage
        self.usage = Usage(
            before.prompt_tokens + usage.prompt_tokens,
            before.completion_tokens + usage.completion_tokens,
        )
        self._left -= usage.total_tokens


def lines_of(text: str, *, most: int, longest: int) -> Sequence[str]:
    """The items of a list that a model wrote, one a line, without bullets and numbers."""
    lines = (_item(line) for line in text.splitlines())
    return list(dict.fromkeys(line for line in lines if line and len(line) <= longest))[:most]


_BULLET = re.compile(r"^\s*(?:[-*+•–>]+|\(?\d{1,2}[.):]|[Qq]\d{1,2}[.:)])\s*")
_MARKUP = re.compile(r"[*_`#]+")


def _item(line: str) -> str:
    plain = _MARKUP.sub("", _BULLET.sub("", visible(line)))
    return " ".join(plain.split()).strip(" \"'“”„«»")
