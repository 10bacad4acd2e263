"""What the rest of Lumen knows of a model: four protocols and the values they exchange."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Rows of unit length, shape (texts, dimensions)."""

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "content_filter"]


@dataclass(frozen=True, slots=True)
class Tool:
    """Something that a model may have done for it while it answers.

    Attributes:
        parameters: A JSON schema of an object.
    """

    name: str
    description: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool that a model wants used.

    Attributes:
        id: By which the result names the call.
        name: Whatever the model wrote: maybe of no tool.
        arguments: As the model wrote them: meant to be JSON, and not looked at.
    """

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message of a prompt, as a model sees it.

    Attributes:
        tool_calls: What an assistant's message wanted used.
        tool_call_id: The call that a tool's message is the result of.
    """

    role: Role
    content: str
    tool_calls: Sequence[ToolCall] = ()
    tool_call_id: str | None = None


@dataclass(frozen=True, slots=True)
class PromptPassage:
    """A passage offered to the model, under the number by which the answer cites it.

    Attributes:
        index: Counts from 1; `[index]` in the answer cites this passage.
        text: The passage's own text.
        document_name: As the reader knows the document.
        page_number: Counts from 1; None where the format has no pages.
        site: The host's name where the passage is of a web page; its title is the document's name.
    """

    index: int
    text: str
    document_name: str
    page_number: int | None = None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class ReportPart:
    """A part of a report: what it answers, and from which passages.

    Attributes:
        question: A question of its own; also the part's heading.
        passages: Their numbers, best first.
    """

    question: str
    passages: Sequence[int]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """Everything a model may use for one answer.

    A language model reads `messages`, which already hold the question and the passages as text;
    the extractive answerer reads `question`, `passages` and `parts`.

    Attributes:
        message_id: The answer that this is for; by it the answer stands in its provider's queue.
        parts: Of a report; empty where one answer is wanted.
        tools: What the model may call for; only a model that follows instructions is offered any.
    """

    messages: Sequence[PromptMessage]
    question: str
    passages: Sequence[PromptPassage]
    temperature: float | None = None
    max_tokens: int | None = None
    message_id: UUID | None = None
    parts: Sequence[ReportPart] = ()
    tools: Sequence[Tool] = ()


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Some more of the answer's text; never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Why nothing comes: a wait, or another model that stands in. Only before the first text.

    Attributes:
        detail: For the reader; safe to show.
    """

    detail: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as counted upstream; an estimate where the upstream counts none (`estimated`)."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = False

    @property
    def total_tokens(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True, slots=True)
class Completed:
    """The last item of a whole answer. A stream without it is a cut one.

    Attributes:
        model: Who wrote it, `slug/model`, where that is not the model that was asked.
        tool_calls: What it wants used before it goes on, in its order; empty in a last answer.
    """

    finish_reason: FinishReason
    usage: Usage
    model: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()


class ChatModel(Protocol):
    """Answers a request as a stream."""

    @property
    def name(self) -> str:
        """`slug/model`, as the answer's `meta` event names it."""
        ...

    @property
    def is_generative(self) -> bool:
        """Whether it follows instructions; the extractive answerer only quotes."""
        ...

    def stream(self, request: ChatRequest) -> AsyncIterator[TextDelta | Notice | Completed]:
        """Yield the text as it is produced, then exactly one `Completed`.

        Closing the iterator (`aclose`) stops the upstream.

        Raises:
            ProviderError: The answer failed or was cut; what was yielded before stands.
        """
        ...


class Embedder(Protocol):
    """Turns text into vectors of unit length, so that a dot product is the cosine."""

    @property
    def name(self) -> str:
        """Identifies the vector space: vectors of differently named embedders never meet."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of one vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """The window; text beyond it would not be read."""
        ...

    async def embed_query(self, text: str) -> Vectors:
        """Embed one question; shape (1, dimensions). Goes before waiting passages.

        Raises:
            EmbedderFailed: The model gave nothing usable or could not be reached.
        """
        ...

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages; shape (len(texts), dimensions), in the order given.

        Raises:
            EmbedderFailed: The model gave nothing usable or could not be reached.
        """
        ...


class TokenCounter(Protocol):
    """Counts tokens as the embedder's own tokenizer does."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, the model's special tokens included, without truncation."""
        ...


class Reranker(Protocol):
    """Scores how well each passage answers a question."""

    async def score(self, query: str, passages: Sequence[str]) -> list[float]:
        """One score a passage, higher is better, in the order given.

        Raises:
            EmbedderFailed: The model gave nothing usable or could not be reached.
        """
        ...


@dataclass(frozen=True, slots=True)
class WebQuery:
    """What to look for on the web, and where.

    Attributes:
        text: The question or some key words.
        max_results: Hits at most.
        depth: `advanced` reads more of each page and costs more.
        include_domains: Only these and what is below them; empty: everywhere.
        exclude_domains: Not these, nor what is below them.
        with_pages: Whether the pages' whole text is wanted too.
    """

    text: str
    max_results: int = 6
    depth: Literal["basic", "advanced"] = "basic"
    include_domains: tuple[str, ...] = ()
    exclude_domains: tuple[str, ...] = ()
    with_pages: bool = False


@dataclass(frozen=True, slots=True)
class WebResult:
    """One hit of a web search: untrusted plain text, without HTML and what can't be seen.

    Attributes:
        content: The passage that fits the question.
        page: The page's text as far as it was read; empty where it was not asked for.
    """

    url: str
    title: str
    content: str
    score: float
    page: str = ""


class WebSearch(Protocol):
    """Finds pages on the web."""

    async def search(self, query: WebQuery) -> list[WebResult]:
        """The best hits first, at most `query.max_results`, none of them on an inner net.

        Raises:
            ProviderError: The search failed; its code is `SEARCH_API_ERROR`.
        """
        ...
