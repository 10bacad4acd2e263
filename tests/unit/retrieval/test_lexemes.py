"""Scripts without spaces become pairs of characters, identifiers their parts, numbers one form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.corpus import lexemes
from ingest.corpus.lexemes import STEMLESS, unspaced


def searchable(text: str) -> str:
    return lexemes.searchable(text, "english")


def test_a_run_of_han_becomes_its_overlapping_pairs() -> None:
    assert searchable("面包师 bakes") == " 面包 包师  bakes"


def test_a_single_character_stays() -> None:
    assert searchable("第3章").split() == ["第", "3", "章"]


def test_kana_hangul_and_thai_are_paired_too() -> None:
    assert searchable("パンだ").split() == ["パン", "ンだ"]
    assert searchable("빵집에").split() == ["빵집", "집에"]
    assert searchable("ขนมปัง").split()[0] == "ขน"


@given(
    st.text(st.characters(max_codepoint=0x5FF, exclude_characters="/&", categories=["L", "Z", "P"]))
)
def test_text_with_spaces_is_left_alone(text: str) -> None:
    assert searchable(text) == text
    assert unspaced(text) == 0


@given(st.text("面包师早上喂养酵母 ab1.", min_size=2), st.data())
def test_a_stretch_of_a_text_is_found_by_its_pairs(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    part = text[start : start + 2]

    if unspaced(part) == 2:
        assert searchable(part).split()[0] in searchable(text).split()


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("INV-2024/0815", "INV 2024 0815 INV20240815"),
        ("the 10-Q.", "the 10 Q 10Q."),
        ("COVID-19", "COVID 19 COVID19"),
        ("ISO/IEC 27001:2022", "ISO IEC 27001 2022 270012022"),
        ("R&D", "R D RD"),
        ("2024-03-05", "2024 03 05 20240305"),
        ("v2.3.1", "v2.3.1"),
        ("§ 12a", "§ 12a"),
        ("state-of-the-art", "state-of-the-art"),
        ("https://example.org/a-1?b=2-3", "https://example.org/a-1?b=2-3"),
        ("anna-2@example.org", "anna-2@example.org"),
    ],
)
def test_an_identifier_is_its_parts_and_itself(written: str, words: str) -> None:
    assert searchable(written) == words


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("$82,959 million", "$82959 million"),
        ("3,5 %", "3.5 %"),
        ("3.5 %", "3.5 %"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1,234,567", "1234567"),
        ("192.168.1.10", "192.168.1.10"),
        ("in 2023, 2024", "in 2023, 2024"),
    ],
)
def test_a_number_has_one_form_in_every_language(written: str, number: str) -> None:
    assert searchable(written) == number


def test_words_have_their_beginnings_beside_them_where_there_is_no_stemmer() -> None:
    assert lexemes.searchable("Latarnik 12a 灯塔", STEMLESS).split() == (
        ["Latarnik", "12a", "灯塔", "lat00", "latar00", "latarni00"]
    )
    assert lexemes.searchable("面包师 10-Q", STEMLESS) == searchable("面包师 10-Q")


def test_hostile_text_takes_no_longer_than_its_length_says() -> None:
    for text in ("a-" * 100_000 + "@", "1," * 100_000 + "x", "a1" * 100_000 + "@"):
        assert len(searchable(text)) <= 4 * len(text)
