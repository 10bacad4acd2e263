"""A page as its reader sees it: the picture of a PDF's page, and where a passage stands on it."""

from ingest.blobs import BlobStore
from ingest.boxes import passage_rects
from ingest.corpus.tables import Document, Page
from ingest.errors import BlobMissing, DocumentMissing, DocumentUnreadable, PictureUnavailable
from ingest.parsed import Rect
from ingest.sandbox import Sandbox
from ingest.sandbox_process import ReaderUnavailable
from ingest.sniff import Kind

DEFAULT_WIDTH = 1200
"""Pixels across: sharp on a screen with two pixels a point, some 150 KB as PNG."""


class PageViewer:
    """Draws pages from the stored bytes, in the sandbox.

    Args:
        blobs: Where the bytes are.
        sandbox: Where they are opened.
    """

    def __init__(self, blobs: BlobStore, sandbox: Sandbox) -> None:
        self._blobs = blobs
        self._sandbox = sandbox

    @staticmethod
    def has_picture(document: Document) -> bool:
        """Whether pages can be drawn: the bytes of the version that answers are kept."""
        return document.ready_mime_type == Kind.PDF

    @staticmethod
    def page_name(document: Document, page: Page) -> str:
        """What people call the page: `Page iv`, `Slide 3`, `Sheet Sales`, a chapter's title."""
        if document.mime_type == Kind.PDF or page.label is None:
            return f"Page {page.label or page.number}"
        return page.label

    async def image(self, document: Document, number: int, *, width: int = DEFAULT_WIDTH) -> bytes:
        """The page, numbered from 1, as a PNG.

        Raises:
            DocumentMissing: The document has no such page, or none that can be drawn.
            BlobMissing: The stored bytes are gone.
            DocumentUnreadable: The page can't be drawn within the limits.
            PictureUnavailable: No process to draw it could be started.
        """
        key = self._key(document)
        if key is None or not 1 <= number <= (document.page_count or 0):
            raise DocumentMissing("There is no picture of this page.")
        async with self._blobs.local(key) as path:
            try:
                return await self._sandbox.page_image(path, number, width)
            except ReaderUnavailable as error:
                raise PictureUnavailable(
                    "The page can't be drawn just now. Read its text, or try again in a minute."
                ) from error

    async def rects(
        self, document: Document, page: Page, start: int, end: int, *, words: bytes | None = None
    ) -> list[Rect]:
        """Where the document's characters `[start, end)` stand on the page.

        Empty where that can't be told: the rest of the page is as good without.

        Args:
            document: Whose page it is.
            page: The page.
            start: Offset in the document's text.
            end: Offset behind the passage.
            words: The page's packed boxes (`ingest.boxes`). Where there are none, as of documents
                that were read before boxes were kept, the passage is searched in the file.
        """
        key = self._key(document)
        if key is None:
            return []
        first, last = max(start, page.start), min(end, page.end)
        if first >= last:
            return []
        if words is not None:
            return passage_rects(words, page.text, first - page.start, last - page.start)
        try:
            async with self._blobs.local(key) as path:
                return await self._sandbox.passage_rects(
                    path, page.number, page.text, first - page.start, last - page.start
                )
        except (BlobMissing, DocumentUnreadable, ReaderUnavailable):
            return []

    def _key(self, document: Document) -> str | None:
        return document.ready_blob_key if self.has_picture(document) else None

    async def close(self) -> None:
        """End the sandbox's children."""
        await self._sandbox.close()
