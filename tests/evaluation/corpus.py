"""Documents put into the real database without the ingest pipeline, by a chunker of its own."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar
from uuid import UUID, uuid4

from pgvector import HalfVector
from sqlmodel.ext.asyncio.session import AsyncSession

from ingest.corpus.lexemes import searchable
from providers.contract import Embedder
from tests.evaluation import sql

WORDS_A_CHUNK = 120
_SENTENCE = re.compile(r"[^.!?。！？\n]*(?:[.!?。！？]+[\s\"”')\]]*|\n+|$)")

Transactions = Callable[[], AbstractAsyncContextManager[AsyncSession]]


@dataclass(frozen=True)
class Piece:
    start: int
    end: int
    text: str


def pieces(document: str, words: int = WORDS_A_CHUNK) -> list[Piece]:
    """Whole sentences up to about so many words; white space between pieces is left out."""
    found: list[Piece] = []
    start, size = 0, 0
    for begin, end in _sentences(document):
        weight = _weight(document[begin:end])
        if size and size + weight > words:
            found += _piece(document, start, begin)
            start, size = begin, 0
        size += weight
    return found + _piece(document, start, len(document))


def _sentences(document: str) -> Iterator[tuple[int, int]]:
    for match in _SENTENCE.finditer(document):
        if match.end() > match.start():
            yield match.span()


def _weight(sentence: str) -> int:
    return len(re.findall(r"[\u3040-\u9fff]|[^\s\u3040-\u9fff]+", sentence))


def _piece(document: str, start: int, end: int) -> list[Piece]:
    bare = document[start:end]
    start += len(bare) - len(bare.lstrip())
    bare = bare.strip()
    return [Piece(start, start + len(bare), bare)] if bare else []


class Shelf:
    """Makes projects and fills them."""

    def __init__(self, transactions: Transactions, embedder: Embedder) -> None:
        self._transactions = transactions
        self._embedder = embedder

    async def project(self, name: str = "project") -> UUID:
        project, owner = uuid4(), uuid4()
        async with self._transactions() as session:
            connection = await session.connection()
            await connection.execute(sql.ADD_OWNER, {"id": owner, "email": f"{owner}@example.test"})
            await connection.execute(sql.ADD_PROJECT, {"id": project, "name": name, "owner": owner})
        return project

    async def add(
        self,
        project: UUID,
        name: str,
        pages: str | Sequence[str],
        *,
        language: str = "english",
        chunks: Sequence[str] | None = None,
        gaps: bool = True,
    ) -> UUID:
        """Store a document; `chunks` cuts it where they say, else sentences are gathered.

        Without `gaps`, what stands between the chunks is not known, as before there was a place.
        """
        sheets = [pages] if isinstance(pages, str) else list(pages)
        document, whole = uuid4(), "".join(sheets)
        parts = pieces(whole) if chunks is None else list(_located(whole, chunks))
        ends = [*(part.start for part in parts[1:]), len(whole)]
        vectors = await self._embedder.embed_passages([part.text for part in parts])
        bounds = [sum(map(len, sheets[:at])) for at in range(len(sheets) + 1)]
        about = {"project": project, "document": document, "language": language}
        async with self._transactions() as session:
            connection = await session.connection()
            await connection.execute(
                sql.ADD_DOCUMENT,
                {
                    "id": document,
                    "project": project,
                    "name": name,
                    "size": max(1, len(whole.encode())),
                    "sha256": sha256(f"{document}".encode()).hexdigest(),
                    "chunks": len(parts),
                    "paged": len(sheets) > 1,
                    "language": language,
                },
            )
            await connection.execute(
                sql.ADD_PAGE,
                [
                    {
                        "document": document,
                        "number": at + 1,
                        "start": bounds[at],
                        "end": bounds[at + 1],
                        "text": sheet,
                    }
                    for at, sheet in enumerate(sheets)
                ],
            )
            await connection.execute(
                sql.ADD_CHUNK,
                [
                    {
                        **about,
                        "id": uuid4(),
                        "ordinal": ordinal,
                        "page": max(
                            n for n in range(1, len(sheets) + 1) if bounds[n - 1] <= part.start
                        ),
                        "start": part.start,
                        "end": part.end,
                        "text": part.text,
                        "tokens": _weight(part.text) + 2,
                        "gap": whole[part.end : ends[ordinal]] if gaps else None,
                        "embedder": self._embedder.name,
                        "embedding": HalfVector(vectors[ordinal]).to_text(),
                        "searchable": searchable(part.text, language),
                    }
                    for ordinal, part in enumerate(parts)
                ],
            )
        return document


def _located(whole: str, chunks: Sequence[str]) -> Iterator[Piece]:
    at = 0
    for chunk in chunks:
        start = whole.index(chunk, at)
        at = start + len(chunk)
        yield Piece(start, at, chunk)


class TextLibrary:
    """Takes texts into a shelf; the end of the name tells the language."""

    LANGUAGES: ClassVar = {"-de": "german", "-es": "spanish", "-zh": "simple"}

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._texts: dict[UUID, dict[str, str]] = {}

    async def project(self, name: str) -> UUID:
        return await self._shelf.project(name)

    async def pages(self, project_id: UUID) -> dict[str, list[tuple[int, str]]]:
        return {name: [(0, text)] for name, text in self._texts[project_id].items()}

    async def add(self, project_id: UUID, name: str, content: bytes) -> UUID:
        self._texts.setdefault(project_id, {})[name] = content.decode()
        language = self.LANGUAGES.get(name.rpartition(".")[0][-3:], "english")
        return await self._shelf.add(project_id, name, content.decode(), language=language)
