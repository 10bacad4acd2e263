"""Chunks side by side support each other; nothing else changes."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.support import BESIDE, BEYOND, supported

DOCUMENT, OTHER = UUID(int=1), UUID(int=2)
SCORES = st.dictionaries(st.integers(0, 40), st.floats(-5, 5, width=16), min_size=1, max_size=20)


def chunk(ordinal: int, document: UUID = DOCUMENT) -> UUID:
    return UUID(int=document.int * 1000 + ordinal)


def test_the_better_neighbour_of_each_distance_counts() -> None:
    scores = {chunk(3): 1.0, chunk(4): 2.0, chunk(5): 3.0, chunk(6): 0.5}
    places = {each: (DOCUMENT, each.int % 1000) for each in scores}

    given_ = supported(scores, places)

    assert given_[chunk(4)] == pytest.approx(2 + BESIDE * 3 + BEYOND * 0.5)


def test_another_documents_chunk_of_the_same_number_is_no_neighbour() -> None:
    scores = {chunk(3): 1.0, chunk(4, OTHER): 3.0}
    places = {chunk(3): (DOCUMENT, 3), chunk(4, OTHER): (OTHER, 4)}

    assert supported(scores, places)[chunk(3)] == pytest.approx(1 + BESIDE + BEYOND)


@given(scores=SCORES)
def test_chunks_that_stand_apart_keep_their_order(scores: dict[int, float]) -> None:
    apart = {chunk(10 * ordinal): score for ordinal, score in scores.items()}
    places = {each: (DOCUMENT, each.int % 1000) for each in apart}

    given_ = supported(apart, places)

    for one, score in apart.items():
        for other, less in apart.items():
            assert given_[one] >= given_[other] or score <= less


def test_nothing_supports_nothing() -> None:
    assert supported({}, {}) == {}
