"""The forms of a word share a beginning, in languages that Postgres can't stem."""

from time import process_time
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.corpus.stems import LENGTHS, MARK, beginnings


@pytest.mark.parametrize(
    "forms",
    [
        ("latarnia", "latarnię", "latarniami", "LATARNI"),
        ("książka", "książek", "ksiazkami"),
        ("ryba", "ryby", "rybami"),
        ("přístav", "přístavu", "pristavy"),
        ("маяк", "маяка", "маяками"),
        ("корабель", "кораблі", "кораблями"),
        ("пристанището", "пристанища"),
        ("בית", "הבית", "בבית", "ביתו"),
        ("ספרים", "הספרים", "לספר"),
        ("জাহাজ", "জাহাজের", "জাহাজগুলি"),
        ("كتابخانه", "كتابخانه‌ها"),
        ("გემი", "გემები"),
    ],
    ids=lambda forms: forms[0],
)
def test_forms_of_a_word_have_a_beginning_in_common(forms: tuple[str, ...]) -> None:
    of_each = [set(beginnings(form)) or {form} for form in forms]

    assert set.intersection(*of_each)


def test_longer_words_have_longer_beginnings_too() -> None:
    assert list(beginnings("Zapałki na dom ryba")) == ["zap00", "zapał00", "ryb00"]
    assert [*beginnings("latarniami")] == ["lat00", "latar00", "latarni00"]


@pytest.mark.parametrize(
    "text",
    ["", "na dom", "COVID19", "anna@example.org", "https://example.org/latarnia", "2024", "łódź_x"],
)
def test_addresses_identifiers_and_short_words_have_none(text: str) -> None:
    assert not list(beginnings(text))


@given(st.text())
def test_beginnings_are_marked_short_and_the_same_however_accents_are_written(text: str) -> None:
    found = list(beginnings(text))

    assert all(each.endswith(MARK) for each in found)
    assert all(len(each) <= LENGTHS[-1][0] + len(MARK) for each in found)
    assert all(not any(map(str.isspace, each)) for each in found)
    assert list(beginnings(normalize("NFC", text))) == list(
        beginnings(normalize("NFD", normalize("NFC", text)))
    )


@pytest.mark.parametrize("piece", ["a", "a\u0301", "@", "a@", "x:", "ש", "abc ", "a-"])
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    began = process_time()
    list(beginnings(piece * (200_000 // len(piece))))

    assert process_time() - began < 5
