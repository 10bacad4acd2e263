"""PDFs whose streams unpack to far more than they are, or lie about their length."""

import zlib
from collections.abc import Callable, Mapping
from functools import partial

from tests.hostile.files.pdf_writer import HELVETICA, TEXT, flate, one_page, stream

MEGA = 1_000_000


def packed(times: int, content: bytes) -> bytes:
    """A page whose content was packed over and over."""
    for _ in range(times):
        content = zlib.compress(content, 6)
    filters = " ".join(["/FlateDecode"] * times)
    return one_page(contents=stream(content, f"/Filter [{filters}]"))


def filtered(content: bytes, *filters: str, parameters: str = "") -> bytes:
    """A page whose content goes through these filters."""
    names = " ".join(f"/{name}" for name in filters)
    return one_page(contents=stream(content, f"/Filter [{names}] {parameters}"))


def lzw(count: int) -> bytes:
    """As many spaces in LZW: each code stands for one space more than the one before."""
    bits, width, known, left, codes = 0, 9, 257, count, 0
    values = [256]
    while left > 0:
        values.append(32 if codes == 0 else min(known, 4094))
        left -= codes + 1
        codes += 1
        known += codes > 1
        if known >= 4093:
            values.append(256)
            codes, known = 0, 257
    known, used = 257, 0
    for value in [*values, 257]:
        bits = (bits << width) | value
        used += width
        if value == 256:
            known, width = 257, 9
        else:
            known += 1
            width = 9 + sum(known > limit for limit in (510, 1022, 2046))
    return (bits << (-used % 8)).to_bytes((used + 7) // 8, "big")


def predicted(columns: str, colors: int = 1, bits: int = 8) -> bytes:
    """A predictor over rows that are wider than anything."""
    parameters = f"/Predictor 15 /Columns {columns} /Colors {colors} /BitsPerComponent {bits}"
    return filtered(
        zlib.compress(bytes(MEGA)), "FlateDecode", parameters=f"/DecodeParms << {parameters} >>"
    )


def long_as(stated: str, *more: str | bytes) -> bytes:
    """A content stream that says how long it is."""
    return one_page(TEXT, *more, contents=stream(TEXT, "", stated))


def many_contents(count: int) -> bytes:
    """One small bomb, named as the page's content many times over."""
    again = " ".join(["6 0 R"] * count)
    return one_page(TEXT, flate(b" " * 8 * MEGA), page=f"/Contents [{again}]")


def image(width: int, height: int, filter_: str, content: bytes, more: str = "") -> bytes:
    """A picture as large as is said, drawn on the page."""
    head = (
        f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /BitsPerComponent 8 "
        f"/ColorSpace /DeviceRGB /Filter /{filter_} {more}"
    )
    return one_page(
        b"/X Do " * 20 + TEXT, stream(content, head), resources=_with("/XObject << /X 6 0 R >>")
    )


def _with(entry: str) -> str:
    return HELVETICA.replace("<< /Font", f"<< {entry} /Font", 1)


def attached(content: bytes) -> bytes:
    """A packed attachment, and metadata that are a bomb as well."""
    names = "/Names << /EmbeddedFiles << /Names [(a) << /F (a) /EF << /F 6 0 R >> >>] >> >>"
    return one_page(
        TEXT, flate(content), flate(content, "/Subtype /XML"), root=f"{names} /Metadata 7 0 R"
    )


_CCITT = "/DecodeParms << /K -1 /Columns {0} /Rows {0} >>"
_JPEG = bytes.fromhex("ffd8ffc00011080ffff0ffff03012200021101031101ffda000c03010002110311003f00")
_JPX = bytes.fromhex("0000000c6a5020200d0a870a00000014667479706a703220000000006a703220")
_JBIG2 = bytes.fromhex("00000000300001000000137fffffff7fffffff000000000000000001ffff")
_INLINE = b"BI /W 60000 /H 60000 /BPC 8 /CS /RGB /F /Fl ID " + zlib.compress(bytes(MEGA)) + b" EI "

FILES: Mapping[str, Callable[[], bytes]] = {
    "spaces 300 MB": lambda: packed(1, b" " * 300 * MEGA),
    "text 100 MB": lambda: packed(1, b"BT /F1 9 Tf " + b"(a) Tj " * (14 * MEGA)),
    "packed twice": lambda: packed(2, b" " * 100 * MEGA),
    "packed three times": lambda: packed(3, b" " * 100 * MEGA),
    "packed 200 times": lambda: packed(200, b" " * MEGA),
    "lzw": lambda: filtered(lzw(50 * MEGA), "LZWDecode"),
    "lzw of flate": lambda: filtered(zlib.compress(lzw(50 * MEGA)), "FlateDecode", "LZWDecode"),
    "run lengths": lambda: filtered(b"\x81 " * MEGA, "RunLengthDecode"),
    "run lengths packed": lambda: filtered(
        zlib.compress(b"\x81 " * 3 * MEGA), "FlateDecode", "RunLengthDecode"
    ),
    "hex packed": lambda: filtered(
        zlib.compress(b"20" * 50 * MEGA), "FlateDecode", "ASCIIHexDecode"
    ),
    "hex 15 times": lambda: filtered(b"33" * MEGA, *["ASCIIHexDecode"] * 15),
    "base 85 of zeros": lambda: filtered(b"z" * 20 * MEGA + b"~>", "ASCII85Decode"),
    "a thousand filters": lambda: filtered(b"20" * MEGA, *["ASCIIHexDecode"] * 1_000),
    "filter unknown": lambda: filtered(b"", "NoSuchDecode"),
    "filter refers to itself": lambda: one_page(
        TEXT, "6 0 R", contents=stream(TEXT, "/Filter 6 0 R")
    ),
    "predictor wide": partial(predicted, "2147483647"),
    "predictor overflows": partial(predicted, "99999999999999999999", 32, 16),
    "predictor negative": partial(predicted, "-1"),
    "predictor of no width": partial(predicted, "0"),
    "predictor of many colours": partial(predicted, "1000000", 1_000_000),
    "length enormous": partial(long_as, "99999999999999"),
    "length negative": partial(long_as, "-5"),
    "length a fraction": partial(long_as, "1.5e9"),
    "length refers to itself": partial(long_as, "6 0 R", "6 0 R"),
    "length refers to the stream": partial(long_as, "4 0 R"),
    "contents a thousand times": partial(many_contents, 1_000),
    "contents a hundred thousand times": partial(many_contents, 100_000),
    "picture raw": lambda: image(100_000, 100_000, "FlateDecode", zlib.compress(bytes(20 * MEGA))),
    "picture overflows": lambda: image(2**31 - 1, 2**31 - 1, "FlateDecode", zlib.compress(b"")),
    "picture ccitt": lambda: image(
        60_000, 60_000, "CCITTFaxDecode", bytes(MEGA), _CCITT.format(2**31 - 1)
    ),
    "picture jpeg": lambda: image(65_535, 65_535, "DCTDecode", _JPEG + bytes(MEGA)),
    "picture jpx": lambda: image(65_535, 65_535, "JPXDecode", _JPX + b"\xff" * 1_000),
    "picture jbig2": lambda: image(65_535, 65_535, "JBIG2Decode", _JBIG2 + bytes(1_000)),
    "picture in the content": lambda: one_page(_INLINE * 5 + TEXT),
    "attachment and metadata": lambda: attached(b" " * 50 * MEGA),
}
