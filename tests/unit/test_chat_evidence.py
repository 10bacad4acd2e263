"""A citation's quote is really there, and its support is honest."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.citations import CitationParser
from app.chat.events import Source
from app.chat.evidence import CitedSource, cite, find_quote

PASSAGE = (
    "The company was founded in 1998. Net sales increased to $1,234.5 million in 2023, up from "
    "$1,100 million in 2022. Higher prices and new stores explain most of the growth.\n\n"
    "Operating costs fell by 4 percent."
)


def source(index: int, text: str, start: int = 100) -> CitedSource:
    return CitedSource(
        Source(
            index=index,
            chunk_id=UUID(int=index),
            document_id=UUID(int=7),
            document_name="Report.pdf",
            document_version=1,
            page_number=3,
            start=start,
            end=start + len(text),
            snippet=text[:20],
            score=0.5,
        ),
        text,
    )


def evidence_of(answer: str, *texts: str):
    sources = [source(n, text) for n, text in enumerate(texts, 1)]
    parser = CitationParser([cited.source.index for cited in sources])
    text = parser.feed(answer) + parser.flush()
    return cite(text, parser.markers, sources)


@pytest.mark.parametrize(
    ("claim", "support", "part"),
    [
        ("Operating costs fell by 4 percent", "exact", "Operating costs fell by 4 percent"),
        ("**operating costs** FELL  by 4 percent.", "exact", "Operating costs fell by 4 percent"),
        ("In 2023, net sales increased to 1234.5 million", "close", "Net sales increased"),
        ("Growth came from higher prices, new stores and luck", "close", "Higher prices"),
        ("Net sales increased to $1,300 million", "none", "Net sales"),
        ("The weather was mild", "none", ""),
        ("Founded long ago by brothers, the company sells bread", "weak", "founded"),
        ("Die Umsätze stiegen", "none", ""),
        ("", "none", ""),
    ],
)
def test_support_says_how_well_the_quote_carries_the_claim(claim: str, support: str, part: str):
    quote = find_quote(claim, PASSAGE)

    assert quote.support == support
    assert part in PASSAGE[quote.span.start : quote.span.end]


def test_the_quote_stands_at_its_offsets_in_the_document():
    document = "x" * 100 + PASSAGE

    (citation,) = evidence_of("Costs: operating costs fell by 4 percent [1].", PASSAGE)

    assert document[citation.start : citation.end] == citation.quote
    assert citation.quote == "Operating costs fell by 4 percent."
    assert citation.support == "close"


def test_each_marker_stands_for_the_part_before_it():
    first, second = evidence_of(
        "The company was founded in 1998 [1], and operating costs fell by 4 percent [2].",
        PASSAGE,
        PASSAGE,
    )

    assert (first.quote, first.support) == ("The company was founded in 1998", "exact")
    assert second.quote == "Operating costs fell by 4 percent."


def test_a_marker_behind_the_full_stop_belongs_to_the_sentence_before_it():
    citations = evidence_of(
        "The company was founded in 1998. [1] Operating costs fell by 4 percent. [1]", PASSAGE
    )

    assert [(c.quote, c.support) for c in citations] == [
        ("The company was founded in 1998", "exact"),
        ("Operating costs fell by 4 percent", "exact"),
    ]


def test_a_marker_that_leads_belongs_to_its_own_sentence():
    (citation,) = evidence_of("[1] The company was founded in 1998.", PASSAGE)

    assert citation.support == "exact"


def test_the_same_quote_is_given_once():
    assert len(evidence_of("Founded in 1998 [1]. FOUNDED in 1998 [1].", PASSAGE)) == 1


def test_scripts_without_spaces_are_compared_by_pairs():
    (citation,) = evidence_of("公司于一九九八年成立 [1]。", "公司成立于一九九八年。总部位于上海。")

    assert citation.support == "close"
    assert citation.quote == "公司成立于一九九八年。"


@given(st.text(max_size=200), st.text(min_size=1, max_size=300))
def test_any_quote_is_a_stretch_of_its_passage(claim: str, passage: str):
    quote = find_quote(claim, passage)

    assert 0 <= quote.span.start <= quote.span.end <= len(passage)


@pytest.mark.parametrize(
    ("offset", "page"), [(100, 3), (199, 3), (200, 4), (340, 5), (999, 5), (50, 3)]
)
def test_a_quote_is_on_the_page_where_it_begins(offset: int, page: int) -> None:
    cited = source(1, PASSAGE)
    spanning = replace(cited, pages=((60, 3), (200, 4), (340, 5)))
    assert spanning.page_at(offset) == page
    assert cited.page_at(offset) == 3
