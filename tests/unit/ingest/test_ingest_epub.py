"""E-books: chapters as pages, in the order of the spine, under their titles."""

from pathlib import Path
from urllib.parse import quote

import pytest

from ingest.errors import CorruptFile, NoText, PasswordProtected
from ingest.parsers import epub
from tests.fixtures.parsed import assert_sound, pages, shape
from tests.fixtures.zips import write_zip

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
NAV = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><body><nav><ol>'
    '<li><a href="text/one.xhtml#top">الفصل 1</a></li><li><a href="text/two%20b.xhtml">Two</a></li>'
    "</ol></nav></body></html>"
)
NCX = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint><navLabel><text>Uno</text>'
    '</navLabel><content src="text/one.xhtml"/></navPoint></navMap></ncx>'
)


def page(body: str) -> str:
    return f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'


def book(path: Path, chapters: dict[str, str], extra: dict[str, str], *, contents: str) -> Path:
    """An e-book; its manifest names the chapters in another order than its spine."""
    items = "".join(
        f'<item id="c{place}" href="{quote(name)}" media-type="application/xhtml+xml"/>'
        for place, name in reversed(list(enumerate(chapters)))
    )
    spine = "".join(f'<itemref idref="c{place}"/>' for place in range(len(chapters)))
    listing = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata>'
        '<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">The Book</dc:title></metadata>'
        f"<manifest>{contents}{items}</manifest>"
        f'<spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    members = {"mimetype": "application/epub+zip", "META-INF/container.xml": CONTAINER}
    members |= {"OEBPS/book.opf": listing}
    members |= {f"OEBPS/{name}": page(body) for name, body in chapters.items()}
    return write_zip(path, members | extra)


WITH_NAV = (
    '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav scripted"/>'
)


def test_chapters_follow_the_spine_under_their_titles(tmp_path: Path) -> None:
    chapters = {
        "text/two b.xhtml": "<p>Second 二 first.</p><ul><li>a<ul><li>b</li></ul></li></ul>",
        "text/cover.xhtml": "<img src='x'/>",
        "text/one.xhtml": "<h2>Chapter One</h2><p>Words 📖.</p>",
        "text/end.xhtml": "<p>The end.</p>",
    }
    path = book(tmp_path / "b", chapters, {"OEBPS/nav.xhtml": NAV}, contents=WITH_NAV)
    document = epub.parse(path)
    assert pages(document) == [
        ("Two", "Two\n\nSecond 二 first.\n\n- a\n  - b"),
        ("الفصل 1", "Chapter One\n\nWords 📖."),
        ("Section 3", "The end."),
    ]
    assert shape(document)[0] == ("heading", 1, "Two")
    assert document.title == "The Book"
    assert document.paged
    assert_sound(document)


def test_the_older_table_of_contents_is_read(tmp_path: Path) -> None:
    contents = '<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
    chapters = {"text/one.xhtml": "<p>Hola.</p>"}
    path = book(tmp_path / "b", chapters, {"OEBPS/toc.ncx": NCX}, contents=contents)
    assert pages(epub.parse(path)) == [("Uno", "Uno\n\nHola.")]


def test_pictures_only_have_no_text(tmp_path: Path) -> None:
    with pytest.raises(NoText):
        epub.parse(book(tmp_path / "b", {"a.xhtml": "<img/>"}, {}, contents=""))


@pytest.mark.parametrize(("locked", "readable"), [("OEBPS/a.xhtml", False), ("f.otf", True)])
def test_locked_chapters_say_so_and_locked_fonts_do_no_harm(
    tmp_path: Path, locked: str, readable: bool
) -> None:
    listed = (
        '<encryption xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
        f'<e:CipherReference URI="{locked}"/></encryption>'
    )
    path = book(
        tmp_path / "b", {"a.xhtml": "<p>x</p>"}, {"META-INF/encryption.xml": listed}, contents=""
    )
    if readable:
        assert pages(epub.parse(path)) == [("Section 1", "x")]
        return
    with pytest.raises(PasswordProtected):
        epub.parse(path)


def test_a_book_without_its_list_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(CorruptFile):
        epub.parse(write_zip(tmp_path / "b", {"mimetype": "application/epub+zip"}))
