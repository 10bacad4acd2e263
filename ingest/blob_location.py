"""Which blob store a URL names."""

from pathlib import Path
from urllib.parse import urlsplit

from ingest.blobs import BlobStore, DirectoryBlobStore
from ingest.s3_options import S3Options


def open_blobs(url: str, s3: S3Options | None = None) -> BlobStore:
    """Open the store that a URL names.

    Args:
        url: `s3://bucket/prefix`, `file:///folder`, or a folder's path.
        s3: Used for `s3:` only.

    Raises:
        ValueError: The scheme is another one, or the bucket is not named.
    """
    parts = urlsplit(url)
    if parts.scheme in {"", "file"}:
        return DirectoryBlobStore(Path(parts.path))
    if parts.scheme == "s3" and parts.netloc:
        # boto3 is 8 MB and a third of a second for each process: only for those who use it.
        from ingest.blobs_s3 import S3BlobStore  # noqa: PLC0415

        return S3BlobStore(parts.netloc, parts.path.strip("/"), s3 or S3Options())
    raise ValueError(f"{url!r} names no blob store: use a folder's path or s3://bucket/prefix.")
