"""Which chunks become which passages."""

from dataclasses import replace
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from retrieval.context import Place, StoredChunk, Stretch, gather
from retrieval.fusion import Fused
from retrieval.passage import Ranks

A, B = UUID(int=1), UUID(int=2)


def hit(document: UUID, ordinal: int) -> Fused:
    chunk = UUID(int=document.int * 1000 + ordinal)
    return Fused(chunk, document, ordinal, score=0.5, similarity=None, ranks=Ranks())


def stored(*places: Place, tokens: int = 10, text: str | None = None) -> dict[Place, StoredChunk]:
    return {
        (document, ordinal): StoredChunk(
            chunk_id=hit(document, ordinal).chunk_id,
            document_id=document,
            document_name="name",
            document_version=1,
            ordinal=ordinal,
            page_number=1,
            start=ordinal * 10,
            end=ordinal * 10 + 10,
            heading="",
            text=text or f"{document} {ordinal}",
            token_count=tokens,
        )
        for document, ordinal in places
    }


def shape(stretches: list[Stretch]) -> list[tuple[int, int, int]]:
    return [(s.hit.document_id.int, s.first, s.last) for s in stretches]


def test_hits_side_by_side_are_read_as_one() -> None:
    hits = [hit(A, 4), hit(B, 5), hit(A, 5), hit(A, 9)]
    chunks = stored((A, 4), (A, 5), (A, 9), (B, 5))

    assert shape(gather(hits, chunks, limit=8, token_budget=100)) == [
        (1, 4, 5),
        (2, 5, 5),
        (1, 9, 9),
    ]


def test_a_hit_between_two_stretches_joins_them_under_the_better_one() -> None:
    hits = [hit(A, 6), hit(A, 4), hit(A, 5)]
    chunks = stored((A, 4), (A, 5), (A, 6))

    (stretch,) = gather(hits, chunks, limit=8, token_budget=100)

    assert (stretch.first, stretch.last, stretch.hit.ordinal) == (4, 6, 6)


def test_the_budget_is_kept_but_never_empties_the_answer() -> None:
    hits = [hit(A, 0), hit(A, 5), hit(B, 5)]
    chunks = stored((A, 0), (A, 5), (B, 5), tokens=40)

    assert len(gather(hits, chunks, limit=8, token_budget=80)) == 2
    assert len(gather(hits, chunks, limit=8, token_budget=1)) == 1


def test_what_the_budget_leaves_goes_to_the_neighbours_of_the_best() -> None:
    hits = [hit(A, 4), hit(B, 4)]
    chunks = stored(*((document, at) for document in (A, B) for at in (3, 4, 5)))

    assert shape(gather(hits, chunks, limit=8, token_budget=40, reach=1)) == [(1, 3, 5), (2, 4, 4)]


def test_the_same_text_is_taken_once() -> None:
    chunks = stored((A, 1), (B, 7), text="the same") | stored((A, 9))

    assert shape(gather([hit(A, 1), hit(B, 7), hit(A, 9)], chunks, limit=8, token_budget=99)) == [
        (1, 1, 1),
        (1, 9, 9),
    ]


CLAUSE = "The keeper lit 2 lamps every evening and wrote the weather into the book of the house."


def test_a_copy_in_another_document_takes_no_place_and_is_remembered() -> None:
    chunks = stored((A, 1), text=CLAUSE) | stored((A, 9))
    chunks |= stored((B, 7), text=CLAUSE.upper().replace(" ", "\n"))
    chunks |= stored((B, 9), text=CLAUSE.replace("2 lamps", "3 lamps"))

    stretches = gather([hit(A, 1), hit(B, 7), hit(B, 9)], chunks, limit=2, token_budget=99)

    assert shape(stretches) == [(1, 1, 1), (2, 9, 9)]
    assert [[copy.document_id for copy in s.copies] for s in stretches] == [[B], []]


def test_a_copy_that_was_cut_elsewhere_is_found_in_what_was_joined() -> None:
    after = "In winter the lamps burn from four in the afternoon until eight in the morning."
    chunks = stored((A, 1), text=CLAUSE) | stored((A, 2), text=after)
    chunks = {place: replace(chunk, gap="\n\n") for place, chunk in chunks.items()}
    chunks |= stored((B, 3), text=f"{CLAUSE.partition('2 ')[2]} {after.partition(' until')[0]}")

    bridged = gather([hit(A, 2), hit(A, 1), hit(B, 3)], chunks, limit=8, token_budget=99)

    assert shape(bridged) == [(1, 1, 2)]
    assert [copy.document_id for copy in bridged[0].copies] == [B]


def test_a_document_that_has_half_of_the_places_gives_way_to_another() -> None:
    hits = [*(hit(A, at) for at in (0, 10, 20, 30)), hit(B, 5)]
    chunks = stored(*((each.document_id, each.ordinal) for each in hits))

    found = gather(hits, chunks, limit=4, token_budget=99)

    assert [document for document, _, _ in shape(found)] == [1, 1, 2, 1]


def test_a_chunk_that_is_gone_is_passed_over() -> None:
    assert shape(gather([hit(A, 1), hit(A, 9)], stored((A, 9)), limit=8, token_budget=99)) == [
        (1, 9, 9)
    ]


@given(
    places=st.lists(st.tuples(st.sampled_from([A, B]), st.integers(0, 12)), unique=True),
    limit=st.integers(1, 5),
    budget=st.integers(10, 150),
    reach=st.integers(0, 2),
)
def test_stretches_stay_within_limit_and_budget_and_share_nothing(
    places: list[Place], limit: int, budget: int, reach: int
) -> None:
    chunks = stored(*((document, at) for document in (A, B) for at in range(15)))

    stretches = gather(
        [hit(*place) for place in places], chunks, limit=limit, token_budget=budget, reach=reach
    )

    read = [(s.hit.document_id, at) for s in stretches for at in range(s.first, s.last + 1)]
    assert len(stretches) <= limit
    assert len(read) == len(set(read))
    assert 10 * len(read) <= budget
    assert all(s.holds((s.hit.document_id, s.hit.ordinal)) for s in stretches)
    assert bool(stretches) == bool(places)
