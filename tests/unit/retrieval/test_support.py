"""Chunks side by side support each other; nothing else changes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.support import BESIDE, BEYOND, supported

DOCUMENT, OTHER = 1, 2
SCORES = st.dictionaries(st.integers(0, 40), st.floats(-5, 5, width=16), min_size=1, max_size=20)


def test_the_better_neighbour_of_each_distance_counts() -> None:
    places = [(DOCUMENT, ordinal) for ordinal in (3, 4, 5, 6)]

    _, fourth, _, _ = supported([1.0, 2.0, 3.0, 0.5], places)

    assert fourth == pytest.approx(2 + BESIDE * 3 + BEYOND * 0.5)


def test_another_documents_chunk_of_the_same_number_is_no_neighbour() -> None:
    third, _ = supported([1.0, 3.0], [(DOCUMENT, 3), (OTHER, 4)])

    assert third == pytest.approx(1 + BESIDE + BEYOND)


@given(scores=SCORES)
def test_chunks_that_stand_apart_keep_their_order(scores: dict[int, float]) -> None:
    before = list(scores.values())

    after = supported(before, [(DOCUMENT, 10 * ordinal) for ordinal in scores])

    for one, score in zip(after, before, strict=True):
        for other, less in zip(after, before, strict=True):
            assert one >= other or score <= less


def test_nothing_supports_nothing() -> None:
    assert supported([], []) == []
