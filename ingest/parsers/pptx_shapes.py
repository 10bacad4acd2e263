"""Shapes of a slide: which are seen, in which order they are read, and what is in them."""

from collections.abc import Iterator

from ingest.parsed import BlockKind
from ingest.parsers import ooxml
from ingest.parsers.package import Element
from ingest.parsers.table import Cell, Table

LINE = 300_000
"""Shapes whose upper edges are nearer than this stand on one line: a third of an inch, in EMU."""

_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_SHAPES = {f"{_P}sp", f"{_P}grpSp", f"{_P}graphicFrame"}
_FURNITURE = {"sldNum", "dt", "ftr", "hdr", "sldImg"}
"""On every slide: number, date, footer, header; and on its notes the slide's picture."""
_BULLETED = {"body", "obj"}
"""Placeholders whose paragraphs have bullets where nothing else is said."""
_MAX_DEPTH = 8


def in_reading_order(tree: Element | None) -> list[Element]:
    """Shapes and frames that are seen: from above to below, on a line from left to right.

    What has no place of its own stands where the layout puts it, and comes first. The shapes of a
    group stay together.
    """
    placed: list[tuple[tuple[int, int], list[Element]]] = []
    unplaced: list[Element] = []
    for shape in _shown(tree):
        found = in_reading_order(shape) if shape.tag == f"{_P}grpSp" else [shape]
        place = _place(shape)
        if place is None:
            unplaced += found
        else:
            placed.append((place, found))
    placed.sort(key=lambda each: each[0])
    lines: list[list[tuple[tuple[int, int], list[Element]]]] = []
    for each in placed:
        if lines and each[0][0] - lines[-1][0][0][0] < LINE:
            lines[-1].append(each)
        else:
            lines.append([each])
    ordered = [each for line in lines for each in sorted(line, key=lambda one: one[0][1])]
    return unplaced + [shape for _, shapes in ordered for shape in shapes]


def _shown(tree: Element | None) -> Iterator[Element]:
    for child in () if tree is None else tree:
        if child.tag == f"{_ALTERNATIVES}AlternateContent":
            yield from _shown(child.find(f"{_ALTERNATIVES}Choice"))
        elif child.tag in _SHAPES and not _hidden(child) and role_of(child) not in _FURNITURE:
            yield child


def _hidden(shape: Element) -> bool:
    named = next(shape.iter(f"{_P}cNvPr"), None)
    return named is not None and named.get("hidden") in {"1", "true"}


def _place(shape: Element) -> tuple[int, int] | None:
    """Distance from the upper and from the left edge, in EMU."""
    for path in (
        f"{_P}spPr/{_A}xfrm/{_A}off",
        f"{_P}grpSpPr/{_A}xfrm/{_A}off",
        f"{_P}xfrm/{_A}off",
    ):
        offset = shape.find(path)
        if offset is not None:
            try:
                return int(offset.get("y", "0")), int(offset.get("x", "0"))
            except ValueError:
                return None
    return None


def role_of(shape: Element) -> str:
    """What a shape is a placeholder for: `title`, `body` …; empty for one that is none."""
    for path in (f"{_P}nvSpPr/{_P}nvPr/{_P}ph", f"{_P}nvGraphicFramePr/{_P}nvPr/{_P}ph"):
        placeholder = shape.find(path)
        if placeholder is not None:
            return str(placeholder.get("type", "obj"))
    return ""


def paragraphs(shape: Element) -> Iterator[tuple[BlockKind, str]]:
    """The paragraphs of a shape; those with bullets as lists."""
    body = shape.find(f"{_P}txBody")
    items: list[str] = []
    bulleted = role_of(shape) in _BULLETED and _count(body) > 1
    for paragraph in () if body is None else body.iterfind(f"{_A}p"):
        text = text_of(paragraph).strip()
        properties = paragraph.find(f"{_A}pPr")
        if text and _has_bullet(properties, otherwise=bulleted):
            items.append(f"{'  ' * _level(properties)}- {text}")
        elif text:
            yield "list", "\n".join(items)
            items.clear()
            yield "paragraph", text
    yield "list", "\n".join(items)


def _count(body: Element | None) -> int:
    """Paragraphs with text: one alone is no list."""
    return 0 if body is None else sum(bool(text_of(each).strip()) for each in body)


def _has_bullet(properties: Element | None, *, otherwise: bool) -> bool:
    if properties is None or properties.find(f"{_A}buNone") is not None:
        return otherwise and properties is None
    stated = any(
        properties.find(f"{_A}{tag}") is not None for tag in ("buChar", "buAutoNum", "buBlip")
    )
    return stated or otherwise


def _level(properties: Element | None) -> int:
    level = "0" if properties is None else str(properties.get("lvl", "0"))
    return min(int(level), _MAX_DEPTH) if level.isdecimal() else 0


def table_text(table: Element) -> str:
    """A table as lines."""
    grid = Table()
    for row in table.iterfind(f"{_A}tr"):
        cells = (each for each in row.iterfind(f"{_A}tc") if not _covered(each))
        grid.add(
            Cell(text_of(each), _span(each, "gridSpan"), _span(each, "rowSpan")) for each in cells
        )
    return grid.lines(header=True)


def _covered(cell: Element) -> bool:
    """Whether another cell reaches over this one."""
    return cell.get("hMerge") in {"1", "true"} or cell.get("vMerge") in {"1", "true"}


def _span(cell: Element, name: str) -> int:
    value = str(cell.get(name, "1"))
    return int(value) if value.isdecimal() else 1


def text_of(element: Element) -> str:
    """All text below an element, paragraphs and breaks as lines."""
    return "".join(_pieces(element))


def _pieces(element: Element) -> Iterator[str]:
    for node in element:
        if node.tag == f"{_A}t":
            yield node.text or ""
        elif node.tag == f"{_A}br":
            yield "\n"
        elif node.tag != ooxml.FALLBACK:
            yield from _pieces(node)
            if node.tag == f"{_A}p":
                yield "\n"
