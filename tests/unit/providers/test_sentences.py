from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.sentences import LONGEST, split_sentences


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Dr. Smith met Mr. J. Doe at 5 p.m. on Jan. 5. He left.", 2),
        ("Sales rose 4.2 % to $81.8 million. Costs fell.", 2),
        ("Am 3. Oktober war z.B. Feiertag. Danach nicht.", 2),
        ("北京是首都。上海很大！「是吗？」他说。", 4),
        ("The U.S. Department of State, e.g. the Secretary, agreed.", 1),
        ("# Rent\n- due monthly\n- in advance\n\nThe rest follows", 4),
        ("| Cash | 1,204 |\n| Debt | 77 |", 2),
        ("City | River\nCity: Cork | River: Lee\nCity: Bonn | River: Rhine", 3),
        ("A line that is\nwrapped by hand stays whole.", 1),
        ('"Really?" she asked. Yes.', 2),
        ("1. First item.\n2. Second item.", 2),
        ("", 0),
        (" \n\n ", 0),
    ],
)
def test_text_is_cut_where_a_reader_would(text: str, wanted: int):
    assert len(split_sentences(text)) == wanted, [each.content for each in split_sentences(text)]


@given(st.text(alphabet=st.sampled_from("ab A.!?。\n |-1\"'…é"), max_size=300))
def test_offsets_are_exact_and_nothing_but_space_is_lost(text: str):
    behind = 0
    for sentence in split_sentences(text):
        assert text[sentence.start : sentence.end] == sentence.content
        assert sentence.content == sentence.content.strip() != ""
        assert not text[behind : sentence.start].strip()
        assert len(sentence.content) <= LONGEST
        behind = sentence.end
    assert not text[behind:].strip()


@pytest.mark.parametrize("unit", ["a", ". ", "a.\n", "\n \n", '"', ".", "\n ", "A. ", "a | b\n"])
def test_time_grows_with_the_length_and_not_faster(unit: str):
    def seconds(times: int) -> float:
        text = unit * times
        began = process_time()
        split_sentences(text)
        return process_time() - began

    assert seconds(80_000) < max(40 * seconds(10_000), 0.5)
