"""What says the same is folded; what differs in a word, a number or a sign is not."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.duplicates import LEAST, Told, essence

CLAUSE = (
    "The tenant pays 1,250.00 € a month, due on the 3rd, and may end the contract with a notice "
    "of three months to the end of a quarter. Repairs of up to 5 % of the rent are his own."
)


def told(*texts: str) -> Told[int]:
    known: Told[int] = Told()
    for number, text in enumerate(texts, start=1):
        known.add(number, text)
    return known


@pytest.mark.parametrize(
    "copy",
    [
        CLAUSE,
        CLAUSE.upper(),
        CLAUSE.replace(" ", "\n  "),
        CLAUSE.replace("contract", "con-\ntract").replace("quarter", "quar\u00adter"),
        CLAUSE.replace("The tenant", "**The tenant**").replace(", ", " – "),
        CLAUSE.replace("fi", "\ufb01"),
        CLAUSE.partition(". ")[0],
        CLAUSE.partition(" a month, ")[2],
    ],
    ids=["same", "case", "spaces", "hyphens", "marks", "ligatures", "first half", "second half"],
)
def test_the_same_words_in_another_dress_are_a_copy(copy: str) -> None:
    assert told("Something else that was said before.", CLAUSE).holder(copy) == 2


@pytest.mark.parametrize(
    ("stands", "instead"),
    [
        ("1,250.00", "1,350.00"),
        ("1,250.00", "125,000"),
        ("1,250.00", "-1,250.00"),
        ("€", "$"),
        ("3rd", "13th"),
        ("5 %", "5"),
        ("5 %", "50 %"),
        ("three", "six"),
        ("may end", "may not end"),
        ("The tenant", "Anna Meier"),
        ("his own", "not his own"),
        ("month", "week"),
    ],
)
def test_a_change_of_one_word_or_number_is_another_passage(stands: str, instead: str) -> None:
    assert stands in CLAUSE
    assert told(CLAUSE).holder(CLAUSE.replace(stands, instead)) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Item: 1 | Price: 23 | Stock: 4", "Item: 12 | Price: 3 | Stock: 4"),
        ("Year: 2023 | Sales: 5 | Costs: 7", "Year: 2023 | Sales: 7 | Costs: 5"),
        ("Net income (loss): (512) in thousands", "Net income (loss): 512 in thousands"),
        (
            "Form W-4, line 3: ☐ married, filing jointly",
            "Form W-4, line 3: ☑ married, filing jointly",
        ),
        ("an area of 10² metres", "an area of 102 metres"),
        ("ratio 1:10 of resin to hardener", "ratio 1.10 of resin to hardener"),
    ],
)
def test_rows_and_forms_with_other_figures_are_never_copies(one: str, other: str) -> None:
    assert told(one).holder(other) is None
    assert told(other).holder(one) is None


def test_a_short_text_is_not_taken_for_a_part_of_a_longer_one() -> None:
    assert told(CLAUSE).holder("The tenant pays") is None
    assert told("The tenant pays!").holder("the tenant pays") == 1


def test_a_part_begins_and_ends_with_its_words() -> None:
    whole = "Illegal aid is granted to nobody in this country, whoever may be asking for it."

    assert told(whole).holder(whole.removeprefix("Il")) is None
    assert told(whole).holder(whole.removesuffix(" it.")) == 1


def test_what_says_more_is_no_copy() -> None:
    assert told(CLAUSE).holder(f"{CLAUSE} Pets are allowed.") is None


TOKENS = st.lists(
    st.sampled_from(["lamp", "oil", "Hook", "2024", "-5", "3,5", "灯塔", "हिन्दी", "%", "🥖"]),
    min_size=12,
    max_size=60,
)


@given(TOKENS, st.data())
def test_dress_never_matters_and_numbers_always_do(tokens: list[str], data: st.DataObject) -> None:
    known = told(" ".join(tokens))
    space = st.sampled_from([" ", "\n", "  ", " | ", " “", ", ", " * "])
    dressed = tokens[0] + "".join(data.draw(space) + token for token in tokens[1:])
    place = data.draw(st.integers(0, len(tokens)))

    assert known.holder(dressed.upper()) == 1
    assert known.holder(" ".join([*tokens[:place], "77", *tokens[place:]])) is None


@given(TOKENS, TOKENS, TOKENS)
def test_a_text_is_found_within_a_longer_one(
    before: list[str], tokens: list[str], after: list[str]
) -> None:
    known = told("Something else.", " ".join([*before, *tokens, *after]))
    part = " ".join(tokens)

    assert known.holder(part) == (2 if len(essence(part)) >= LEAST else None)


@pytest.mark.parametrize("piece", ["a-\n", "-\n ", "1.", "(1", "\ufb01", "a- ", "☐"])
def test_hostile_text_costs_no_more_than_its_length(piece: str) -> None:
    began = process_time()
    essence(f"a-{piece * (200_000 // len(piece))}")

    assert process_time() - began < 5


@given(st.text())
def test_any_text_is_a_copy_of_itself(text: str) -> None:
    assert told(text).holder(text) == 1
