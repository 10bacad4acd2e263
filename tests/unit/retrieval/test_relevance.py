"""How far a question is trusted to the embedder, and what counts as found."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from retrieval.fusion import Hit
from retrieval.relevance import Evidence, Relevance, evidence, trust


class Spelling:
    """A tokenizer that knows English words and spells out everything else; two tokens of frame."""

    def count(self, texts: Sequence[str]) -> list[int]:
        return [
            2 + sum(1 if word.isascii() else len(word) for word in text.split()) for text in texts
        ]


def test_a_language_that_the_tokenizer_knows_is_trusted() -> None:
    assert trust("Which harbour charges fees?", Spelling()) == 1


def test_a_script_that_it_spells_out_is_not() -> None:
    assert trust("сколькостоит", Spelling()) == 0
    assert trust("泊位费用", Spelling()) == 0


def test_a_language_that_it_takes_in_short_pieces_is_trusted_by_half() -> None:
    # 19 letters in 7 tokens.
    assert trust("Wer zahlt für den Hafen", Spelling()) == pytest.approx((19 / 7 - 2) / 1.5)


def test_without_a_tokenizer_the_embedder_is_trusted() -> None:
    assert trust("泊位费用", None) == 1


def test_text_without_letters_is_no_error() -> None:
    assert 0 <= trust("", Spelling()) <= 1


def test_evidence_is_the_best_of_each_channel() -> None:
    chunk = UUID(int=1)
    dense = [Hit(chunk, chunk, 0, 0.7), Hit(chunk, chunk, 1, 0.6)]
    lexical = [Hit(chunk, chunk, 0, 9.0, 0.2), Hit(chunk, chunk, 1, 8.0, 0.5)]

    assert evidence(dense, lexical, 1.0) == Evidence(0.7, 0.5, 1.0)
    assert evidence([], [], 1.0) == Evidence(0.0, 0.0, 1.0)


@pytest.mark.parametrize(
    ("similarity", "coverage", "relevant"),
    [(0.95, 0.0, True), (0.0, 0.8, True), (0.5, 0.4, True), (0.5, 0.2, False), (0.0, 0.0, False)],
)
def test_meaning_and_words_together_decide(
    similarity: float, coverage: float, *, relevant: bool
) -> None:
    assert Relevance()(Evidence(similarity, coverage)) is relevant


def test_where_the_embedder_does_not_know_the_language_words_alone_decide() -> None:
    told = Relevance()
    assert not told(Evidence(similarity=0.9, coverage=0.1, trust=0.0))
    assert told(Evidence(similarity=0.1, coverage=0.3, trust=0.0))


def test_meaning_counts_neither_way_where_the_embedder_does_not_know_the_language() -> None:
    told = Relevance().told
    assert told(Evidence(0.9, 0.3, trust=0.0)) == told(Evidence(0.1, 0.3, trust=0.0))


def test_a_question_whose_names_are_nowhere_needs_more() -> None:
    told = Relevance()
    seen = Evidence(similarity=0.7, coverage=0.2)
    assert told(seen)
    assert told(replace(seen, named=1.0))
    assert not told(replace(seen, named=0.0))
    assert told.told(replace(seen, named=0.5)) < told.told(replace(seen, named=1.0))
