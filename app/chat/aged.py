"""A citation as it stands now, when its document may have changed since."""

from dataclasses import dataclass

from app.chat.events import Citation


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a quote stands in the version that answers now.

    Attributes:
        start: Offset in that version's text.
        page_number: From 1; None without pages.
    """

    start: int
    end: int
    page_number: int | None


@dataclass(frozen=True, slots=True)
class Aged:
    """A citation, and what became of its evidence since.

    Attributes:
        citation: As the answer gave it, in the version that was read.
        is_stale: Its quote stands in the document no more, or the document is gone.
        current: The version that answers now, where the citation is another's; None where it is
            not, and where the document is gone.
        moved: Where the quote stands in that version.
    """

    citation: Citation
    is_stale: bool = False
    current: int | None = None
    moved: Moved | None = None
