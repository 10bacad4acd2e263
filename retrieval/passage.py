"""What a search gives."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where each channel placed the passage, from 1; None where it did not find it."""

    dense: int | None = None
    lexical: int | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that may answer the question.

    Attributes:
        chunk_id: The chunk that was found; where neighbours were joined to it, still that one.
        document_version: The version of the document that was read.
        page_number: The page on which the found chunk begins, from 1; None without pages.
        start: Offset of `text` in the document's text; `document text[start:end] == text`.
        end: Offset behind it.
        heading: Path of headings, joined by ` > `; may be empty.
        score: Higher is better, in [0, 1]; comparable within one search only.
        similarity: Cosine of question and chunk, in [-1, 1]; None where only words matched.
        ranks: The places in the channels' lists.
        token_count: Tokens of `text` as the embedder counts them.
        pages: Start offset and number of each page that the passage touches, in order; empty for
            formats without pages.
    """

    chunk_id: UUID
    document_id: UUID
    document_name: str
    document_version: int
    page_number: int | None
    start: int
    end: int
    heading: str
    text: str
    score: float
    token_count: int
    similarity: float | None = None
    ranks: Ranks = field(default_factory=Ranks)
    pages: tuple[tuple[int, int], ...] = ()
