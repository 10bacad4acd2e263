"""Streams cut at random, read by packages of JavaScript."""

import json
import random
import subprocess
from base64 import b64encode
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from tests.clients.npm import CLIENTS, NODE


def read_in_node(reader: str, streams: Sequence[bytes]) -> list[list[Any]]:
    """What a reader of `splits.mjs` makes of each stream, in one process of Node.

    The first two are cut at every byte, the others at up to thirty places.
    """
    draw = random.Random(7)  # noqa: S311 - the same splits in every run
    cut: list[list[str]] = []
    for at, raw in enumerate(streams):
        some = [draw.randint(0, len(raw)) for _ in range(draw.randint(0, 30))]
        edges = sorted({0, len(raw), *(range(len(raw)) if at < 2 else some)})
        cut.append([b64encode(raw[start:end]).decode() for start, end in pairwise(edges)])
    ran = subprocess.run(
        [NODE, "splits.mjs"],
        cwd=CLIENTS,
        input=json.dumps({"reader": reader, "streams": cut}),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(ran.stdout)
