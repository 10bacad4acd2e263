"""A trace says what became of each chunk that was found."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from retrieval.candidates import Channels
from retrieval.context import Place, StoredChunk, gather
from retrieval.fusion import DENSE_WEIGHT, LEAST_WORDS, Fused, Hit
from retrieval.passage import Ranks
from retrieval.relevance import Evidence
from retrieval.trace import MOST_CANDIDATES, Candidate, Choice, SearchTrace, Verdict, traced

A, B = UUID(int=1), UUID(int=2)


def hit(document: UUID, ordinal: int, score: float = 0.5) -> Fused:
    chunk = UUID(int=document.int * 1000 + ordinal)
    return Fused(chunk, document, ordinal, score=score, similarity=0.61237, ranks=Ranks(2, None))


def chunk(document: UUID, ordinal: int, text: str = "", *, tokens: int = 10) -> StoredChunk:
    return StoredChunk(
        chunk_id=hit(document, ordinal).chunk_id,
        document_id=document,
        document_name=f"{document.int}.pdf",
        document_version=3,
        ordinal=ordinal,
        page_number=7,
        start=ordinal * 10,
        end=ordinal * 10 + 10,
        heading="",
        text=text or f"{document} {ordinal}",
        token_count=tokens,
    )


def shelf(*chunks: StoredChunk) -> dict[Place, StoredChunk]:
    return {(each.document_id, each.ordinal): each for each in chunks}


def trace(
    hits: Sequence[Fused],
    chunks: Mapping[Place, StoredChunk],
    *,
    limit: int = 8,
    budget: int = 100,
    reach: int = 0,
    fused: Sequence[Fused] | None = None,
) -> SearchTrace:
    stretches = gather(hits, chunks, limit=limit, token_budget=budget, reach=reach)
    choice = Choice(fused or hits, hits, chunks, stretches, budget)
    return traced("Who trims?", Channels(9), 0.5, choice, Verdict())


def fates(found: SearchTrace) -> list[str]:
    return [candidate.fate for candidate in found.candidates]


def test_hits_side_by_side_are_parts_of_one_passage() -> None:
    found = trace([hit(A, 4), hit(B, 9), hit(A, 5)], shelf(chunk(A, 4), chunk(A, 5), chunk(B, 9)))

    assert fates(found) == ["taken", "taken", "taken"]
    assert [each.passage for each in found.candidates] == [
        hit(A, 4).chunk_id,
        hit(B, 9).chunk_id,
        hit(A, 4).chunk_id,
    ]


def test_a_text_that_was_taken_already_is_told_as_a_repetition() -> None:
    chunks = shelf(chunk(A, 1, "The lamp burns."), chunk(B, 1, "the  lamp BURNS."))

    found = trace([hit(A, 1), hit(B, 1)], chunks)

    assert fates(found) == ["taken", "repeated"]
    assert found.candidates[1].passage is None


def test_what_the_budget_and_the_limit_cut_is_told_apart() -> None:
    chunks = shelf(*(chunk(A, at) for at in (1, 4, 7)), chunk(B, 1, tokens=15))

    by_limit = trace([hit(A, 1), hit(A, 4), hit(A, 7)], chunks, limit=2)
    by_budget = trace([hit(A, 1), hit(B, 1), hit(A, 4)], chunks, budget=20)

    assert fates(by_limit) == ["taken", "taken", "beyond_limit"]
    # A smaller one that comes later is not squeezed in.
    assert fates(by_budget) == ["taken", "over_budget", "over_budget"]


def test_a_hit_behind_the_cut_may_come_in_as_a_neighbour() -> None:
    chunks = shelf(chunk(A, 4), chunk(A, 5), chunk(B, 1, tokens=30))

    found = trace([hit(A, 4), hit(B, 1), hit(A, 5)], chunks, budget=25, reach=1)

    assert fates(found) == ["taken", "over_budget", "joined"]
    assert found.candidates[2].passage == hit(A, 4).chunk_id
    assert found.candidates[0].neighbours == 1


def test_neighbours_are_counted_at_their_passage_s_first_hit_alone() -> None:
    chunks = shelf(*(chunk(A, at) for at in range(3, 8)))

    found = trace([hit(A, 5), hit(A, 6)], chunks, reach=1)

    assert [each.neighbours for each in found.candidates] == [2, 0]


def test_a_reranker_s_order_stands_beside_the_one_before_with_the_fused_scores() -> None:
    fused = [hit(A, 1, 0.9), hit(B, 1, 0.4)]
    ranked = [replace(fused[1], score=0.99), replace(fused[0], score=0.6)]

    found = trace(ranked, shelf(chunk(A, 1), chunk(B, 1)), fused=fused)

    assert found.reranked
    assert [(each.place, each.fused_place, each.score) for each in found.candidates] == [
        (1, 2, 0.4),
        (2, 1, 0.9),
    ]
    assert not trace(fused, shelf(chunk(A, 1), chunk(B, 1))).reranked


def test_the_first_thirty_are_kept_and_all_are_counted() -> None:
    places = range(1, 100, 3)
    hits, chunks = [hit(A, at) for at in places], shelf(*(chunk(A, at) for at in places))

    found = trace(hits, chunks, budget=10_000)

    assert (len(found.candidates), found.considered) == (MOST_CANDIDATES, len(hits))
    assert [each.place for each in found.candidates] == list(range(1, MOST_CANDIDATES + 1))


def test_a_chunk_that_is_gone_since_is_left_out_and_keeps_its_place() -> None:
    found = trace([hit(A, 1), hit(B, 1)], shelf(chunk(B, 1)))

    assert [(each.document_name, each.place) for each in found.candidates] == [("2.pdf", 2)]


def test_the_weights_of_the_channels_and_the_verdict_are_told() -> None:
    said = Hit(hit(A, 1).chunk_id, A, 1, 3.0, coverage=0.0)
    choice = Choice([hit(A, 1)], [hit(A, 1)], shelf(chunk(A, 1)), (), 100)
    seen = Evidence(0.4, 0.0, 0.5, None)

    verdict = Verdict(relevant=False, evidence=seen, told=0.123456, threshold=0.42)
    found = traced("Who?", Channels(9, (), (said,)), 0.5, choice, verdict)

    assert (found.meaning_weight, found.words_weight) == (0.5 * DENSE_WEIGHT, LEAST_WORDS)
    assert (found.by_meaning, found.by_words) == (0, 1)
    assert (found.relevant, found.evidence, found.told, found.threshold) == (
        False,
        seen,
        0.1235,
        0.42,
    )


PLACES = st.lists(
    st.tuples(st.sampled_from([A, B]), st.integers(0, 12)), unique=True, min_size=1, max_size=20
)


@given(places=PLACES, limit=st.integers(1, 5), budget=st.integers(5, 80), reach=st.integers(0, 2))
def test_every_hit_has_a_fate_and_those_of_passages_are_theirs(
    places: list[Place], limit: int, budget: int, reach: int
) -> None:
    hits = [hit(*place) for place in places]
    # Every third text is the same.
    chunks = shelf(
        *(
            chunk(document, at, "same" if at % 3 == 0 else "", tokens=3 + at)
            for document in (A, B)
            for at in range(15)
        )
    )
    stretches = gather(hits, chunks, limit=limit, token_budget=budget, reach=reach)

    found = trace(hits, chunks, limit=limit, budget=budget, reach=reach)

    def held(each: Candidate, at: Place) -> bool:
        return any(s.holds(at) and s.hit.chunk_id == each.passage for s in stretches)

    assert len(found.candidates) == len(places)
    for each, place in zip(found.candidates, places, strict=True):
        assert (each.fate in {"taken", "joined"}) == held(each, place)
    parts = sum(s.last - s.first + 1 for s in stretches)
    taken = sum(each.fate == "taken" for each in found.candidates)
    assert parts == taken + sum(each.neighbours for each in found.candidates)
