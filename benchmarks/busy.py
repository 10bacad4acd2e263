"""How quick a search stays while a large upload is read.

Run from the checkout's root: python -m benchmarks.busy [rounds]

A project with long texts is searched, over HTTP, one question after the other: while nothing else
goes on, then while reports are read into another project, and so on in turns, so that what else
runs on the machine meets both alike. The time of a search holds the embedding of its question; no
question is asked twice. Beside it, how much the reading took of the processor.
"""

import csv
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter, sleep

import httpx

from benchmarks.product import Product, new_project, read_by_all, running, samples, upload

ROUNDS = 3
IDLE = 60  # Searches of a quiet phase.
PAUSE_S = 0.1  # Between two searches: one person's haste, not a test of load.
WARM = 5


@dataclass
class Phase:
    """Searches of one kind.

    Attributes:
        taken: Milliseconds of each.
    """

    taken: list[float] = field(default_factory=list)

    def at(self, share: float) -> float:
        """The time within which that share was answered."""
        return sorted(self.taken)[int(share * (len(self.taken) - 1))]


def questions() -> Iterator[str]:
    """Questions about the long texts, never the same."""
    with (samples("chunking") / "questions.csv").open(newline="") as file:
        asked = [row["question"] for row in csv.DictReader(file)]
    for turn in range(len(asked) * 100):
        yield f"{asked[turn % len(asked)]} {turn // len(asked) or ''}".strip()


def search(client: httpx.Client, project: str, question: str) -> float:
    """Milliseconds of one search."""
    began = perf_counter()
    found = client.get(f"/documents/projects/{project}/search", params={"q": question})
    found.raise_for_status()
    return (perf_counter() - began) * 1000


def quiet(client: httpx.Client, project: str, asked: Iterator[str], phase: Phase) -> None:
    """Search while nothing is read."""
    for _ in range(IDLE):
        phase.taken.append(search(client, project, next(asked)))
        sleep(PAUSE_S)


def busy(
    product: Product, client: httpx.Client, project: str, asked: Iterator[str], phase: Phase
) -> None:
    """Search from the upload of reports to the last one read."""
    other = new_project(client)
    before = product.processor_seconds()
    began = perf_counter()
    upload(client, other, sorted(samples("sec-10q").glob("*.pdf")))
    searches = 0
    while True:
        for _ in range(10):
            phase.taken.append(search(client, project, next(asked)))
            searches += 1
            sleep(PAUSE_S)
        listed = client.get(f"/documents/projects/{other}", params={"limit": 200})
        states = {document["status"] for document in listed.raise_for_status().json()["documents"]}
        if states <= {"ready", "failed"}:
            break
    spent = product.processor_seconds()
    spent.subtract(before)
    told = ", ".join(f"{part} {seconds:.1f}" for part, seconds in spent.most_common())
    print(f"{searches} searches in {perf_counter() - began:.1f} s; processor seconds: {told}")


def main() -> None:
    """Print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    phases = {"idle": Phase(), "while reports are read": Phase()}
    with running() as product, product.signed_in() as client:
        project = new_project(client)
        upload(client, project, sorted(samples("chunking").glob("*.md")))
        read_by_all(client, project)
        asked = questions()
        for _ in range(WARM):
            search(client, project, next(asked))
        for _ in range(rounds):
            quiet(client, project, asked, phases["idle"])
            busy(product, client, project, asked, phases["while reports are read"])
        quiet(client, project, asked, phases["idle"])
    print("\n| searches | count | p50 ms | p95 ms | most ms |\n|---|---:|---:|---:|---:|")
    for name, phase in phases.items():
        print(
            f"| {name} | {len(phase.taken)} | {phase.at(0.5):.1f} | {phase.at(0.95):.1f} | "
            f"{max(phase.taken):.1f} |"
        )
    idle, read = phases.values()
    print(
        f"| times | | {read.at(0.5) / idle.at(0.5):.2f} | {read.at(0.95) / idle.at(0.95):.2f} | |"
    )


if __name__ == "__main__":
    main()
