"""Workbooks, presentations, OpenDocument files and e-books that burst, nest or call out."""

from collections.abc import Callable, Mapping
from functools import partial

from tests.hostile.files.docx import PORT, RELATIONS, doctype, laughs, relation
from tests.hostile.files.zips import zipped

MEGA = 1_000_000
_SHEETS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_SLIDES = "http://schemas.openxmlformats.org/presentationml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT = "application/vnd.openxmlformats-officedocument"
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"
_CALLS = f"http://127.0.0.1:{PORT}/"


def _types(**parts: str) -> str:
    rows = "".join(
        f'<Override PartName="/{name.replace("__", "/")}.xml" ContentType="{_CONTENT}.{kind}+xml"/>'
        for name, kind in parts.items()
    )
    return (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f"{rows}</Types>"
    )


def workbook(
    rows: str, *, strings: str = "", before: str = "", behind: str = "", sheets: int = 1
) -> bytes:
    """A workbook whose sheets all hold these rows."""
    names = "".join(f'<sheet name="s{n}" sheetId="{n + 1}" r:id="r{n}"/>' for n in range(sheets))
    links = "".join(relation(f"r{n}", "worksheet", "worksheets/sheet1.xml") for n in range(sheets))
    links += relation("strings", "sharedStrings", "sharedStrings.xml")
    return zipped(
        {
            "[Content_Types].xml": _types(
                xl__workbook="spreadsheetml.sheet.main",
                xl__worksheets__sheet1="spreadsheetml.worksheet",
                xl__sharedStrings="spreadsheetml.sharedStrings",
            ),
            "_rels/.rels": RELATIONS.format(
                more=relation("r1", "officeDocument", "xl/workbook.xml")
            ),
            "xl/workbook.xml": f'<workbook xmlns="{_SHEETS}" xmlns:r="{_RELATED}"><sheets>{names}</sheets></workbook>',
            "xl/_rels/workbook.xml.rels": RELATIONS.format(more=links),
            "xl/sharedStrings.xml": strings or f'<sst xmlns="{_SHEETS}"><si><t>lamp</t></si></sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEETS}">{before}<sheetData>{rows}</sheetData>{behind}</worksheet>',
        }
    )


def presentation(shapes: str, *, slides: int = 1, prolog: str = "", links: str = "") -> bytes:
    """A presentation whose slides all hold these shapes."""
    names = "".join(f'<p:sldId id="{256 + n}" r:id="r{n}"/>' for n in range(slides))
    rows = "".join(relation(f"r{n}", "slide", "slides/slide1.xml") for n in range(slides))
    return zipped(
        {
            "[Content_Types].xml": _types(
                ppt__presentation="presentationml.presentation.main",
                ppt__slides__slide1="presentationml.slide",
            ),
            "_rels/.rels": RELATIONS.format(
                more=relation("r1", "officeDocument", "ppt/presentation.xml")
            ),
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{_SLIDES}" xmlns:r="{_RELATED}"><p:sldIdLst>{names}</p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": RELATIONS.format(more=rows),
            "ppt/slides/slide1.xml": f'{prolog}<p:sld xmlns:p="{_SLIDES}" xmlns:a="{_DRAWING}" xmlns:r="{_RELATED}"><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>',
            "ppt/slides/_rels/slide1.xml.rels": RELATIONS.format(more=links),
        }
    )


def opendocument(body: str, kind: str = "text", prolog: str = "") -> bytes:
    """An OpenDocument file with this body."""
    spaces = " ".join(f'xmlns:{name}="{_OPEN}:{name}:1.0"' for name in ("office", "text", "table"))
    mime = f"application/vnd.oasis.opendocument.{kind}"
    return zipped(
        {
            "content.xml": f"{prolog}<office:document-content {spaces}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{_OPEN}:manifest:1.0"><m:file-entry m:full-path="/" m:media-type="{mime}"/></m:manifest>',
        },
        first={"mimetype": mime},
    )


def book(chapter: str, *, spine: int = 1, container: str | None = None, package: str = "") -> bytes:
    """An e-book whose spine names one chapter so many times."""
    rows = '<itemref idref="c"/>' * spine
    root = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
        'full-path="{}" media-type="application/oebps-package+xml"/></rootfiles></container>'
    )
    sound = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="c" href="c.xhtml" '
        f'media-type="application/xhtml+xml"/></manifest><spine>{rows}</spine></package>'
    )
    return zipped(
        {
            "META-INF/container.xml": root.format("p.opf")
            if container is None
            else container.replace("{root}", root),
            "p.opf": package or sound,
            "c.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{chapter}</body></html>',
        },
        first={"mimetype": "application/epub+zip"},
    )


_ELSEWHERE = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile '
    'full-path="../../../../etc/passwd"/></rootfiles></container>'
)
_CELL = '<c t="inlineStr"><is><t>a</t></is></c>'
_SHAPE = "<p:sp><p:txBody><a:p><a:r><a:t>The lamp.</a:t></a:r></a:p></p:txBody></p:sp>"
_STRINGS = f'<sst xmlns="{_SHEETS}">{{}}</sst>'
_LINE = "<text:p>The keeper lit the lamp.</text:p>"
_REPEATED = (
    '<table:table table:name="a"><table:table-row table:number-rows-repeated="{0}"><table:table-cell '
    'table:number-columns-repeated="{0}"><text:p>a</text:p></table:table-cell></table:table-row></table:table>'
)
_PICTURE = relation("r1", "image", _CALLS, 'TargetMode="External"')

WORKBOOKS: Mapping[str, Callable[[], bytes]] = {
    "a cell at the far end": lambda: workbook(
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    ),
    "a cell beyond the end": lambda: workbook(
        '<row r="9999999999"><c r="ZZZZZZ9999999999"><v>1</v></c></row>'
    ),
    "a dimension that lies": lambda: workbook(
        f'<row r="1">{_CELL}</row>', before='<dimension ref="A1:XFD1048576"/>'
    ),
    "rows a million": lambda: workbook("<row><c><v>1</v></c></row>" * 700_000),
    "a row of a million": lambda: workbook(f"<row>{_CELL * 500_000}</row>"),
    "cells merged without end": lambda: workbook(
        f"<row>{_CELL}</row>",
        behind="<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 10_000 + "</mergeCells>",
    ),
    "strings a million": lambda: workbook(
        '<row><c t="s"><v>0</v></c></row>', strings=_STRINGS.format("<si><t>a</t></si>" * MEGA)
    ),
    "a string of 100 MB": lambda: workbook(
        '<row><c t="s"><v>0</v></c></row>' * 1_000,
        strings=_STRINGS.format(f"<si><t>{'a' * 100 * MEGA}</t></si>"),
    ),
    "a string used a million times": lambda: workbook(
        '<row><c t="s"><v>0</v></c></row>' * 500_000,
        strings=_STRINGS.format(f"<si><t>{'word ' * 6_000}</t></si>"),
    ),
    "a string that is not there": lambda: workbook('<row><c t="s"><v>999999999</v></c></row>'),
    "a date beyond time": lambda: workbook(
        '<row><c t="d"><v>99999-99-99</v></c><c><v>1e308</v></c></row>'
    ),
    "laughs": lambda: workbook(
        "", strings=doctype(laughs()) + _STRINGS.format("<si><t>&x;</t></si>")
    ),
    "sheets 20,000": lambda: workbook(f"<row>{_CELL}</row>", sheets=20_000),
    "a formula deep": lambda: workbook(f"<row><c><f>{'(' * 500_000}</f><v>1</v></c></row>"),
}
PRESENTATIONS: Mapping[str, Callable[[], bytes]] = {
    "groups deep": lambda: presentation("<p:grpSp>" * 2_000 + _SHAPE + "</p:grpSp>" * 2_000),
    "groups deeper": lambda: presentation("<p:grpSp>" * 200_000),
    "shapes 200,000": lambda: presentation(_SHAPE * 200_000),
    "slides 50,000": lambda: presentation(_SHAPE, slides=50_000),
    "laughs": lambda: presentation(_SHAPE.replace("lamp", "&x;"), prolog=doctype(laughs())),
    "a picture from the web": lambda: presentation(_SHAPE, links=_PICTURE),
    "a slide in itself": lambda: presentation(_SHAPE, links=relation("r1", "slide", "slide1.xml")),
    "300 MB of spaces": lambda: presentation(" " * 300 * MEGA),
}
TEXTS: Mapping[str, Callable[[], bytes]] = {
    "spaces repeated": lambda: opendocument('<text:p>a<text:s text:c="2000000000"/>b</text:p>'),
    "spaces repeated negatively": lambda: opendocument('<text:p>a<text:s text:c="-9"/>b</text:p>'),
    "sections deep": lambda: opendocument(
        "<text:section>" * 2_000 + _LINE + "</text:section>" * 2_000
    ),
    "lists deep": lambda: opendocument("<text:list><text:list-item>" * 100_000),
    "laughs": lambda: opendocument("<text:p>&x;</text:p>", prolog=doctype(laughs())),
    "an entity from a file": lambda: opendocument(
        "<text:p>&x;</text:p>", prolog=doctype('<!ENTITY x SYSTEM "file:///etc/passwd">')
    ),
    "paragraphs 500,000": lambda: opendocument("<text:p>a</text:p>" * 500_000),
    "300 MB of spaces": lambda: opendocument(" " * 300 * MEGA),
    "cells repeated": lambda: opendocument(_REPEATED.format(1_000_000_000)),
}
SHEETS: Mapping[str, Callable[[], bytes]] = {
    "cells repeated": lambda: opendocument(_REPEATED.format(1_000_000_000), "spreadsheet"),
    "cells repeated beyond numbers": lambda: opendocument(_REPEATED.format(10**40), "spreadsheet"),
}
BOOKS: Mapping[str, Callable[[], bytes]] = {
    "no container": partial(book, "<p>The lamp.</p>", container=""),
    "a container that climbs": partial(book, "<p>The lamp.</p>", container=_ELSEWHERE),
    "a chapter 100,000 times": lambda: book(
        "<p>The keeper lit the lamp.</p>" * 1_000, spine=100_000
    ),
    "a chapter deep": lambda: book("<div>" * 200_000 + "The lamp."),
    "a chapter of 200 MB": lambda: book("<p>a</p>" * 25 * MEGA),
    "laughs": lambda: book(
        "<p>The lamp.</p>", package=doctype(laughs()) + "<package>&x;</package>"
    ),
    "pictures from the web": lambda: book(f'<p>The lamp.</p><img src="{_CALLS}"/>' * 1_000),
    "no package": lambda: book("<p>The lamp.</p>", package="<package/>"),
}
