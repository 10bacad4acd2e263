"""Pictures for documents: a third of the bytes of a browser's screenshot, to look at the same."""

import struct
import zlib
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from playwright.async_api import Page

_PALETTE = (Path(__file__).parent / "palette.js").read_text("utf-8")
_PALETTED = 3  # PNG's colour type of indices into a palette.


async def drawn(page: Page) -> bytes:
    """The page as it stands, as a PNG of 256 colours."""
    shot = b64encode(await page.screenshot()).decode()
    # In a page of its own: the one that is drawn may load nothing.
    browser = page.context.browser
    assert browser is not None
    workshop = await browser.new_page()
    found: dict[str, Any] = await workshop.evaluate(_PALETTE, shot)
    await workshop.close()
    width, height, indices = found["width"], found["height"], b64decode(found["indices"])
    rows = (b"\0" + indices[at : at + width] for at in range(0, width * height, width))
    colours = b"".join(colour.to_bytes(3, "big") for colour in found["palette"])
    head = struct.pack(">IIBBBBB", width, height, 8, _PALETTED, 0, 0, 0)
    parts = [
        (b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(b"".join(rows), 9)),
        (b"IEND", b""),
    ]  # fmt: skip
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(kind, data) for kind, data in parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
