"""E-books: a page a chapter, in the order of the spine, under its title."""

import posixpath
from pathlib import Path

from ingest.errors import CorruptFile, NoText, PasswordProtected
from ingest.parsed import ParsedDocument
from ingest.parsers import html
from ingest.parsers.draft import Draft
from ingest.parsers.package import Element, Package, joined, open_package

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_OPF = "{http://www.idpf.org/2007/opf}"
_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XHTML = "{http://www.w3.org/1999/xhtml}"
_CIPHERED = "{http://www.w3.org/2001/04/xmlenc#}CipherReference"
_PAGES = {"application/xhtml+xml", "text/html", "application/xml", "text/xml"}
MAX_LABEL = 100
"""Characters of a chapter's title that name its page."""


def parse(path: Path) -> ParsedDocument:
    """Read an e-book.

    Raises:
        PasswordProtected: Its chapters are encrypted.
        ParseMemory: It unpacks to more than can be held.
        CorruptFile: It is no e-book, or a broken one.
        NoText: It holds pictures only.
    """
    with open_package(path, "e-book") as package:
        book = _Book(package)
        draft = Draft()
        for part in book.spine():
            book.add_chapter(draft, part)
        try:
            return draft.finish(paged=True, title=book.title)
        except NoText:
            raise NoText("There is no text in this e-book: it holds pictures only.") from None


class _Book:
    """An e-book's list of what is in it.

    Attributes:
        title: Of the book.
    """

    def __init__(self, package: Package) -> None:
        self._package = package
        container = package.tree("META-INF/container.xml")
        root = next(container.iter(f"{_CONTAINER}rootfile"), None)
        if root is None:
            raise package.damaged()
        opf = joined("", str(root.get("full-path", "")))
        self._listing = package.tree(opf)
        self._folder = posixpath.dirname(opf)
        self._items = {str(each.get("id")): each for each in self._listing.iter(f"{_OPF}item")}
        self.title: str | None = self._listing.findtext(f".//{_DC}title")
        self._titles = self._contents()
        self._locked = _locked(package)
        self._count = 0

    def spine(self) -> list[str]:
        """The chapters in reading order; the table of contents is none."""
        parts: list[str] = []
        for each in self._listing.iter(f"{_OPF}itemref"):
            item = self._items.get(str(each.get("idref")))
            if item is None or item.get("media-type") not in _PAGES:
                continue
            part = joined(self._folder, str(item.get("href", "")))
            if part in self._package and "nav" not in str(item.get("properties", "")).split():
                parts.append(part)
        return parts

    def add_chapter(self, draft: Draft, part: str) -> None:
        """Append a chapter; one without text, such as a cover, gets no number.

        Raises:
            PasswordProtected: It is encrypted.
        """
        if part in self._locked:
            raise PasswordProtected(
                "This e-book is copy-protected and can't be read. Upload a copy without protection."
            )
        chapter = Draft()
        try:
            html.add_page(chapter, html.page_tree(self._package.read(part)))
            read = chapter.finish(paged=False)
        except (CorruptFile, NoText):
            return
        self._count += 1
        headings = (read.text[b.start : b.end] for b in read.blocks if b.kind == "heading")
        heading = next(headings, None)
        title = self._titles.get(part) or heading
        if title and heading is None:
            draft.add("heading", title, level=1)
        for block in read.blocks:
            draft.add(block.kind, read.text[block.start : block.end], level=block.level)
        draft.end_page(" ".join((title or f"Section {self._count}").split())[:MAX_LABEL])

    def _contents(self) -> dict[str, str]:
        """Chapter titles by part, as the table of contents has them; the first of each part."""
        titles: dict[str, str] = {}
        for item in self._items.values():
            part = joined(self._folder, str(item.get("href", "")))
            if part not in self._package:
                continue
            if "nav" in str(item.get("properties", "")).split():
                links = self._package.tree(part).iter(f"{_XHTML}a")
                found = [(each.get("href", ""), "".join(each.itertext())) for each in links]
            elif item.get("media-type") == "application/x-dtbncx+xml":
                points = self._package.tree(part).iter(f"{_NCX}navPoint")
                found = [_point(each) for each in points]
            else:
                continue
            for target, text in found:
                title = " ".join(text.split())
                if title:
                    titles.setdefault(joined(posixpath.dirname(part), target), title)
        return titles


def _point(point: Element) -> tuple[str, str]:
    content = point.find(f"{_NCX}content")
    text = point.findtext(f"{_NCX}navLabel/{_NCX}text") or ""
    return ("" if content is None else str(content.get("src", ""))), text


def _locked(package: Package) -> set[str]:
    """Members that are encrypted; fonts mostly, which does no harm."""
    listed = "META-INF/encryption.xml"
    if listed not in package:
        return set()
    return {joined("", str(each.get("URI", ""))) for each in package.tree(listed).iter(_CIPHERED)}
