"""Only numbers that resolve leave the server, however they are written and cut."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.citations import CitationParser

KNOWN = (1, 2, 3)


def parse(*deltas: str) -> str:
    parser = CitationParser(KNOWN)
    out = "".join(parser.feed(delta) for delta in deltas) + parser.flush()
    for marker in parser.markers:
        assert out[marker.offset :].startswith(f"[{marker.index}]")
    return out


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Sales rose [1].", "Sales rose [1]."),
        ("Sales rose[2].", "Sales rose[2]."),
        ("both [1, 2].", "both [1][2]."),
        ("both [1][2]", "both [1][2]"),
        ("both [1; 3]", "both [1][3]"),
        ("range [1-3] and [1 – 2]", "range [1][2][3] and [1][2]"),
        ("double [[1]]", "double [1]"),
        ("double [[1], [2]]", "double [1][2]"),
        ("lenticular 【1】 and 【2†source】", "lenticular [1] and [2]"),
        ("full width ［３］", "full width [3]"),
        ("footnote [^1]", "footnote [1]"),
        ("escaped \\[1\\]", "escaped [1]"),
        ("unknown [9].", "unknown."),
        ("unknown [9] goes on", "unknown goes on"),
        ("mixed [1, 9]", "mixed [1]"),
        ("nested [[9]]", "nested"),
        ("hidden [[9] see]", "hidden [ see]"),
        ("zero [0]", "zero"),
        ("huge [99999999999999999999]", "huge"),
        ("escaped \\[9\\].", "escaped."),
        ("open at the end [1", "open at the end [1"),
    ],
)
def test_citations_leave_in_one_form(written: str, shown: str):
    assert parse(written) == shown


@pytest.mark.parametrize(
    "text",
    [
        "[see below] and [ ] or []",
        "a [link](https://example.org/a[0])".replace("[0]", "(x)"),
        "![image](https://example.org/x.png)",
        "- [x] done\n- [ ] open",
        "`a[9]` in code",
        "``a ` [9]``",
        "```python\na[9] = b[1, 2]\n```\n",
        "- item\n  ```\n  a[9]\n  ```\nend",
        "- ```\n  a[9]\n  ```\nend",
        "~~~\na[9]\n~~~\n",
        "~~struck~~ and ~5",
        "[1.5] and [-9] and [a9] and [9%]",
        "two  spaces   and a backslash \\ and \\` tick",
        "an unclosed ` tick",
        "a trailing space ",
        "x[i] + y[ j ]",
        "[^note] and [note]: https://example.org",
    ],
)
def test_everything_else_stays_as_it_is(text: str):
    assert parse(text) == text


def test_an_unclosed_tick_hides_no_citation():
    assert parse("an ` open tick [9] and [1]\nnext `") == "an ` open tick and [1]\nnext `"


def test_text_behind_a_code_block_is_read_again():
    assert parse("```\n[9]\n```\nThen [9] and [2].") == "```\n[9]\n```\nThen and [2]."


def test_notes_in_brackets_are_read_in_linear_time():
    assert parse("[" + "†,,,,,,]" * 40 + "x").endswith("x")


def test_an_endless_bracket_is_not_held_for_ever():
    parser = CitationParser(KNOWN)
    parser.feed("[" + "1, " * 1000)

    assert parser.feed("]\nafter").endswith("after")


pieces = st.lists(
    st.sampled_from(
        [
            *"[]【】［］^†-–,; \\`~\n()1239",
            "```",
            "\n```\n",
            "10",
            "word",
            "[1]",
            "[9]",
            "[[",
            "]]",
            "ü😀",
        ]
    ),
    max_size=60,
).map("".join)


@given(pieces, st.data())
def test_any_cut_of_the_text_gives_the_same_output(text: str, data: st.DataObject):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8)))
    deltas = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]

    assert parse(*deltas) == parse(text) == parse(*text)


# Fences and ticks aside: there everything stays.
uncoded = st.lists(
    st.sampled_from([*"[]【】［］^†-–,; \\\n()1239x", "[[", "]]", "[9]", "[8]"]), max_size=40
).map("".join)


@given(uncoded)
def test_no_prefix_ever_shows_a_number_that_resolves_to_nothing(text: str):
    parser = CitationParser(KNOWN)
    shown = ""
    for char in text:
        shown += parser.feed(char)
        assert all(int(n) in KNOWN for n in re.findall(r"\[(\d+)\]", shown))
    shown += parser.flush()
    assert all(int(n) in KNOWN for n in re.findall(r"[\[【［][ \t]*(\d+)[ \t]*[\]】］]", shown))
