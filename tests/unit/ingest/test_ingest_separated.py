"""CSV: rows with the names of their columns, whatever separates and encodes them."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import DocumentUnreadable, EmptyFile, NoText
from ingest.parsed import ParsedDocument
from ingest.parsers import separated
from tests.fixtures.parsed import assert_sound, shape


@pytest.fixture
def read(tmp_path: Path):
    def parse(content: str | bytes) -> ParsedDocument:
        path = tmp_path / "file.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        document = separated.parse(path)
        assert_sound(document)
        return document

    return parse


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_separator_in_any_encoding(read, separator: str, encoding: str) -> None:
    rows = [["Stadt", "Fläche"], ["Köln, am Rhein", "405.02"], ["Zürich", "87.88"]]
    quote = {",": '"'}.get(separator, "")
    text = "\r\n".join(separator.join(f"{quote}{value}{quote}" for value in row) for row in rows)
    assert shape(read(text.encode(encoding))) == [
        (
            "table",
            0,
            (
                "Stadt | Fläche\n"
                "Stadt: Köln, am Rhein | Fläche: 405.02\n"
                "Stadt: Zürich | Fläche: 87.88"
            ),
        )
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Sales,,\nCity,Km\nCork,89\n", "Sales\n\nCity | Km\nCity: Cork | Km: 89"),
        ('a,b\n"two\nlines","say ""hi"""\n', 'a | b\na: two lines | b: say "hi"'),
        ('a,b\n"never closed,1\nx,2\n', 'a | b\na: "never closed | b: 1\na: x | b: 2'),
        ("sep=;\n1;2\n3;4\n", "1 | 2\n3 | 4"),
        ("城市,人口\n北京,2189万\n", "城市 | 人口\n城市: 北京 | 人口: 2189万"),
        ("a,b,c\n1,2\n\n3,4,5,6\n", "a | b | c\na: 1 | b: 2\n\n3 | 4 | 5 | 6"),
        ("words alone\nand more words\n", "words alone\n\nand more words"),
    ],
)  # fmt: skip
def test_rows_are_read_as_people_mean_them(read, content: str, text: str) -> None:
    assert read(content).text.strip() == text


def test_nothing_and_separators_alone_say_so(read) -> None:
    with pytest.raises(EmptyFile):
        read(" \n\n")
    with pytest.raises(NoText):
        read(",,\n,,\n")


def test_blank_rows_take_no_time(read) -> None:
    content = "a,b\n1,2\n" + ",\n" * 300_000 + "3,4\n"
    begin = time.process_time()
    assert read(content).text.strip() == "a | b\na: 1 | b: 2\n\na: 3 | b: 4"
    assert time.process_time() - begin < 5


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet='ab1,;\t|"\n\r é', max_size=80))
def test_any_text_ends_as_a_document_or_a_reason(read, content: str) -> None:
    try:
        read(content)
    except (DocumentUnreadable, EmptyFile):
        assert not content.strip(' \n\r\t,;|"')
