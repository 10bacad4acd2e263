"""CSV and its kin: values apart by commas, semicolons, tabs or bars, in any encoding."""

import csv
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import EmptyFile
from ingest.parsed import ParsedDocument
from ingest.parsers.draft import Draft, clean
from ingest.parsers.grid import CellBudget, Sheet, add_sheet
from ingest.parsers.text import decode

SEPARATORS = ",;\t|"
SAMPLE_LINES = 100
"""Lines from which the separator is told."""
MAX_FIELD = 1_000_000
"""Characters of one value; beyond it a quotation mark was left open."""


def parse(path: Path) -> ParsedDocument:
    """Read values apart by separators; rows carry the names of their columns.

    Raises:
        EmptyFile: There is nothing but white space.
        NoText: There are separators only.
        ParseMemory: There are too many values.
    """
    text = clean(decode(path.read_bytes()))
    if not text.strip():
        raise EmptyFile("There is no text in this file.")
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == len("sep=") + 1:
        separator, text = first.strip()[-1], rest
    else:
        separator = separator_of(text)
    draft = Draft()
    add_sheet(draft, _sheet(text, separator))
    return draft.finish(paged=False)


def separator_of(text: str) -> str:
    """The separator that divides most lines into the same number of values, two or more."""
    lines = [line for line in text[:MAX_FIELD].split("\n") if line.strip()][:SAMPLE_LINES]

    def evenness(separator: str) -> tuple[float, int]:
        widths = [len(row) for row in _rows(lines, separator) if row]
        usual = max(set(widths), key=widths.count, default=0)
        share = widths.count(usual) / len(widths) if widths else 0.0
        return (share if usual > 1 else 0.0), usual

    return max(SEPARATORS, key=evenness)


def _sheet(text: str, separator: str) -> Sheet:
    sheet = Sheet()
    budget = CellBudget()
    lines = text.split("\n")
    for number, row in enumerate(_rows(lines, separator)):
        cells = {column: value for column, value in enumerate(row) if value.strip()}
        if cells:
            budget.take(len(cells), sum(map(len, cells.values())))
            sheet.rows.append((number, cells))
    return sheet


def _rows(lines: list[str], separator: str) -> Iterator[list[str]]:
    """Rows; where a quotation mark is never closed, marks mean nothing."""
    csv.field_size_limit(MAX_FIELD)
    quoting = csv.QUOTE_MINIMAL if _closes(lines, separator) else csv.QUOTE_NONE
    return iter(
        csv.reader(
            (f"{line}\n" for line in lines),
            delimiter=separator,
            quoting=quoting,
            skipinitialspace=True,
        )
    )


def _closes(lines: list[str], separator: str) -> bool:
    """Whether every value that begins with a quotation mark ends with one."""
    reader = csv.reader(
        (f"{line}\n" for line in lines), delimiter=separator, skipinitialspace=True, strict=True
    )
    try:
        for _ in reader:
            pass
    except csv.Error:
        return False
    return True
