"""What pypdf, pdfium and our reader make of PDFs, and what that costs.

Run from the checkout's root: python -m benchmarks.pdf [rounds] [reports]

Speed in processor seconds, the readers in turn, the best round of each: reading the quarterly
reports beside the checkout whole. Ours includes structure, tables and the box of every word. Then
pages that hold one difficulty each, made on the spot: whether the words come out as a person reads
them, white space aside.
"""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import pypdf
import pypdfium2 as pdfium

from ingest.parsers.pdf import parse
from ingest.parsers.pdf_lines import raw_text
from tests.fixtures.pdf import Run, lines, pdf

PROSE = (
    ("The lighthouse was built long", "Its keeper lit the lamp at dusk"),
    ("ago by people of the island", "and trimmed it every hour of"),
    ("who wanted their ships safe", "the night until the sun came"),
    ("and sound at home in winter.", "up again over the grey sea."),
)
LANDSCAPE = (
    "BT /F1 11 Tf 0 1 -1 0 100 200 Tm (The lamp) Tj ET "
    "BT /F1 11 Tf 0 1 -1 0 114 200 Tm (burns.) Tj ET"
)
ROWS = (("Lamps", "96,388", "104,429"), ("Ropes", "20,766", "19,516"))


@dataclass(frozen=True)
class Case:
    """A page and what a reader should find on it."""

    name: str
    content: bytes
    wanted: str


def drawn(rows: tuple[tuple[str, ...], ...], places: tuple[float, ...], *, across: bool) -> bytes:
    """Cells at their places: row by row, or column by column."""
    runs = [
        [Run(cell, 700 - 14 * number, x=x) for cell, x in zip(row, places, strict=True)]
        for number, row in enumerate(rows)
    ]
    ordered = runs if across else list(zip(*runs, strict=True))
    return pdf([[run for group in ordered for run in group]])


def samples() -> Path:
    """The sample documents, beside the checkout or further up."""
    here = Path(__file__).resolve()
    return next(p / "shared/data" for p in here.parents if (p / "shared/data").is_dir())


def cases() -> list[Case]:
    """One difficulty each; real files where a made one would not show it."""
    by_column = " ".join(text for column in zip(*PROSE, strict=True) for text in column)
    names = Run("2022", 720, x=205), Run("2021", 720, x=305)
    table = [Run(cell, 700 - 14 * row, x=x) for row, cells in enumerate(ROWS)
             for cell, x in zip(cells, (40, 200, 300), strict=True)]  # fmt: skip
    folder = samples() / "formats"
    return [
        Case("columns, drawn one by one", drawn(PROSE, (40, 230), across=False), by_column),
        Case("columns, drawn line by line", drawn(PROSE, (40, 230), across=True), by_column),
        Case(
            "words divided at a line's end",
            (folder / "multicolumn.pdf").read_bytes(),
            "consectetuer adipiscing elit. Ut purus elit, vestibulum ut, placerat",
        ),
        Case("table, row that names its columns", pdf([[*names, *table]]), "Ropes | 2022: 20,766"),
        Case("table, row whole", pdf([table]), "Ropes 20,766 19,516"),
        Case("right to left", (folder / "habibi.pdf").read_bytes(), "حَبيبي"),
        Case("printed across, page turned", pdf([], streams=[LANDSCAPE], page="/Rotate 90"),
             "The lamp burns."),
        Case("cropped", pdf([lines("The lamp", "burns.")], page="/CropBox [50 600 350 720]"),
             "The lamp burns."),
        Case("form fields and notes", (folder / "annotated_pdf.pdf").read_bytes(),
             "Not highlighted"),
    ]  # fmt: skip


def by_pypdf(path: Path) -> str:
    """Text as pypdf gives it."""
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(path).pages)


def by_pdfium(path: Path) -> str:
    """Text as pdfium gives it."""
    with pdfium.PdfDocument(path) as document:
        return "\n".join(raw_text(page.get_textpage()) for page in document)


def by_lumen(path: Path) -> str:
    """Text as it is stored."""
    return parse(path, max_pages=5_000).text


READERS: dict[str, Callable[[Path], str]] = {
    "pypdf": by_pypdf,
    "pdfium": by_pdfium,
    "lumen": by_lumen,
}


def measure_speed(rounds: int, reports: int) -> None:
    """Print pages a second and characters of so many quarterly reports."""
    files = sorted((samples() / "sec-10q").glob("*.pdf"))[:reports]
    pages = sum(len(pdfium.PdfDocument(path)) for path in files)
    best = dict.fromkeys(READERS, float("inf"))
    letters = dict.fromkeys(READERS, 0)
    for _ in range(rounds):
        for name, read in READERS.items():
            began = process_time()
            texts = [read(path) for path in files]
            best[name] = min(best[name], process_time() - began)
            letters[name] = sum(len("".join(text.split())) for text in texts)
    packed = [boxes for path in files for boxes in parse(path, max_pages=5_000).boxes if boxes]
    print("| reader | pages | pages/s of one core | letters and signs |\n|---|---:|---:|---:|")
    for name in READERS:
        print(f"| {name} | {pages} | {pages / best[name]:.0f} | {letters[name]:,} |")
    print(f"\nboxes of words: {sum(map(len, packed)) / len(packed):,.0f} bytes a page\n")


def compare() -> None:
    """Print which reader gives the words of each case in order."""
    pypdf.overwrite_configuration(pypdf.Configuration())
    print(f"| case | {' | '.join(READERS)} |\n|---|{'---|' * len(READERS)}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "case.pdf"
        for case in cases():
            path.write_bytes(case.content)
            wanted = "".join(case.wanted.split())
            found = ("yes" if wanted in "".join(read(path).split()) else "no"
                     for read in READERS.values())  # fmt: skip
            print(f"| {case.name} | {' | '.join(found)} |")


def main(rounds: str = "3", reports: str = "8") -> None:
    """Measure and print."""
    print(f"pypdf {pypdf.__version__}, pdfium {pdfium.PDFIUM_INFO}\n")
    measure_speed(int(rounds), int(reports))
    compare()


if __name__ == "__main__":
    main(*sys.argv[1:])
