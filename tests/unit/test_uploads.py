"""Files come out of a multipart body whole, however the network cuts it."""

from collections.abc import AsyncGenerator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.uploads import UploadForm
from app.errors import InvalidRequest

TYPE = "multipart/form-data; boundary=frontier"
BODY = (
    b"--frontier\r\n"
    b'Content-Disposition: form-data; name="files"; filename="a.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\n"
    b"first\r\n--front\r\n"
    b"\r\n--frontier\r\n"
    b'Content-Disposition: form-data; name="note"\r\n\r\n'
    b"no file\r\n"
    b"--frontier\r\n"
    b'Content-Disposition: form-data; name="files"; filename="..\\\\up/b \xc3\xa9.md"\r\n\r\n'
    b"# second"
    b"\r\n--frontier--\r\n"
)
FILES = [("a.txt", b"first\r\n--front\r\n"), ("b é.md", b"# second")]


async def pieces(body: bytes, size: int) -> AsyncGenerator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


async def read(upload: UploadForm) -> list[tuple[str, bytes]]:
    return [
        (file.name, b"".join([part async for part in file.body])) async for file in upload.files()
    ]


@given(size=st.integers(1, len(BODY)))
async def test_any_cut_gives_the_same_files_and_fingerprint(size: int) -> None:
    upload = UploadForm(pieces(BODY, size), TYPE)
    assert await read(upload) == FILES
    whole = UploadForm(pieces(BODY, len(BODY)), TYPE)
    await read(whole)
    assert upload.fingerprint == whole.fingerprint


async def test_a_file_that_is_not_read_does_not_lose_the_next() -> None:
    upload = UploadForm(pieces(BODY, 7), TYPE)
    assert [file.name async for file in upload.files()] == ["a.txt", "b é.md"]


@pytest.mark.parametrize("cut", [10, 60, 150, len(BODY) - 12])
async def test_a_body_that_breaks_off_is_refused(cut: int) -> None:
    with pytest.raises(InvalidRequest):
        await read(UploadForm(pieces(BODY[:cut], 16), TYPE))


@pytest.mark.parametrize("kind", ["", "application/json", "multipart/form-data"])
def test_another_kind_of_body_is_refused(kind: str) -> None:
    with pytest.raises(InvalidRequest):
        UploadForm(pieces(b"", 1), kind)
