"""Questions with gold answers, read from a folder of public sets.

The sets: `chunking` (brandonstarxel/chunking_evaluation: spans), `xquad` (google-deepmind/xquad:
answers in parallel articles, four languages; also asked in one and searched in another) and
`sec-10q` (docugami/KG-RAG-datasets: quarterly reports; many of its questions name companies that
are not among the reports).
"""

import csv
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypedDict, cast

from retrieval.evaluation.metrics import Span

SETS = ("chunking", "xquad", "sec-10q")
LANGUAGES = ("en", "de", "es", "zh")
ACROSS = (("en", "de"), ("en", "es"), ("en", "zh"), ("de", "en"), ("es", "en"), ("zh", "en"))
"""Asked in the first and searched in the second."""
_FIGURE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+")
"""What tells a page: an amount with its thousands set apart, or a number with decimals."""
BETWEEN_PARAGRAPHS = "\n\n"


@dataclass(frozen=True, slots=True)
class Question:
    """A question and where its answer stands.

    Attributes:
        gold: The spans that answer it; empty where the set gives none.
        sources: Names of the documents that hold the answer; empty for a question to refuse.
        figures: Amounts and shares in the answer, by which its pages are known where no spans are.
    """

    text: str
    gold: tuple[Span, ...] = ()
    sources: frozenset[str] = frozenset()
    figures: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class GoldenSet:
    """Documents (name to a loader of their bytes) and the questions that are asked of them.

    Attributes:
        shelf: Where the documents stand: sets of one shelf have the same, which are read once.
        by_page: Whether the gold is whole pages, told by the answers' figures.
    """

    name: str
    documents: Mapping[str, Callable[[], bytes]]
    questions: Sequence[Question]
    shelf: str = ""
    by_page: bool = False

    @property
    def stands_in(self) -> str:
        """The shelf, which has the set's own name where none is given."""
        return self.shelf or self.name


class _Answer(TypedDict):
    text: str
    answer_start: int


class _Asked(TypedDict):
    question: str
    answers: list[_Answer]


class _Paragraph(TypedDict):
    context: str
    qas: list[_Asked]


class _Article(TypedDict):
    title: str
    paragraphs: list[_Paragraph]


class _Reference(TypedDict):
    start_index: int
    end_index: int


def load(folder: Path) -> list[GoldenSet]:
    """Read every set that the folder holds, in a fixed order."""
    found: list[GoldenSet] = []
    if (folder / "chunking").is_dir():
        found.append(chunking(folder / "chunking"))
    if (folder / "xquad").is_dir():
        within = {language: xquad(folder / "xquad", language) for language in LANGUAGES}
        found += within.values()
        found += [across(within[asked], within[searched]) for asked, searched in ACROSS]
    if (folder / "sec-10q").is_dir():
        found.append(sec_10q(folder / "sec-10q"))
    return found


def chunking(folder: Path) -> GoldenSet:
    """Five long texts; 472 questions, each with the spans that answer it."""
    with (folder / "questions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    questions = [
        Question(
            row["question"],
            tuple(
                Span(f"{row['corpus_id']}.md", reference["start_index"], reference["end_index"])
                for reference in cast("list[_Reference]", json.loads(row["references"]))
            ),
            frozenset({f"{row['corpus_id']}.md"}),
        )
        for row in rows
    ]
    texts = sorted(folder.glob("*.md"))
    return GoldenSet("chunking", {path.name: path.read_bytes for path in texts}, questions)


def xquad(folder: Path, language: str) -> GoldenSet:
    """48 articles in one language; 1,190 questions, each with the first of its answers."""
    raw = json.loads((folder / f"xquad.{language}.json").read_text(encoding="utf-8"))
    documents: dict[str, Callable[[], bytes]] = {}
    questions: list[Question] = []
    for number, article in enumerate(cast("list[_Article]", raw["data"])):
        name = f"{number:02}-{language}.txt"
        paragraphs = [paragraph["context"] for paragraph in article["paragraphs"]]
        documents[name] = BETWEEN_PARAGRAPHS.join(paragraphs).encode
        start = 0
        for paragraph in article["paragraphs"]:
            questions += [_asked(name, start, asked) for asked in paragraph["qas"]]
            start += len(paragraph["context"]) + len(BETWEEN_PARAGRAPHS)
    return GoldenSet(f"xquad-{language}", documents, questions)


def across(asked: GoldenSet, searched: GoldenSet) -> GoldenSet:
    """The questions of one language, asked of the parallel articles in another."""
    questions = [
        replace(target, text=question.text)
        for question, target in zip(asked.questions, searched.questions, strict=True)
    ]
    name = f"{asked.name}>{searched.name.rpartition('-')[2]}"
    return GoldenSet(name, searched.documents, questions, shelf=searched.name)


def _asked(name: str, paragraph_start: int, asked: _Asked) -> Question:
    answer = asked["answers"][0]
    start = paragraph_start + answer["answer_start"]
    span = Span(name, start, start + len(answer["text"]))
    return Question(asked["question"], (span,), frozenset({name}))


def sec_10q(folder: Path) -> GoldenSet:
    """Eight quarterly reports of two companies; 195 questions about five companies' reports."""
    reports = sorted(folder.glob("*.pdf"))
    with (folder / "questions.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    questions = [
        Question(
            row["Question"],
            sources=frozenset(
                path.name for path in reports if fnmatchcase(path.stem, row["Source Docs"])
            ),
            figures=frozenset(_FIGURE.findall(row.get("Answer") or "")),
        )
        for row in rows
    ]
    documents = {path.name: path.read_bytes for path in reports}
    return GoldenSet("sec-10q", documents, questions, by_page=True)


def on_pages(question: Question, pages: Mapping[str, Sequence[tuple[int, str]]]) -> Question:
    """The same with gold: of each source, the pages that hold most of the answer's figures.

    Args:
        question: Its figures tell the pages; without any it stays as it is.
        pages: Of each document, in order: where a page starts, and its text.
    """
    gold: list[Span] = []
    for name in sorted(question.sources):
        held = [
            (sum(figure in text for figure in question.figures), start, start + len(text))
            for start, text in pages[name]
        ]
        most = max((count for count, _, _ in held), default=0)
        gold += [Span(name, start, end) for count, start, end in held if count == most and most]
    return replace(question, gold=tuple(gold))
