"""Files out of a multipart body, as they arrive: nothing is held beyond one network read."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from email.message import Message
from hashlib import sha256

from multipart import MultipartError, MultipartSegment, PushMultipartParser

from app.errors import InvalidRequest

MOST_FILES = 100
FIELD = "files"


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file of the body.

    Attributes:
        name: As the browser gave it, without folders.
        body: Its bytes; what is not read is skipped.
    """

    name: str
    body: AsyncIterator[bytes]


class UploadForm:
    """A multipart body.

    Args:
        stream: The body as it arrives.
        content_type: The request's header, for the boundary.

    Raises:
        InvalidRequest: The request is no multipart form.
    """

    def __init__(self, stream: AsyncIterator[bytes], content_type: str) -> None:
        # The standard library's reader of header parameters: a form's header is one like mail's.
        header = Message()
        header["content-type"] = content_type
        boundary = header.get_boundary()
        if header.get_content_type() != "multipart/form-data" or not boundary:
            raise InvalidRequest("Send the files as multipart/form-data.", FIELD)
        self._stream = stream
        # Not strict: a strict one refuses the closing line break when it comes in its own read.
        self._parser = PushMultipartParser(boundary, max_segment_count=MOST_FILES)
        self._digest = sha256()

    @property
    def fingerprint(self) -> str:
        """Of names and bytes read so far, in hex: the body's identity once it is read whole."""
        return self._digest.hexdigest()

    async def files(self) -> AsyncGenerator[UploadedFile]:
        """The files, one after the other; other fields are skipped.

        Raises:
            InvalidRequest: The body breaks off, or is no multipart form.
        """
        events = self._events()
        async for event in events:
            if not isinstance(event, MultipartSegment):
                continue
            if event.filename is None:
                continue
            name = event.filename.replace("\\", "/").rsplit("/", 1)[-1].strip() or "unnamed"
            self._digest.update(b"\x00" + name.encode("utf-8", "replace") + b"\x00")
            body = self._body(events)
            yield UploadedFile(name, body)
            async for _ in body:
                pass

    async def _body(
        self, events: AsyncGenerator[MultipartSegment | bytes | None]
    ) -> AsyncGenerator[bytes]:
        async for event in events:
            if event is None:
                return
            if isinstance(event, bytes):
                self._digest.update(event)
                yield event

    async def _events(self) -> AsyncGenerator[MultipartSegment | bytes | None]:
        try:
            with self._parser as parser:
                async for data in self._stream:
                    for event in parser.parse(data) if data else ():
                        yield bytes(event) if isinstance(event, bytearray) else event
        except MultipartError as error:
            raise InvalidRequest("The upload broke off, or is no valid form. Try again.") from error
