"""What can go wrong with a document, each with the code a person sees and the way to mend it."""

from typing import ClassVar


class IngestError(Exception):
    """Root of this package's errors.

    Attributes:
        code: Stable, in the wire contract (sections 0 and 4).
        message: A sentence that tells a person what to do.
    """

    code: ClassVar[str] = "ingest_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UploadRefused(IngestError):
    """The bytes were not taken in; nothing was written."""


class EmptyFile(UploadRefused):
    """No bytes, or nothing but white space in a text file."""

    code: ClassVar[str] = "empty_file"


class FileTooLarge(UploadRefused):
    """More bytes than the server takes."""

    code: ClassVar[str] = "file_too_large"


class UnsupportedType(UploadRefused):
    """The bytes are of no format that Lumen reads."""

    code: ClassVar[str] = "unsupported_type"


class AlreadyStored(UploadRefused):
    """Another document of the project already has exactly these bytes."""

    code: ClassVar[str] = "duplicate_file"


class TooManyAttachments(UploadRefused):
    """A document holds more files than are taken out of one."""

    code: ClassVar[str] = "too_many_attachments"


class NestedTooDeep(UploadRefused):
    """A file lies within too many others."""

    code: ClassVar[str] = "nested_too_deep"


class DocumentUnreadable(IngestError):
    """The document was taken in and could not be read: it ends `failed` with this code."""


class PasswordProtected(DocumentUnreadable):
    """The file opens only with a password."""

    code: ClassVar[str] = "password_protected"


class EncryptedMessage(DocumentUnreadable):
    """The message opens only with the key of whoever it was sent to."""

    code: ClassVar[str] = "encrypted_message"


class NoText(DocumentUnreadable):
    """There is no text in it: a scan without a text layer, or pictures only."""

    code: ClassVar[str] = "no_text"


class CorruptFile(DocumentUnreadable):
    """The bytes break the rules of their own format."""

    code: ClassVar[str] = "corrupt_file"


class TooManyPages(DocumentUnreadable):
    """More pages than the server reads."""

    code: ClassVar[str] = "too_many_pages"


class ParseTimeout(DocumentUnreadable):
    """Reading took longer than the limit."""

    code: ClassVar[str] = "parse_timeout"


class ParseMemory(DocumentUnreadable):
    """Reading needed more memory than the limit."""

    code: ClassVar[str] = "parse_memory"


class WorkerDied(DocumentUnreadable):
    """The process that read the document died, several times over."""

    code: ClassVar[str] = "worker_died"


class EmbeddingFailed(DocumentUnreadable):
    """The embedding model gave nothing usable, again and again; reading again later may work."""

    code: ClassVar[str] = "embedding_failed"


class DocumentMissing(IngestError):
    """There is no such document in this project."""

    code: ClassVar[str] = "not_found"


class CursorInvalid(IngestError):
    """The cursor is not one that this server gave out."""

    code: ClassVar[str] = "invalid_request"


class BlobMissing(IngestError):
    """The stored bytes are gone from the blob store, or could not be fetched from it."""

    code: ClassVar[str] = "blob_missing"


class PictureUnavailable(IngestError):
    """A page can't be drawn just now: the machine is short of something."""

    code: ClassVar[str] = "not_ready"


class LeaseLost(IngestError):
    """Another worker has taken this document over; this one must write nothing more."""

    code: ClassVar[str] = "lease_lost"


class SpaceChanged(IngestError):
    """Searches began to go by another embedding model while a document was read."""

    code: ClassVar[str] = "space_changed"
