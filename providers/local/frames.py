"""How the models process and its clients talk: `length (4) | header length (4) | header | floats`.

Lengths are big-endian and count bytes. The header is msgpack; vectors follow as raw float32.
"""

import asyncio
import struct
from typing import Final, Literal

import msgspec
import numpy as np

from providers.contract import Vectors

LARGEST: Final = 64 * 1024 * 1024
"""Bytes of a frame; 4,000 chunks of 2,000 characters take 8 MB."""
_LENGTHS: Final = struct.Struct(">II")


class FrameRefused(Exception):
    """The other side does not speak this protocol, or says too much at once."""


class Hello(msgspec.Struct, frozen=True, tag=True):
    """The server's first word: the model that it serves; of no dimensions where there is none."""

    name: str
    dimensions: int
    max_tokens: int


class Want(msgspec.Struct, frozen=True, tag=True):
    """Another model than the greeting's, by folder or name; None for the bundled one.

    With prompts as `providers.prompts.Prompts` has them.

    Answered by a `Hello` of its own, or by a `Reply` that says why not.
    """

    model: str | None
    query_prompt: str | None = None
    passage_prompt: str | None = None


class Ask(msgspec.Struct, frozen=True, tag=True):
    """Texts to embed; `number` is chosen by the client and comes back."""

    number: int
    kind: Literal["query", "passage"]
    texts: list[str]


class Forget(msgspec.Struct, frozen=True, tag=True):
    """The client waits for this number no more."""

    number: int


class Reply(msgspec.Struct, frozen=True, tag=True):
    """Vectors of shape (rows, columns) follow, unless `error` says why not."""

    number: int
    rows: int = 0
    columns: int = 0
    error: str | None = None


Header = Hello | Want | Ask | Forget | Reply
_decode = msgspec.msgpack.Decoder(Header).decode


def encode(header: Header, vectors: Vectors | None = None) -> bytes:
    """Make a frame."""
    head = msgspec.msgpack.encode(header)
    body = b"" if vectors is None else np.ascontiguousarray(vectors, dtype="<f4").tobytes()
    return _LENGTHS.pack(4 + len(head) + len(body), len(head)) + head + body


async def receive(reader: asyncio.StreamReader, *, largest: int = LARGEST) -> tuple[Header, bytes]:
    """Read a frame: its header and the bytes behind it.

    Raises:
        FrameRefused: Too large, or no frame at all.
        asyncio.IncompleteReadError: The connection ended.
    """
    length, head = _LENGTHS.unpack(await reader.readexactly(_LENGTHS.size))
    if length > largest or head + 4 > length:
        raise FrameRefused
    content = await reader.readexactly(length - 4)
    try:
        return _decode(content[:head]), content[head:]
    except msgspec.DecodeError as error:
        raise FrameRefused from error


def vectors_of(reply: Reply, body: bytes) -> Vectors:
    """Give the vectors of a reply.

    Raises:
        FrameRefused: The bytes do not match the shape.
    """
    if len(body) != reply.rows * reply.columns * 4:
        raise FrameRefused
    vectors = np.frombuffer(body, dtype="<f4").reshape(reply.rows, reply.columns)
    return vectors.astype(np.float32)
