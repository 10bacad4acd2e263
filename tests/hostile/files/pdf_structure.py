"""PDFs whose objects refer in circles, nest without end or are too many."""

import zlib
from collections.abc import Callable, Mapping
from functools import partial

from tests.hostile.files.pdf_writer import (
    HELVETICA,
    PAGE,
    PAGES,
    ROOT,
    TEXT,
    flate,
    one_page,
    pdf,
    stream,
)

MEGA = 1_000_000


def tree(pages: str, *more: str | bytes) -> bytes:
    """A file with this root of its page tree; further objects count from 6."""
    return pdf([ROOT, pages, PAGE, flate(TEXT), HELVETICA, *more])


def deep_tree(depth: int) -> bytes:
    """Each node of the page tree has one child."""
    first = "<< /Type /Pages /Count 1 /Kids [6 0 R] >>"
    nodes = [
        f"<< /Type /Pages /Count 1 /Parent {5 + level} 0 R /Kids [{7 + level} 0 R] >>"
        for level in range(depth)
    ]
    return tree(first, *nodes, PAGE)


def fanned_tree(depth: int, fan: int) -> bytes:
    """Each node names the next one `fan` times: pages without number from a few objects."""
    first = f"<< /Type /Pages /Count {fan**depth} /Kids [{'6 0 R ' * fan}] >>"
    nodes = [
        f"<< /Type /Pages /Count {fan ** (depth - level)} /Kids [{f'{7 + level} 0 R ' * fan}] >>"
        for level in range(depth)
    ]
    return tree(first, *nodes, PAGE)


def many_pages(count: int, content: bytes = TEXT) -> bytes:
    """Pages that share one content."""
    kids = " ".join(f"{6 + place} 0 R" for place in range(count))
    pages = f"<< /Type /Pages /Count {count} /Kids [{kids}] >>"
    sheet = PAGE.replace("4 0 R", "4 0 R")
    return pdf([ROOT, pages, PAGE, flate(content), HELVETICA, *[sheet] * count])


def table_stream(size: str, widths: str, index: str = "", content: bytes = b"") -> bytes:
    """A file whose table of objects is a stream."""
    body = b"%PDF-1.7\n1 0 obj\n" + ROOT.encode() + b"\nendobj\n2 0 obj\n" + PAGES.encode()
    body += b"\nendobj\n"
    head = f"/Type /XRef /Root 1 0 R /Size {size} /W {widths} {index} /Filter /FlateDecode"
    place = len(body)
    body += b"9 0 obj\n" + stream(zlib.compress(content or bytes(MEGA), 9), head) + b"\nendobj\n"
    return body + b"startxref\n%d\n%%%%EOF" % place


def object_stream(head: str, content: bytes = b"3 0 << >>", first: int = 4) -> bytes:
    """A file with objects in a stream."""
    packed = flate(content, f"/Type /ObjStm /First {first} {head}")
    return one_page(TEXT, packed, root="/PageLabels 6 0 R /Outlines 7 0 R")


def forms(*bodies: tuple[bytes, str]) -> bytes:
    """A page that draws a form; forms count from 6: what each draws, and its resources."""
    drawn = [
        stream(content, f"/Type /XObject /Subtype /Form /BBox [0 0 99 99] /Resources {resources}")
        for content, resources in bodies
    ]
    return one_page(b"/X Do", *drawn, resources="<< /XObject << /X 6 0 R >> >>")


def fanned_forms(depth: int, fan: int) -> bytes:
    """Each form draws the next one `fan` times."""
    return forms(
        *((b"/X Do " * fan, f"<< /XObject << /X {7 + level} 0 R >> >>") for level in range(depth)),
        (TEXT, HELVETICA),
    )


def outlined(item: str, *more: str) -> bytes:
    """A file with an outline whose first entry is this one, object 7."""
    return one_page(
        TEXT, "<< /First 7 0 R /Last 7 0 R /Count 99 >>", item, *more, root="/Outlines 6 0 R"
    )


def labelled(labels: str, *more: str) -> bytes:
    """A file whose page labels are these."""
    return one_page(TEXT, labels, *more, root="/PageLabels 6 0 R")


def encrypted(entries: str) -> bytes:
    """A file that says that it is encrypted."""
    return one_page(TEXT, f"<< {entries} >>", trailer="/Encrypt 6 0 R /ID [<00> <00>]")


_KEY = f"/O <{'41' * 32}> /U <{'42' * 32}> /P -1"
_LONG_KEY = f"/O <{'41' * 48}> /U <{'42' * 48}> /OE <{'43' * 32}> /UE <{'44' * 32}> /P -1"
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
_XMP = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{_LAUGHS}]><x>&l9;</x>'.encode()

FILES: Mapping[str, Callable[[], bytes]] = {
    "tree deep": partial(deep_tree, 50_000),
    "tree fans out": partial(fanned_tree, 30, 10),
    "tree its own child": lambda: tree("<< /Type /Pages /Count 5 /Kids [2 0 R 3 0 R] >>"),
    "tree its parent's parent": lambda: tree(
        "<< /Type /Pages /Count 2 /Kids [6 0 R] >>",
        "<< /Type /Pages /Count 2 /Parent 2 0 R /Kids [2 0 R 3 0 R] >>",
    ),
    "tree counts lie": lambda: tree("<< /Type /Pages /Count 1000000000 /Kids [3 0 R] >>"),
    "tree counts negative": lambda: tree("<< /Type /Pages /Count -7 /Kids [3 0 R] >>"),
    "tree without kids": lambda: tree("<< /Type /Pages /Count 3 >>"),
    "tree kids of no kind": lambda: tree("<< /Type /Pages /Count 3 /Kids [1 (a) null 9 0 R] >>"),
    "one page a million times": lambda: tree(
        f"<< /Type /Pages /Count 1000000 /Kids [{'3 0 R ' * MEGA}] >>"
    ),
    "pages 200,000": partial(many_pages, 200_000),
    "pages 3,000 that are slow": partial(many_pages, 3_000, TEXT * 300),
    "table points at itself": lambda: pdf(
        [ROOT, PAGES, PAGE, flate(TEXT), HELVETICA], trailer="/Prev {table}"
    ),
    "table points nowhere": lambda: pdf([ROOT, PAGES, PAGE, flate(TEXT), HELVETICA], start="-9"),
    "table far beyond": lambda: pdf([ROOT, PAGES, PAGE, flate(TEXT)], start="99999999999999999"),
    "table and stream in a circle": lambda: pdf(
        [ROOT, PAGES, PAGE, flate(TEXT)], trailer="/XRefStm {table} /Prev {table}"
    ),
    "table of a billion": lambda: one_page().replace(b"xref\n0 6", b"xref\n0 999999999"),
    "table stream of a billion": partial(table_stream, "1000000000", "[1 2 1]"),
    "table stream of no width": partial(table_stream, "1000000", "[0 0 0]", "/Index [0 100000000]"),
    "table stream too wide": partial(table_stream, "10", "[1 2147483647 1]"),
    "table stream negative": partial(table_stream, "-1", "[-1 -1 -1]"),
    "table stream of many parts": partial(
        table_stream, "10", "[1 1 1]", f"/Index [{'0 1 ' * 200_000}]"
    ),
    "no table, a million objects": lambda: b"%PDF-1.4\n" + b"1 0 obj<<>>endobj\n" * MEGA,
    "no table, objects without end": lambda: b"%PDF-1.4\n" + b"1 0 obj << " * MEGA,
    "no table, streams without end": lambda: b"%PDF-1.4\n" + b"1 0 obj<<>>stream\n" * 300_000,
    "starts without end": lambda: b"%PDF-1.4\n" + b"startxref\n0\n%%EOF\n" * 300_000,
    "a trailer without root": lambda: b"%PDF-1.4\ntrailer << /Size 1 >>\nstartxref\n9\n%%EOF",
    "a root that is itself": lambda: pdf(["1 0 R"]),
    "objects extend themselves": partial(object_stream, "/N 1 /Extends 6 0 R"),
    "objects a billion": partial(object_stream, "/N 1000000000"),
    "objects in themselves": partial(object_stream, "/N 2", b"6 0 7 5 << >> << >>", 8),
    "objects behind the end": partial(object_stream, "/N 5", b"1 99999999 2 -5", 99_999_999),
    "a form in itself": lambda: forms((b"/X Do", "<< /XObject << /X 6 0 R >> >>")),
    "two forms in each other": lambda: forms(
        (b"/X Do " * 9, "<< /XObject << /X 7 0 R >> >>"),
        (b"/X Do " * 9, "<< /XObject << /X 6 0 R >> >>"),
    ),
    "forms fan out": partial(fanned_forms, 25, 10),
    "forms deep": partial(fanned_forms, 20_000, 1),
    "outline in a circle": lambda: outlined("<< /Title (a) /Next 7 0 R /Parent 6 0 R >>"),
    "outline its own child": lambda: outlined("<< /Title (a) /First 7 0 R /Last 7 0 R >>"),
    "outline deep": lambda: outlined(
        *(f"<< /Title (a) /First {8 + level} 0 R >>" for level in range(20_000)), "<< >>"
    ),
    "labels in a circle": lambda: labelled("<< /Kids [6 0 R 6 0 R] >>"),
    "labels a million": lambda: labelled(
        f"<< /Nums [{' '.join(f'{n} << /S /D >>' for n in range(300_000))}] >>"
    ),
    "labels of long numbers": lambda: labelled("<< /Nums [0 << /S /R /St 999999999 >>] >>"),
    "names in a circle": lambda: one_page(
        TEXT, "<< /Kids [6 0 R] >>", root="/Names << /Dests 6 0 R /EmbeddedFiles 6 0 R >>"
    ),
    "fields in a circle": lambda: one_page(
        TEXT, "<< /T (a) /Kids [6 0 R] >>", root="/AcroForm << /Fields [6 0 R] >>"
    ),
    "structure in a circle": lambda: one_page(
        TEXT, "<< /Type /StructTreeRoot /K 6 0 R >>", root="/StructTreeRoot 6 0 R"
    ),
    "title is itself": lambda: one_page(TEXT, "<< /Title 7 0 R >>", "7 0 R", trailer="/Info 6 0 R"),
    "title of 20 MB": lambda: one_page(
        TEXT, b"<< /Title (" + b"t" * 20 * MEGA + b") >>", trailer="/Info 6 0 R"
    ),
    "metadata laugh": lambda: one_page(TEXT, flate(_XMP, "/Subtype /XML"), root="/Metadata 6 0 R"),
    "arrays deep": lambda: one_page(TEXT, b"[" * MEGA, root="/PageLabels 6 0 R"),
    "dictionaries deep": lambda: one_page(TEXT, b"<</A" * 500_000, root="/PageLabels 6 0 R"),
    "catalog deep": lambda: pdf([b"<< /Pages 2 0 R /A " + b"[" * MEGA, PAGES, PAGE, flate(TEXT)]),
    "brackets 20 MB": lambda: one_page(TEXT, b"(" * 20 * MEGA, root="/PageLabels 6 0 R"),
    "a name of 20 MB": lambda: one_page(TEXT, b"/" + b"n" * 20 * MEGA, root="/PageLabels 6 0 R"),
    "a number of a million digits": lambda: one_page(TEXT, b"9" * MEGA, root="/PageLabels 6 0 R"),
    "encrypted with nothing": lambda: encrypted("/Filter /Standard"),
    "encrypted by nobody": lambda: encrypted("/Filter /NoSuch /V 99 /R 99"),
    "encrypted with short keys": lambda: encrypted("/Filter /Standard /V 2 /R 3 /O (a) /U (b)"),
    "encrypted with long keys": lambda: encrypted(
        f"/Filter /Standard /V 2 /R 3 /Length 99999999 {_KEY}"
    ),
    "encrypted anew": lambda: encrypted(f"/Filter /Standard /V 5 /R 6 /Length 256 {_LONG_KEY}"),
    "encrypted by itself": lambda: one_page(TEXT, "6 0 R", trailer="/Encrypt 6 0 R"),
}
