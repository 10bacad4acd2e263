"""Questions with gold answers, read from a folder of public sets.

The sets: `chunking` (brandonstarxel/chunking_evaluation: spans), `xquad` (google-deepmind/xquad:
answers in parallel articles, four languages) and `sec-10q` (docugami/KG-RAG-datasets: quarterly
reports; many of its questions name companies that are not among the reports).
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TypedDict, cast

from retrieval.evaluation.metrics import Span

LANGUAGES = ("en", "de", "es", "zh")
BETWEEN_PARAGRAPHS = "\n\n"


@dataclass(frozen=True, slots=True)
class Question:
    """A question and where its answer stands.

    Attributes:
        gold: The spans that answer it; empty where the set gives none.
        sources: Names of the documents that hold the answer; empty for a question to refuse.
    """

    text: str
    gold: tuple[Span, ...] = ()
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class GoldenSet:
    """Documents (name to a loader of their bytes) and the questions that are asked of them."""

    name: str
    documents: Mapping[str, Callable[[], bytes]]
    questions: Sequence[Question]


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
        found += [xquad(folder / "xquad", language) for language in LANGUAGES]
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
        )
        for row in rows
    ]
    return GoldenSet("sec-10q", {path.name: path.read_bytes for path in reports}, questions)
