"""Scripts without spaces become pairs of characters; everything else stays as it is."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.corpus.lexemes import searchable, unspaced


def test_a_run_of_han_becomes_its_overlapping_pairs() -> None:
    assert searchable("面包师 bakes") == " 面包 包师  bakes"


def test_a_single_character_stays() -> None:
    assert searchable("第3章").split() == ["第", "3", "章"]


def test_kana_hangul_and_thai_are_paired_too() -> None:
    assert searchable("パンだ").split() == ["パン", "ンだ"]
    assert searchable("빵집에").split() == ["빵집", "집에"]
    assert searchable("ขนมปัง").split()[0] == "ขน"


@given(st.text(st.characters(max_codepoint=0x5FF)))
def test_text_with_spaces_is_left_alone(text: str) -> None:
    assert searchable(text) == text
    assert unspaced(text) == 0


@given(st.text("面包师早上喂养酵母 ab1.", min_size=2), st.data())
def test_a_stretch_of_a_text_is_found_by_its_pairs(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    part = text[start : start + 2]

    if unspaced(part) == 2:
        assert searchable(part).split()[0] in searchable(text).split()
