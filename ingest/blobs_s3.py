"""Blobs on an S3-compatible store."""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from ingest.blobs import (
    READ_BYTES,
    BlobWriter,
    StoredBlob,
    made_before,
    new_key,
)
from ingest.errors import BlobMissing
from ingest.s3_options import S3Options

PART_BYTES = 8 * 1024 * 1024
"""Size of an upload's parts: S3 asks for 5 MiB at least and 10,000 parts at most (80 GiB)."""
_ABSENT = {"NoSuchKey", "404", "NotFound"}


class S3BlobStore:
    """Blobs as objects `prefix/key`. The client is synchronous and runs in threads.

    An object appears only when its upload is completed; parts of an upload that was never
    completed are invisible and are aborted on the way out.
    """

    def __init__(self, bucket: str, prefix: str, options: S3Options) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        make_client = cast("Any", boto3.client)  # pyright: ignore[reportUnknownMemberType] # boto3 builds its clients while running; no types exist.
        self._client: Any = make_client(
            "s3",
            endpoint_url=options.endpoint_url,
            region_name=options.region or "us-east-1",
            aws_access_key_id=options.access_key,
            aws_secret_access_key=options.secret_key,
            config=Config(
                connect_timeout=5,
                read_timeout=60,
                retries={"max_attempts": 4, "mode": "standard"},
                s3={"addressing_style": "path" if options.endpoint_url else "auto"},
            ),
        )

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + key}

    @asynccontextmanager
    async def create(self) -> AsyncGenerator[BlobWriter]:
        """Begin a blob; leaving the block before `finish` discards it."""
        key = new_key()
        writer = _S3Writer(self._client, self._place(key), key)
        try:
            yield writer
        finally:
            await writer.abandon()

    async def _body(self, key: str) -> Any:  # noqa: ANN401 # botocore has no types.
        with _reachable():
            answer = await asyncio.to_thread(self._client.get_object, **self._place(key))
        return answer["Body"]

    @staticmethod
    async def _piece(body: Any) -> bytes:  # noqa: ANN401 # botocore has no types.
        with _reachable():
            return bytes(await asyncio.to_thread(body.read, READ_BYTES))

    async def open(self, key: str) -> AsyncGenerator[bytes]:
        """Yield the blob's bytes in pieces.

        Raises:
            BlobMissing: There is no such blob.
            ConnectionError: The store cannot be reached, or refuses.
        """
        body = await self._body(key)
        try:
            while piece := await self._piece(body):
                yield piece
        finally:
            body.close()

    @asynccontextmanager
    async def local(self, key: str) -> AsyncGenerator[Path]:
        """Fetch the blob into a private temporary file.

        Raises:
            BlobMissing: There is no such blob.
        """
        with tempfile.TemporaryDirectory(prefix="lumen-blob-") as folder:
            path = Path(folder) / "blob"
            with path.open("wb") as file:
                async for piece in self.open(key):
                    await asyncio.to_thread(file.write, piece)
            yield path

    async def delete(self, key: str) -> None:
        """Remove the blob; that it is gone already is no error.

        Raises:
            ConnectionError: The store cannot be reached, or refuses.
        """
        with _reachable():
            await asyncio.to_thread(self._client.delete_object, **self._place(key))

    async def keys(self, *, older_than: timedelta) -> list[str]:
        """Names of the blobs made longer ago than that."""
        moment = datetime.now(UTC) - older_than

        def walk() -> list[str]:
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._prefix
            )
            found = (
                str(entry["Key"]).removeprefix(self._prefix)
                for page in pages
                for entry in page.get("Contents", [])
            )
            return sorted(key for key in found if made_before(key, moment))

        return await asyncio.to_thread(walk)

    async def tidy(self, *, older_than: timedelta) -> None:
        """Nothing: what was not finished is aborted, and after a crash the bucket's rules do so."""
        del older_than


@contextmanager
def _reachable() -> Generator[None]:
    """Turn the client's many errors into two.

    Raises:
        BlobMissing: There is no such object.
        ConnectionError: The store cannot be reached, or refuses.
    """
    try:
        yield
    except ClientError as error:
        if cast("Any", error.response)["Error"]["Code"] in _ABSENT:
            raise BlobMissing("The stored file is gone.") from None
        raise ConnectionError("The object store refuses.") from error
    except BotoCoreError as error:
        raise ConnectionError("The object store cannot be reached.") from error


class _S3Writer:
    """One upload: a single request below `PART_BYTES`, else parts, one part in memory."""

    def __init__(self, client: Any, place: dict[str, str], key: str) -> None:  # noqa: ANN401 # botocore has no types.
        self._client = client
        self._place = place
        self._key = key
        self._waiting = bytearray()
        self._size = 0
        self._hash = hashlib.sha256()
        self._upload: str | None = None
        self._parts: list[dict[str, object]] = []

    async def write(self, piece: bytes) -> None:
        self._waiting += piece
        self._hash.update(piece)
        self._size += len(piece)
        while len(self._waiting) >= PART_BYTES:
            part = bytes(self._waiting[:PART_BYTES])
            del self._waiting[:PART_BYTES]
            await asyncio.to_thread(self._send, part)

    def _send(self, part: bytes) -> None:
        if self._upload is None:
            begun = self._client.create_multipart_upload(**self._place)
            self._upload = str(begun["UploadId"])
        number = len(self._parts) + 1
        sent = self._client.upload_part(
            **self._place, UploadId=self._upload, PartNumber=number, Body=part
        )
        self._parts.append({"PartNumber": number, "ETag": sent["ETag"]})

    async def finish(self) -> StoredBlob:
        await asyncio.to_thread(self._publish, bytes(self._waiting))
        self._upload = None
        return StoredBlob(self._key, self._size, self._hash.hexdigest())

    def _publish(self, rest: bytes) -> None:
        if self._upload is None:
            self._client.put_object(**self._place, Body=rest)
            return
        if rest:
            self._send(rest)
        self._client.complete_multipart_upload(
            **self._place, UploadId=self._upload, MultipartUpload={"Parts": self._parts}
        )

    async def abandon(self) -> None:
        """Abort the upload, if one is open: its parts would be stored and paid for."""
        if self._upload is not None:
            await asyncio.to_thread(
                self._client.abort_multipart_upload, **self._place, UploadId=self._upload
            )
