"""What hostile files cost: themselves, and the people who chat meanwhile.

Run from the checkout's root: python -m benchmarks.hostile [files | chat] [every n-th file]

`files` reads every generated file through the sandbox under the product's own limits. `chat` asks
questions in one project of a running server, one after the other: with nothing else going on, while
the files are uploaded to another project and read, and once more when that is over. Which files
are still being embedded when all have been read is told; long texts take minutes.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median
from threading import Event, Thread
from time import perf_counter, sleep

import httpx
import numpy as np

from benchmarks.product import answered_by, new_project, project_about_rent, running
from benchmarks.upstream import upstream
from ingest.sandbox import SandboxLimits
from tests.hostile.files.everything import everything
from tests.hostile.reading import Hostile, Outcome, read_all

QUIET = 150
"""Questions asked with nothing else going on."""
AT_ONCE = 8
"""Files in one upload."""
LONGEST_S = 900.0
"""Until what has not been read is told and left."""
UNREAD = {"queued", "parsing"}
"""States of documents whose file has not been read."""
QUESTION = "When is the rent due?"


async def files_alone(files: Sequence[Hostile]) -> None:
    """Read all files in two children; print a row a class."""

    def tell(outcome: Outcome) -> None:
        print(
            f"{outcome.code:18} {outcome.seconds:6.2f} s {outcome.peak_bytes / 2**20:5.0f} MB  "
            f"{outcome.name}",
            flush=True,
        )

    with tempfile.TemporaryDirectory() as folder:
        outcomes = await read_all(files, Path(folder), SandboxLimits(), told=tell)
    print("\n| class | files | ended as | slowest s | most MB |\n|---|---:|---|---:|---:|")
    kinds = dict.fromkeys(outcome.name.split(":")[0] for outcome in outcomes)
    for kind in kinds:
        print(_row(kind, [one for one in outcomes if one.name.startswith(f"{kind}:")]))
    print(_row("all", outcomes))


def _row(kind: str, outcomes: Sequence[Outcome]) -> str:
    codes = Counter(outcome.code for outcome in outcomes).most_common()
    told = ", ".join(f"{count} {code}" for code, count in codes)
    slowest = max(outcome.seconds for outcome in outcomes)
    most = max(outcome.peak_bytes for outcome in outcomes) / 2**20
    return f"| {kind} | {len(outcomes)} | {told} | {slowest:.1f} | {most:.0f} |"


def ask(client: httpx.Client, project: str) -> float:
    """Milliseconds from a question to the end of its answer."""
    began = perf_counter()
    body = {"message": QUESTION, "modelId": "upstream/short"}
    with client.stream("POST", f"/chat/projects/{project}", json=body) as answer:
        answer.raise_for_status()
        said = b"".join(answer.iter_raw())
    assert b"event: done" in said
    return 1e3 * (perf_counter() - began)


def asked(client: httpx.Client, project: str, until: Iterable[object]) -> list[float]:
    """Ask a question for each."""
    return [ask(client, project) for _ in until]


def send(client: httpx.Client, project: str, files: Sequence[Hostile], codes: Counter[str]) -> None:
    """Upload files, a few at a time."""
    for start in range(0, len(files), AT_ONCE):
        some = files[start : start + AT_ONCE]
        parts = [("files", (hostile.name.replace("/", "-"), hostile.make())) for hostile in some]
        answer = client.post(f"/documents/projects/{project}", files=parts)
        if answer.is_error:
            codes.update([answer.json()["error"]["code"]])
            continue
        for document in answer.json()["documents"]:
            if document.get("error"):
                codes.update([document["error"]["code"]])


def states(client: httpx.Client, project: str) -> Counter[str]:
    """How many documents are in which state, the failed by their code."""
    found: Counter[str] = Counter()
    cursor: str | None = None
    while True:
        query = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        body = client.get(f"/documents/projects/{project}", params=query).raise_for_status().json()
        for document in body["documents"]:
            error = document.get("error")
            found[error["code"] if document["status"] == "failed" else document["status"]] += 1
        cursor = body.get("nextCursor")
        if cursor is None:
            return found


class Attack(Thread):
    """Uploads hostile files and waits until all have been read.

    Attributes:
        refused: Codes of those that were not taken in.
        over: Set when all have been read, or the time is over.
    """

    def __init__(
        self, port: int, client: httpx.Client, project: str, files: Sequence[Hostile]
    ) -> None:
        super().__init__()
        self._address = f"http://127.0.0.1:{port}"
        self._headers = client.headers
        self._project = project
        self._files = files
        self.refused: Counter[str] = Counter()
        self.over = Event()

    def run(self) -> None:
        """Attack."""
        try:
            with httpx.Client(base_url=self._address, headers=self._headers, timeout=300) as client:
                send(client, self._project, self._files, self.refused)
                left = perf_counter() + LONGEST_S
                while perf_counter() < left and UNREAD & states(client, self._project).keys():
                    sleep(0.5)
        finally:
            self.over.set()


def chat(files: Sequence[Hostile]) -> None:
    """Ask while nothing goes on, while hostile files are read, and afterwards."""
    with running() as product, product.signed_in() as client, upstream() as port:
        answered_by(client, port, ["short"])
        # The session's own token runs out before the files are read.
        token = client.post("/tokens", json={"name": "Measured"}).raise_for_status().json()
        client.headers["Authorization"] = f"Bearer {token['secret']}"
        own, foreign = project_about_rent(client), new_project(client)
        asked(client, own, range(20))
        before = asked(client, own, range(QUIET))
        attack = Attack(product.port, client, foreign, files)
        began = perf_counter()
        attack.start()
        during: list[float] = []
        while not attack.over.is_set():
            during.append(ask(client, own))
        attack.join()
        print(f"{len(files)} files, all read after {perf_counter() - began:.0f} s")
        print(f"refused: {dict(attack.refused)}; taken in: {dict(states(client, foreign))}")
        client.delete(f"/projects/{foreign}").raise_for_status()
        sleep(5)
        after = asked(client, own, range(QUIET))
    print("\n| | questions | p50 ms | p95 ms |\n|---|---:|---:|---:|")
    for name, taken in {"before": before, "while they are read": during, "after": after}.items():
        print(f"| {name} | {len(taken)} | {median(taken):.1f} | {np.percentile(taken, 95):.1f} |")
    ratio = np.percentile(during, 95) / np.percentile([*before, *after], 95)
    print(f"\np95 while they are read: {ratio:.2f} times the quiet one")


def main() -> None:
    """Measure what is asked for."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else ""
    files = list(everything())[:: int(sys.argv[2]) if len(sys.argv) > 2 else 1]
    if wanted != "chat":
        asyncio.run(files_alone(files))
    if wanted != "files":
        chat(files)


if __name__ == "__main__":
    main()
