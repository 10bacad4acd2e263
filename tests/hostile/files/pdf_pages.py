"""PDFs whose pages are dear to read or to draw: fonts, patterns, boxes, operators without end."""

from collections.abc import Callable, Mapping
from functools import partial

from tests.hostile.files.pdf_writer import TEXT, flate, one_page, stream

MEGA = 1_000_000


def boxed(box: str, more: str = "") -> bytes:
    """A page of this size."""
    return one_page(TEXT, page=f"/MediaBox {box} {more}")


def with_font(font: str, *more: str | bytes, text: bytes = TEXT) -> bytes:
    """A page in this font, object 6; further objects count from 7."""
    return one_page(text, font, *more, resources="<< /Font << /F1 6 0 R >> >>")


def mapped(cmap: str) -> bytes:
    """A font whose codes mean what this map says."""
    head = "/CIDInit /ProcSet findresource begin 12 dict begin begincmap 1 begincodespacerange "
    packed = flate(f"{head}<0000> <ffff> endcodespacerange {cmap} endcmap".encode())
    return with_font(
        "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 7 0 R "
        "/DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 /BaseFont /A >>] >>",
        packed,
        text=b"BT /F1 12 Tf 20 250 Td <00410042> Tj ET",
    )


def drawn_letters(procedure: bytes) -> bytes:
    """A font whose letter is drawn by these operators, in the font's own resources."""
    font = (
        "<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0] "
        "/CharProcs << /a 7 0 R >> /Encoding << /Differences [97 /a] >> /FirstChar 97 "
        "/LastChar 97 /Widths [9] /Resources << /Font << /F1 6 0 R >> >> >>"
    )
    return with_font(font, stream(procedure), text=b"BT /F1 12 Tf (aaaa) Tj ET")


def shaded(pattern: str, *more: str | bytes) -> bytes:
    """A page filled with this pattern, object 6."""
    return one_page(
        b"/Pattern cs /P scn 0 0 300 300 re f " + TEXT,
        pattern,
        *more,
        resources="<< /Pattern << /P 6 0 R >> /Font << /F1 << /Type /Font /Subtype /Type1 "
        "/BaseFont /Helvetica >> >> >>",
    )


def scattered(count: int) -> bytes:
    """Letters all over the page, each by itself."""
    letters = b"".join(
        b"1 0 0 1 %d %d Tm (a) Tj " % (n * 7919 % 300, n * 104_729 % 300) for n in range(count)
    )
    return one_page(b"BT /F1 9 Tf " + letters + b"ET")


_SAMPLED = (
    "<< /FunctionType 0 /Domain [0 1 0 1] /Range [0 1] /Size [65535 65535] /BitsPerSample 8 >>"
)
_STITCHED = (
    "<< /FunctionType 3 /Domain [0 1] /Functions [7 0 R 7 0 R] /Bounds [.5] /Encode [0 1 0 1] >>"
)
_TILE = (
    "/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep {0} /YStep {0}"
)
_GRADIENT = "<< /Type /Pattern /PatternType 2 /Shading << /ShadingType {0} /ColorSpace /DeviceGray {1} /Function 7 0 R >> >>"
_TRUETYPE = bytes.fromhex("00010000ffff0080000300706c6f6361") + b"\xff" * 4_000
_FONT_FILE = (
    "<< /Type /Font /Subtype /TrueType /BaseFont /A /FirstChar 0 /LastChar 255 /FontDescriptor "
    "<< /Type /FontDescriptor /FontName /A /Flags 4 /FontFile2 7 0 R >> >>"
)
_CIRCULAR = "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding {0} /DescendantFonts [6 0 R] >>"

FILES: Mapping[str, Callable[[], bytes]] = {
    "box enormous": partial(boxed, "[0 0 1e9 1e9]"),
    "box beyond numbers": partial(boxed, "[-1e300 -1e300 1e300 1e300]"),
    "box flat": partial(boxed, "[0 0 0 0]"),
    "box thin": partial(boxed, "[0 0 .0001 100000]"),
    "box of words": partial(boxed, "[(a) null /B 5 0 R]"),
    "unit enormous": partial(boxed, "[0 0 14400 14400]", "/UserUnit 1e9 /Rotate 47"),
    "map of all numbers": lambda: mapped("1 beginbfrange <00000000> <ffffffff> <0041> endbfrange"),
    "map of long words": lambda: mapped(
        "100 beginbfrange " + f"<0000> <ffff> <{'0041' * 500}> " * 100 + "endbfrange"
    ),
    "map of a million": lambda: mapped("9 beginbfchar " + "<0041> <0042> " * MEGA + "endbfchar"),
    "map uses itself": lambda: mapped("/Identity-H usecmap 7 0 R usecmap " * 10_000),
    "font in itself": lambda: with_font(_CIRCULAR.format("/Identity-H")),
    "font of its own encoding": lambda: with_font(_CIRCULAR.format("6 0 R")),
    "font of a million widths": lambda: with_font(
        f"<< /Type /Font /Subtype /Type1 /BaseFont /A /FirstChar 0 /Widths [{'9 ' * MEGA}] >>"
    ),
    "font of a million differences": lambda: with_font(
        "<< /Type /Font /Subtype /Type1 /BaseFont /A /Encoding << /Differences "
        f"[0 {'/a ' * MEGA}] >> >>"
    ),
    "font file of nonsense": lambda: with_font(_FONT_FILE, flate(_TRUETYPE)),
    "font file 100 MB": lambda: with_font(_FONT_FILE, flate(bytes(100 * MEGA))),
    "letters drawn by themselves": partial(drawn_letters, b"9 0 d0 BT /F1 9 Tf (aaaaaaaa) Tj ET"),
    "letters drawn for ever": partial(drawn_letters, b"9 0 d0 " + b"0 0 9 9 re f " * 300_000),
    "pattern in itself": lambda: shaded(
        "7 0 R",
        stream(
            b"/Pattern cs /P scn 0 0 9 9 re f",
            _TILE.format(1) + " /Resources << /Pattern << /P 7 0 R >> >>",
        ),
    ),
    "pattern of tiny tiles": lambda: one_page(
        b"/Pattern cs /P scn 0 0 300 300 re f",
        stream(b"0 0 1 1 re f", _TILE.format("1e-9") + " /Resources << >>"),
        resources="<< /Pattern << /P 6 0 R >> >>",
    ),
    "shade of many samples": lambda: shaded(
        _GRADIENT.format(1, "/Domain [0 1 0 1]"), stream(bytes(1_000), _SAMPLED[2:-2])
    ),
    "shade of itself": lambda: shaded(_GRADIENT.format(2, "/Coords [0 0 9 9]"), _STITCHED),
    "letters scattered": partial(scattered, 200_000),
    "letters in one place": lambda: one_page(
        b"BT /F1 9 Tf " + b"1 0 0 1 9 9 Tm (ab) Tj " * 300_000
    ),
    "letters enormous": lambda: one_page(b"BT /F1 1e30 Tf 1e30 Tz (a) Tj " * 1_000),
    "words without spaces": lambda: one_page(b"BT /F1 1 Tf (" + b"a" * 5 * MEGA + b") Tj ET"),
    "array of a million": lambda: one_page(b"BT /F1 9 Tf [" + b"(a) -9 " * MEGA + b"] TJ ET"),
    "states saved for ever": lambda: one_page(b"q " * 2 * MEGA + TEXT),
    "states given back for ever": lambda: one_page(b"Q " * 2 * MEGA + TEXT),
    "marks deep": lambda: one_page(b"/A BMC " * 500_000 + TEXT),
    "operands deep": lambda: one_page(b"[" * 500_000 + TEXT),
    "operands of brackets": lambda: one_page(b"(" * 5 * MEGA + TEXT),
    "operands without operators": lambda: one_page(b"1 " * 5 * MEGA + TEXT),
    "operators unknown": lambda: one_page(b"xyzzy " * 2 * MEGA + TEXT),
    "paths without end": lambda: one_page(b"0 0 m " + b"1 1 l 300 9 l " * MEGA + b"B* " + TEXT),
    "clips without end": lambda: one_page(b"0 0 9 9 re W n " * 300_000 + TEXT),
    "dashes without end": lambda: one_page(b"[.00001] 0 d 9 w 0 0 m 1e6 1e6 l S " * 50 + TEXT),
    "text without end": lambda: one_page(b"BT /F1 9 Tf " + b"0 -1 Td (word word) Tj " * 400_000),
}
