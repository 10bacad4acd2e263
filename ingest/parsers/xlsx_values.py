"""What a workbook keeps for all its sheets: strings, and how numbers are shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any, cast

from lxml import html

from ingest.parsers import ooxml
from ingest.parsers.number_format import BUILT_IN, shown
from ingest.parsers.package import Element, Package

MAX_STREAM_BYTES = 256 * 1024 * 1024
"""Unpacked XML of one part that is read piece by piece."""

_etree = cast("Any", html).etree
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_NO_MEMORY = 2
"""`XML_ERR_NO_MEMORY` of libxml2's xmlerror.h."""
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ESCAPED = 32_768
"""Strings kept to be found again: those of a cell are mostly repeated."""


@dataclass(frozen=True, slots=True)
class Values:
    """Strings by number, format codes by style, and where days are counted from."""

    strings: list[str]
    formats: list[str]
    from_1904: bool

    def of(self, cell: Element) -> str:
        """What a cell shows; of a formula, what it gave when the file was saved."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return "".join(string_of(child) for child in cell if _name(child) == "is")
        value = next((child.text or "" for child in cell if _name(child) == "v"), "")
        if kind == "s":
            place = int(value) if value.isdecimal() else -1
            return self.strings[place] if 0 <= place < len(self.strings) else ""
        if kind == "n" and value:
            return _number(value, self._format(cell.get("s", "0")), self.from_1904)
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        return unescaped(value)

    def _format(self, style: str) -> str:
        place = int(style) if style.isdecimal() else 0
        return self.formats[place] if place < len(self.formats) else ""


@lru_cache(maxsize=_ESCAPED)
def _number(value: str, code: str, from_1904: bool) -> str:
    return shown(value, code, from_1904=from_1904)


def read_values(package: Package, main: str, book: Element) -> Values:
    """Read strings and styles.

    Raises:
        CorruptFile: They are damaged.
        ParseMemory: They unpack to too much.
    """
    strings: list[str] = []
    part = ooxml.related(package, main, "sharedStrings")
    if part is not None:
        strings += [string_of(element) for element in elements(package, part, "si")]
    properties = book.find(f"{_S}workbookPr")
    epoch = "0" if properties is None else properties.get("date1904", "0")
    return Values(strings, _formats(package, main), epoch in {"1", "true"})


def _formats(package: Package, main: str) -> list[str]:
    """The format of each cell style, in order; empty for what has none."""
    part = ooxml.related(package, main, "styles")
    if part is None:
        return []
    styles = ooxml.tree(package, part)
    codes = dict(BUILT_IN)
    for each in styles.iterfind(f"{_S}numFmts/{_S}numFmt"):
        if str(each.get("numFmtId", "")).isdecimal():
            codes[int(each.get("numFmtId"))] = str(each.get("formatCode", ""))
    used = (each.get("numFmtId", "0") for each in styles.iterfind(f"{_S}cellXfs/{_S}xf"))
    return [codes.get(int(number), "") if number.isdecimal() else "" for number in used]


def string_of(element: Element) -> str:
    """The text of a string item: its runs joined, the readings above Japanese left out."""
    parts: list[str] = []
    for child in element:
        if _name(child) == "t":
            parts.append(child.text or "")
        elif _name(child) == "r":
            parts += [each.text or "" for each in child if _name(each) == "t"]
    return unescaped("".join(parts))


def unescaped(text: str) -> str:
    """Characters that XML can't hold are written `_x000D_`."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def elements(package: Package, part: str, *names: str) -> Iterator[Element]:
    """Elements of a part as they end, each gone from memory when the next is asked for.

    Raises:
        CorruptFile: The part is no XML.
        ParseMemory: It unpacks to too much.
        MemoryError: There was not enough.
    """
    if package.size(part) > MAX_STREAM_BYTES:
        raise package.too_large()
    with package.stream(part) as file:
        try:
            yield from _streamed(file, names)
        except _etree.XMLSyntaxError as error:
            if error.code == _NO_MEMORY:
                raise MemoryError from None
            raise package.damaged() from None


def _streamed(file: IO[bytes], names: tuple[str, ...]) -> Iterator[Element]:
    tags = [f"{{*}}{name}" for name in names]
    reading = _etree.iterparse(
        file, events=("end",), tag=tags, resolve_entities=False, no_network=True,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    for _, element in reading:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _name(element: Element) -> str:
    """The name without its namespace, which the strict form of the standard has otherwise."""
    return str(element.tag).rpartition("}")[2]
