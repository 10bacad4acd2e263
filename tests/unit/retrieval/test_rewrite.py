"""A follow-up is searched for as the question it means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.rewrite import standalone

APPLE = "What was Apple's revenue in 2021?"


@pytest.mark.parametrize(
    "question",
    [
        "How hot is the oven?",
        "Which ships entered the bay in March 1998?",
        "Wie hoch ist die Liegegebühr im Hafen?",
        "",
    ],
)
def test_a_question_that_stands_for_itself_is_left_alone(question: str) -> None:
    assert standalone(question, [APPLE] if question else []) == question


def test_a_first_question_is_left_alone_however_it_begins() -> None:
    assert standalone("And in 2022?") == "And in 2022?"


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("And in 2022?", "What was Apple's revenue in 2022?"),
        ("what about 2022?", "What was Apple's revenue in 2022?"),
        ("What about Nvidia?", "What was Nvidia's revenue in 2021?"),
        ("and for Nvidia in 2023?", "What was Nvidia's revenue in 2023?"),
    ],
)
def test_what_a_follow_up_names_takes_the_place_of_what_was_named(
    question: str, meant: str
) -> None:
    assert standalone(question, [APPLE]) == meant


def test_a_pronoun_carries_the_question_before_along() -> None:
    meant = standalone("How did its gross margin develop?", [APPLE])

    assert meant == f"{APPLE} How did its gross margin develop?"


def test_a_follow_up_of_a_follow_up_still_knows_its_subject() -> None:
    meant = standalone("And in 2023?", ["How hot is the oven?", APPLE, "and in 2022?"])

    assert meant == "What was Apple's revenue in 2023?"


def test_a_new_subject_ends_the_old_one() -> None:
    meant = standalone("Why is it so hot?", [APPLE, "How is the oven heated?"])

    assert "Apple" not in meant
    assert "oven" in meant


def test_other_languages_lean_too() -> None:
    history = ["Wie hoch war der Umsatz von Siemens 2021?"]

    assert standalone("Und 2022?", history) == "Wie hoch war der Umsatz von Siemens 2022?"


@given(st.text(), st.lists(st.text(), max_size=8))
def test_any_text_gives_a_question_of_bounded_length(question: str, history: list[str]) -> None:
    meant = standalone(question, history)

    assert len(meant) <= 401 + 2 * max(map(len, [question, *history]))
