"""Rich text: what is printed, with its structure, whatever its code pages."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import CorruptFile, DocumentUnreadable, NoText
from ingest.parsed import ParsedDocument
from ingest.parsers import rtf
from tests.fixtures.parsed import assert_sound, shape


@pytest.fixture
def read(tmp_path: Path):
    def parse(body: str | bytes) -> ParsedDocument:
        content = body if isinstance(body, bytes) else body.encode("ascii")
        path = tmp_path / "file.rtf"
        path.write_bytes(rb"{\rtf1\ansi\ansicpg1252" + content + b"}")
        document = rtf.parse(path)
        assert_sound(document)
        return document

    return parse


def test_headings_lists_tables_and_notes_keep_their_order(read) -> None:
    document = read(
        r"{\stylesheet{\s0 Normal;}{\s1 heading 1;}{\s7\outlinelevel1 Chapter;}{\*\cs9 Char;}}"
        r"{\info{\title The title}{\author Somebody}}{\header repeated\par}"
        r"\pard\s1 First\par\pard\s7 Second\par"
        r"\pard Words{\footnote\pard A note.} go on\line here.\par"
        r"\pard{\listtext\'b7\tab}\ls1 one\par{\listtext 2.\tab}\ilvl1 two\par"
        r"\trowd\pard\intbl City\cell River\cell\row\pard\intbl Cork\cell Lee\par Bride\cell\row"
        r"\pard The end.\par"
    )
    assert shape(document) == [
        ("heading", 1, "First"),
        ("heading", 2, "Second"),
        ("paragraph", 0, "Words go on\nhere."),
        ("paragraph", 0, "A note."),
        ("list", 0, "- one\n  2. two"),
        ("table", 0, "City | River\nCity: Cork | River: Lee Bride"),
        ("paragraph", 0, "The end."),
    ]
    assert document.title == "The title"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"Gr\'fc\'dfe", "Grüße"),
        (r"{\fonttbl{\f1\fcharset204 Arial;}}\f1 \'cc\'e0\'ff\'ea", "Маяк"),
        (r"{\fonttbl{\f1\fcharset204 A;}}{\f1 \'cc}\'fc", "Мü"),
        (r"{\fonttbl{\f2\fcharset128 MS;}}\f2 \'93\'fa\'96\'7b", "日本"),
        (r"\u1605?\u1585?\u1581?\u1576?\u1575?", "مرحبا"),
        (r"\uc2\u26085\'93\'fa\u26412\'96\'7b!", "日本!"),
        (r"\uc0\u-10179\u-8704 ok", "😀ok"),
        (r"\ldblquote x\rdblquote\~y\emdash\{z\}\\", "“x”\u00a0y—{z}\\"),
        (r"{\field{\*\fldinst HYPERLINK x}{\fldrslt shown}}", "shown"),
        (r"seen{\v hidden}\v gone\v0  again{\deleted cut}", "seen again"),
        (r"{\*\unknown secret}{\pict 0a0b0c}{\upr{a}{\*\ud{b}}}", "a"),
        (r"a\bin4 }}}}b", "ab"),
    ],
)
def test_text_is_read_as_it_is_printed(read, body: str, text: str) -> None:
    assert read(body).text.strip() == text


def test_bytes_beyond_ascii_are_of_the_code_page(read) -> None:
    assert read("Grüße".encode("cp1252")).text.strip() == "Grüße"


def test_what_is_no_rich_text_or_shows_nothing_says_so(read, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"plain words")
    with pytest.raises(CorruptFile):
        rtf.parse(path)
    with pytest.raises(NoText):
        read(r"{\pict 00}")


def test_groups_within_groups_do_not_exhaust_anything(read) -> None:
    assert read("{" * 100_000 + "deep" + "}" * 100_000 + " after").text.strip() == "deep after"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet="\\{}'*u1-par celow\n\x00é", max_size=60))
def test_any_rich_text_ends_as_a_document_or_a_reason(read, body: str) -> None:
    with suppress(DocumentUnreadable):
        read(body.encode("cp1252"))
