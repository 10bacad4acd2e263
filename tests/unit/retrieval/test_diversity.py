"""Half of the places are a document's own; from there on it gives way to others about as good."""

from collections import Counter
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from retrieval.diversity import MARGIN, spread
from retrieval.fusion import Fused
from retrieval.passage import Ranks


def hit(document: int, ordinal: int, score: float) -> Fused:
    chunk = UUID(int=document * 1000 + ordinal)
    return Fused(chunk, UUID(int=document), ordinal, score, similarity=None, ranks=Ranks())


def crowd(count: int, score: float = 0.9) -> list[Fused]:
    """Passages of document 1, apart from each other, all of one score."""
    return [hit(1, 10 * number, score) for number in range(count)]


def documents(hits: list[Fused]) -> list[int]:
    return [each.document_id.int for each in hits]


def test_others_about_as_good_come_before_the_second_half_of_one_document() -> None:
    others = [hit(2, 0, 0.9 - MARGIN / 2), hit(3, 0, 0.9 - MARGIN)]

    assert documents(spread([*crowd(8), *others], limit=8))[:8] == [1, 1, 1, 1, 2, 3, 1, 1]


def test_what_is_better_by_the_margin_keeps_its_place() -> None:
    hits = [*crowd(8), hit(2, 0, 0.9 - 2 * MARGIN)]

    assert spread(hits, limit=8) == hits


def test_chunks_beside_each_other_take_one_place() -> None:
    together = [hit(1, ordinal, 0.9) for ordinal in (5, 6, 4, 7, 3)]
    hits = [*together, hit(2, 0, 0.88)]

    assert spread(hits, limit=4) == hits


def test_two_crowded_documents_keep_their_order() -> None:
    hits = [hit(1 + number % 2, 10 * number, 0.9) for number in range(8)]

    assert spread(hits, limit=4) == hits


RANKED = st.lists(
    st.tuples(st.integers(1, 3), st.integers(0, 40)), unique=True, max_size=24
).flatmap(
    lambda places: st.lists(st.floats(0, 1), min_size=len(places), max_size=len(places)).map(
        lambda scores: [
            hit(*place, score)
            for place, score in zip(places, sorted(scores, reverse=True), strict=True)
        ]
    )
)


@given(RANKED, st.integers(1, 10))
def test_nothing_is_lost_and_nobody_falls_behind_what_is_worse_by_the_margin(
    hits: list[Fused], limit: int
) -> None:
    order = spread(hits, limit=limit)

    assert Counter(each.chunk_id for each in order) == Counter(each.chunk_id for each in hits)
    assert order[:1] == hits[:1]
    for place, each in enumerate(order):
        assert all(later.score <= each.score + MARGIN for later in order[place:])
    for document in {each.document_id for each in hits}:
        own = [each for each in order if each.document_id == document]
        assert own == sorted(own, key=hits.index) or any(
            abs(a.ordinal - b.ordinal) == 1 for a in own for b in own
        )
