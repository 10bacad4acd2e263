"""Both blob stores keep the same promises; the second one against a real S3 API on loopback."""

import hashlib
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from moto.server import ThreadedMotoServer

from ingest.blob_location import open_blobs
from ingest.blobs import BlobStore, DirectoryBlobStore
from ingest.blobs_s3 import PART_BYTES, S3BlobStore
from ingest.errors import BlobMissing
from ingest.s3_options import S3Options

OPTIONS = {"region": "us-east-1", "access_key": "testing", "secret_key": "testing"}
NOW = timedelta(seconds=-60)
"""Older than a minute from now: every blob."""


@pytest.fixture(scope="module")
def s3_url() -> Generator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["directory", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    if request.param == "directory":
        return open_blobs(str(tmp_path / "blobs"))
    url = request.getfixturevalue("s3_url")
    bucket = f"bucket-{uuid4().hex}"
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    client.create_bucket(Bucket=bucket)
    return open_blobs(f"s3://{bucket}/uploads", S3Options(endpoint_url=url, **OPTIONS))


async def put(blobs: BlobStore, *pieces: bytes, cut: bool = False) -> str:
    async with blobs.create() as writer:
        for piece in pieces:
            await writer.write(piece)
        if cut:
            raise ConnectionResetError
        return (await writer.finish()).key


async def content(blobs: BlobStore, key: str) -> bytes:
    return b"".join([piece async for piece in blobs.open(key)])


@pytest.mark.parametrize(
    "pieces", [(b"",), (b"one", b"two"), (b"x" * PART_BYTES, b"y" * 7_000_000)]
)
async def test_a_blob_comes_back_as_it_was_written(
    blobs: BlobStore, pieces: tuple[bytes, ...]
) -> None:
    whole = b"".join(pieces)
    async with blobs.create() as writer:
        for piece in pieces:
            await writer.write(piece)
        stored = await writer.finish()
    assert (stored.size, stored.sha256) == (len(whole), hashlib.sha256(whole).hexdigest())
    assert await content(blobs, stored.key) == whole
    async with blobs.local(stored.key) as path:
        assert path.read_bytes() == whole


async def test_a_blob_that_was_not_finished_is_not_there(blobs: BlobStore) -> None:
    with pytest.raises(ConnectionResetError):
        await put(blobs, b"x" * (PART_BYTES + 1), cut=True)
    assert await blobs.keys(older_than=NOW) == []


async def test_a_deleted_blob_is_missing_and_deleting_it_again_is_no_error(
    blobs: BlobStore,
) -> None:
    key = await put(blobs, b"x")
    await blobs.delete(key)
    await blobs.delete(key)
    with pytest.raises(BlobMissing):
        await content(blobs, key)
    with pytest.raises(BlobMissing):
        async with blobs.local(key):
            pass


async def test_keys_name_blobs_of_an_age(blobs: BlobStore) -> None:
    keys = sorted([await put(blobs, b"a"), await put(blobs, b"b")])
    assert await blobs.keys(older_than=NOW) == keys
    assert await blobs.keys(older_than=timedelta(hours=1)) == []


async def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    blobs = DirectoryBlobStore(tmp_path / "blobs")
    key = await put(blobs, b"x")
    assert blobs.path(key).stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "blobs").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("key", ["../../etc/passwd", "", "name.pdf"])
async def test_a_key_that_the_store_did_not_give_reaches_no_file(tmp_path: Path, key: str) -> None:
    with pytest.raises(BlobMissing):
        await content(DirectoryBlobStore(tmp_path / "blobs"), key)


async def test_half_written_files_of_a_crash_are_cleared_and_not_by_a_look(tmp_path: Path) -> None:
    blobs = DirectoryBlobStore(tmp_path / "blobs")
    async with blobs.create() as writer:
        await writer.write(b"x" * 2_000_000)
        (partial,) = (tmp_path / "blobs" / "partial").iterdir()
        assert await blobs.keys(older_than=NOW) == []
        assert partial.exists()
        await blobs.tidy(older_than=NOW)
        assert not partial.exists()


async def test_parts_of_an_upload_that_broke_off_are_aborted(s3_url: str) -> None:
    store = S3BlobStore("parts", "", S3Options(endpoint_url=s3_url, **OPTIONS))
    store._client.create_bucket(Bucket="parts")
    with pytest.raises(ConnectionResetError):
        await put(store, b"x" * (PART_BYTES + 1), cut=True)
    assert "Uploads" not in store._client.list_multipart_uploads(Bucket="parts")


@pytest.mark.parametrize("url", ["ftp://host/x", "s3://"])
def test_a_url_of_no_store_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="blob store"):
        open_blobs(url)


async def test_a_store_that_is_away_is_told_from_a_blob_that_is_gone(
    unused_tcp_port: int,
) -> None:
    options = S3Options(endpoint_url=f"http://127.0.0.1:{unused_tcp_port}", **OPTIONS)
    store = S3BlobStore("bucket", "", options)
    store._client = boto3.client(
        "s3",
        endpoint_url=options.endpoint_url,
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        config=Config(retries={"max_attempts": 0}),
    )
    with pytest.raises(ConnectionError):
        await content(store, uuid4().hex)
