"""Where the words of a page stand, packed so small that it is kept for every page.

The boxes of a page follow each other as the words of its stored text do: the text divided at
white space says how many there are, and which is whose. A word that a line's end divides has a
box for each part; a word that is printed nowhere (the name of a column, repeated in a row) has
an empty one.
"""

import re
import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import TypeAlias

from ingest.parsed import Rect

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right and lower edge; `GRID` is the page's width and its height."""
WordBoxes: TypeAlias = Sequence[Box]
"""Of one word: one box, or one for each part."""

GRID = 4096
"""Steps across a page: a seventh of a point on A4, finer than a picture of it shows."""
NOWHERE: Box = (0, 0, 0, 0)
"""Of a word that is printed nowhere."""
SAME_LINE = 0.5
"""Share of the lower of two boxes that has to be at the same height for both to be in a line."""
WORD_GAP = 3.0
"""A gap between two words of more than so many times their height is left unmarked."""

_WORD = re.compile(r"\S+")
_HEAD = struct.Struct("<II")
"""How many boxes there are, and how many of them are further parts of a word."""
_PACKED_PARTS = 4
_PACKED_BOX = 8
"""Bytes, before zlib."""


def pack(words: Sequence[WordBoxes]) -> bytes:
    """Boxes of a page's words, each as what differs from the one before it.

    Neighbours on a line differ in their width alone, which zlib then makes small: 1 KB a page
    of a quarterly report.
    """
    boxes = [box for own in words for box in own]
    parts = [place for place, own in enumerate(words) for _ in own[1:]]
    lefts = [box[0] for box in boxes]
    tops = [box[1] for box in boxes]
    rights = [box[2] for box in boxes]
    columns = [
        *map(int.__sub__, lefts, [0, *rights]),
        *map(int.__sub__, rights, lefts),
        *map(int.__sub__, tops, [0, *tops]),
        *(box[3] - box[1] for box in boxes),
    ]
    return zlib.compress(
        _HEAD.pack(len(boxes), len(parts))
        + struct.pack(f"<{len(parts)}I", *parts)
        + struct.pack(f"<{len(columns)}h", *columns)
    )


def unpack(packed: bytes) -> list[list[Box]]:
    """What was packed: the boxes of each word."""
    content = zlib.decompress(packed)
    count, more = _HEAD.unpack_from(content)
    parts = struct.unpack_from(f"<{more}I", content, _HEAD.size)
    columns = struct.unpack_from(f"<{count * 4}h", content, _HEAD.size + more * _PACKED_PARTS)
    gaps, widths, falls, heights = (columns[each * count : (each + 1) * count] for each in range(4))
    tops = list(accumulate(falls))
    boxes: list[Box] = []
    right = 0
    for gap, width, top, height in zip(gaps, widths, tops, heights, strict=True):
        left = right + gap
        right = left + width
        boxes.append((left, top, right, top + height))
    return _by_word(boxes, parts)


def _by_word(boxes: Sequence[Box], parts: Sequence[int]) -> list[list[Box]]:
    further = Counter(parts)
    words: list[list[Box]] = []
    place = 0
    while place < len(boxes):
        count = 1 + further[len(words)]
        words.append(list(boxes[place : place + count]))
        place += count
    return words


def passage_rects(packed: bytes, page_text: str, start: int, end: int) -> list[Rect]:
    """Where a stretch of a page's stored text stands on the page.

    Args:
        packed: The boxes of the page's words.
        page_text: The page's text as stored.
        start: Where the passage begins in `page_text`.
        end: Where it ends.

    Returns:
        One rectangle a line, in reading order; none where the boxes are not this text's.
    """
    places = [match.span() for match in _WORD.finditer(page_text)]
    words = unpack(packed)
    if len(places) != len(words):
        return []
    marked = (
        part
        for place, own in zip(places, words, strict=True)
        for part in _marked(place, own, start, end)
    )
    return [_rect(box) for box in _lines(marked)]


def _marked(place: tuple[int, int], own: list[Box], start: int, end: int) -> Iterator[Box]:
    """The boxes of a word that lies in the passage; of one that lies in it in part, that part.

    Scripts without spaces have words as long as lines, in letters of one width.
    """
    first, last = place
    if first >= end or last <= start:
        return
    boxes = [box for box in own if box != NOWHERE]
    if len(boxes) != 1 or (start <= first and last <= end):
        yield from boxes
        return
    (left, top, right, foot) = boxes[0]
    if right - left <= foot - top:
        yield boxes[0]
        return
    step = (right - left) / (last - first)
    yield (
        left + round(step * (max(start, first) - first)),
        top,
        left + round(step * (min(end, last) - first)),
        foot,
    )


def _lines(boxes: Iterator[Box]) -> Iterator[Box]:
    """Join the boxes of neighbours, along the page or, where it is turned, down it."""
    line: Box | None = None
    for box in boxes:
        if line is None:
            line = box
        elif _neighbours(line, box) or (
            _upright(line) and _upright(box) and _neighbours(_turned(line), _turned(box))
        ):
            line = (*map(min, line[:2], box[:2]), *map(max, line[2:], box[2:]))  # pyright: ignore[reportAssignmentType] # Four values.
        else:
            yield line
            line = box
    if line is not None:
        yield line


def _upright(box: Box) -> bool:
    return box[3] - box[1] > box[2] - box[0]


def _turned(box: Box) -> Box:
    left, top, right, foot = box
    return top, left, foot, right


def _neighbours(one: Box, other: Box) -> bool:
    lower = min(one[3] - one[1], other[3] - other[1])
    shared = min(one[3], other[3]) - max(one[1], other[1])
    gap = max(one[0], other[0]) - min(one[2], other[2])
    return shared > lower * SAME_LINE and gap <= WORD_GAP * max(lower, 1)


def _rect(box: Box) -> Rect:
    left, top, right, foot = (min(max(edge, 0), GRID) / GRID for edge in box)
    return Rect(left, top, right - left, foot - top)
