"""Figures computed by hand."""

from math import log2

import pytest

from retrieval.evaluation.metrics import (
    Span,
    area,
    interval,
    merged,
    ndcg_at,
    recall_at,
    recall_within,
    refused_at,
    span_precision,
    span_recall,
)

GOLD = [Span("a", 10, 20), Span("a", 40, 50)]
FOUND = [Span("b", 10, 20), Span("a", 15, 35), Span("a", 20, 40), Span("a", 45, 60)]


def test_recall_is_the_share_of_gold_spans_touched() -> None:
    assert recall_at(1, FOUND, GOLD) == 0
    assert recall_at(3, FOUND, GOLD) == 0.5
    assert recall_at(4, FOUND, GOLD) == 1


def test_touching_ends_do_not_overlap() -> None:
    assert recall_at(5, [Span("a", 20, 40)], GOLD) == 0


def test_ndcg_discounts_by_rank() -> None:
    ideal = 1 + 1 / log2(3)

    assert ndcg_at(10, FOUND, GOLD) == pytest.approx((1 / log2(3) + 1 / log2(5)) / ideal)
    assert ndcg_at(2, FOUND, GOLD) == pytest.approx((1 / log2(3)) / ideal)


def test_ndcg_of_the_ideal_order_is_1_also_where_one_chunk_holds_all() -> None:
    assert ndcg_at(10, GOLD, GOLD) == pytest.approx(1)
    assert ndcg_at(10, [Span("a", 0, 100)], GOLD) == 1


def test_a_gold_span_counts_once() -> None:
    twice = [Span("a", 10, 20), Span("a", 10, 20)]

    assert ndcg_at(10, twice, GOLD) == pytest.approx(1 / (1 + 1 / log2(3)))


def test_span_recall_and_precision_count_characters_once() -> None:
    # Gold 20 characters; found in `a`: 15-40 and 45-60, 40 characters, of which 5 + 5 are gold.
    assert span_recall(FOUND, GOLD) == pytest.approx(10 / 20)
    assert span_precision(FOUND, GOLD) == pytest.approx(10 / 50)
    assert span_precision([], GOLD) == 0


def test_merging_joins_what_touches_within_a_document() -> None:
    assert merged([Span("a", 5, 9), Span("b", 0, 9), Span("a", 0, 5), Span("a", 2, 3)]) == [
        Span("a", 0, 9),
        Span("b", 0, 9),
    ]


def test_recall_within_counts_what_is_read_until_the_characters_are_spent() -> None:
    assert recall_within(30, FOUND, GOLD) == 0.5  # 10 of another document, then 15 to 35.
    assert recall_within(12, FOUND, GOLD) == 0.5  # The third, cut after 2 of its characters.
    assert recall_within(10, FOUND, GOLD) == 0
    assert recall_within(100, FOUND, GOLD) == 1


def test_the_area_is_the_share_of_pairs_in_the_right_order() -> None:
    assert area([3, 2], [1, 2]) == 3.5 / 4
    assert area([1], [2]) == 0
    assert area([2], [1]) == 1


def test_what_is_refused_where_a_share_of_the_right_ones_is() -> None:
    assert refused_at(0.5, [1.0, 2.0, 3.0], [0.0, 1.9, 2.0, 5.0]) == 0.5


def test_an_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    differences = [0.0] * 90 + [1.0] * 10

    low, high = interval(differences)

    assert 0 < low < 0.1 < high < 0.2
    assert interval(differences) == (low, high)
    assert interval([0.5] * 10) == (0.5, 0.5)
