"""Golden sets are read as they are, and hybrid search earns its place on them."""

import json
from pathlib import Path

import pytest

from retrieval.evaluation import golden
from retrieval.evaluation.report import Report, evaluate
from retrieval.search import Search
from tests.evaluation.corpus import TextLibrary

pytestmark = pytest.mark.samples


def test_every_gold_span_lies_in_its_document(samples: Path) -> None:
    sets = golden.load(samples)

    assert [one.name for one in sets] == [
        "chunking",
        "xquad-en",
        "xquad-de",
        "xquad-es",
        "xquad-zh",
        "sec-10q",
    ]
    for one in sets[:-1]:
        lengths = {name: len(read().decode()) for name, read in one.documents.items()}
        for question in one.questions:
            assert question.gold
            assert all(0 <= s.start < s.end <= lengths[s.document] for s in question.gold)


def test_a_gold_span_is_the_answer_itself(samples: Path) -> None:
    raw = json.loads((samples / "xquad" / "xquad.de.json").read_text(encoding="utf-8"))
    answers = [
        asked["answers"][0]["text"]
        for article in raw["data"]
        for paragraph in article["paragraphs"]
        for asked in paragraph["qas"]
    ]

    xquad = golden.xquad(samples / "xquad", "de")

    texts = {name: read().decode() for name, read in xquad.documents.items()}
    spans = [question.gold[0] for question in xquad.questions]
    assert [texts[span.document][span.start : span.end] for span in spans] == answers


def test_questions_about_companies_that_are_not_there_have_no_source(samples: Path) -> None:
    questions = golden.sec_10q(samples / "sec-10q").questions

    assert all(not q.sources for q in questions if "Microsoft" in q.text)
    assert sum(bool(q.sources) for q in questions) == 74


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_hybrid_is_no_worse_than_the_better_channel(
    samples: Path, library: TextLibrary, search: Search, language: str
) -> None:
    one = golden.xquad(samples / "xquad", language)

    report = await evaluate([one], library, search, every=12)

    figures = {line.channel: line for line in report.figures}
    better = max(figures["dense"].ndcg, figures["lexical"].ndcg)
    assert figures["hybrid"].ndcg >= better - 0.01  # A question in 100 may go either way.
    assert figures["hybrid"].recall > 0.9
    assert report.judgements[0].refused > 0.9
    assert f"| xquad-{language} | hybrid | 100 |" in report.table()


def test_a_report_without_questions_is_an_empty_table() -> None:
    assert Report((), ()).table().count("\n") == 4
