"""Two lists become one: whole, in a fixed order, fair to both."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import Hit, fuse, fuse_reciprocal

Scores = dict[int, float]
SCORES = st.dictionaries(st.integers(0, 30), st.floats(-1, 40, width=16), max_size=20)


def hits(scores: Scores, *, coverage: float = 1.0) -> list[Hit]:
    """Each chunk in a document of its own."""
    order = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [
        Hit(UUID(int=chunk), UUID(int=1000 + chunk), chunk, score, coverage)
        for chunk, score in order
    ]


@pytest.mark.parametrize("method", [fuse, fuse_reciprocal])
@given(dense=SCORES, lexical=SCORES)
def test_every_chunk_comes_once_best_first_and_scored_from_0_to_1(
    method: type, dense: Scores, lexical: Scores
) -> None:
    fused = method(hits(dense), hits(lexical))

    assert sorted(hit.ordinal for hit in fused) == sorted(dense.keys() | lexical.keys())
    assert [hit.score for hit in fused] == sorted((hit.score for hit in fused), reverse=True)
    assert all(0 <= hit.score <= 1 for hit in fused)


@given(dense=SCORES, lexical=SCORES)
def test_the_places_in_the_channels_are_kept(dense: Scores, lexical: Scores) -> None:
    for hit in fuse(hits(dense), hits(lexical)):
        assert hit.similarity == dense.get(hit.ordinal)
        for rank, scores in ((hit.ranks.dense, dense), (hit.ranks.lexical, lexical)):
            in_channel = [other.ordinal for other in hits(scores)]
            assert rank is None if hit.ordinal not in scores else rank is not None
            assert rank is None or in_channel[rank - 1] == hit.ordinal


@given(scores=SCORES)
def test_one_channel_alone_keeps_its_order(scores: Scores) -> None:
    alone = [hit.ordinal for hit in hits(scores)]

    assert [hit.ordinal for hit in fuse([], hits(scores))] == alone
    assert [hit.ordinal for hit in fuse_reciprocal(hits(scores), [])] == alone


@given(dense=SCORES, lexical=SCORES.filter(lambda scores: len(set(scores.values())) > 1))
def test_without_trust_the_words_alone_decide(dense: Scores, lexical: Scores) -> None:
    lexical = {chunk: abs(score) + 1 for chunk, score in lexical.items()}

    fused = [hit.ordinal for hit in fuse(hits(dense), hits(lexical), trust=0.0)]

    ordered = [chunk for chunk in fused if chunk in lexical]
    assert [lexical[chunk] for chunk in ordered] == sorted(lexical.values(), reverse=True)
    assert set(fused[: len(lexical)]) == set(lexical)


@given(dense=SCORES, lexical=SCORES, scale=st.sampled_from([0.5, 2.0, 4.0]))
def test_the_unit_of_the_lexical_scores_does_not_matter(
    dense: Scores, lexical: Scores, scale: float
) -> None:
    scaled = {chunk: score * scale for chunk, score in lexical.items()}

    before = {hit.chunk_id: hit.score for hit in fuse(hits(dense), hits(lexical))}
    after = {hit.chunk_id: hit.score for hit in fuse(hits(dense), hits(scaled))}

    assert after == pytest.approx(before, abs=1e-6)


def test_what_both_channels_know_comes_before_what_one_knows() -> None:
    dense = hits({1: 0.80, 2: 0.79, 3: 0.2, 4: 0.1})
    lexical = hits({2: 9.0, 5: 9.1, 6: 1.0})

    assert fuse(dense, lexical)[0].ordinal == 2


def test_reciprocal_ranks_are_those_of_the_paper() -> None:
    fused = fuse_reciprocal(hits({1: 0.9, 2: 0.8}), hits({2: 5.0, 3: 4.0}))

    # 2: 1/62 + 1/61; 1: 1/61; 3: 1/62.
    assert [hit.ordinal for hit in fused] == [2, 1, 3]
    assert fused[1].score == pytest.approx((1 / 61 - 1 / 62) / (1 / 61))


def test_where_no_word_is_shared_meaning_decides() -> None:
    dense = hits({1: 0.8, 2: 0.3, 3: 0.2, 4: 0.1})
    spoken = hits({4: 9.0, 3: 1.0, 2: 1.0}, coverage=0.5)
    foreign = hits({4: 9.0, 3: 1.0, 2: 1.0}, coverage=0.02)

    assert fuse(dense, spoken)[0].ordinal == 4
    assert fuse(dense, foreign)[0].ordinal == 1


def test_of_two_that_fit_alike_the_one_amid_others_that_fit_comes_first() -> None:
    one, other = UUID(int=7), UUID(int=8)
    alone = Hit(UUID(int=1), one, 4, 0.80)
    among = [
        Hit(UUID(int=2), other, 4, 0.80),
        Hit(UUID(int=3), other, 5, 0.70),
        Hit(UUID(int=4), other, 6, 0.69),
    ]
    rest = [Hit(UUID(int=20 + at), UUID(int=20 + at), 0, 0.2) for at in range(5)]

    order = [hit.chunk_id for hit in fuse([alone, *among, *rest], [])]

    assert order.index(among[0].chunk_id) < order.index(alone.chunk_id)
