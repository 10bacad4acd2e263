"""How fast documents are read, as a share of what the embedding model alone could do.

Run from the checkout's root: python -m benchmarks.ingest [rounds]

Each round uploads five long texts, then eight quarterly reports (PDF), over HTTP into a running
server and waits until all can be asked about. After each, the model alone, in this process and
without queue or socket, reads the same chunks, sorted by length, in the way that was fastest: all
cores at one batch or a batch a core, of so many chunks. A round's share is of the mean of its
neighbours. Processor seconds say the same where other programs run: the model's alone over all that
the product spent.
"""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from time import perf_counter, process_time

import httpx

from benchmarks.product import Product, new_project, read_by_all, running, samples, upload
from ingest.chunking import embedded_text
from providers.contract import Vectors
from providers.local.cores import cores
from providers.local.embedder import load_runtime
from providers.local.export import prepare
from providers.local.manifest import Manifest

ROUNDS = 3
BATCHES = (4, 8, 16)
TRIED = 96  # Chunks on which the batch sizes are compared.

Embed = Callable[[Sequence[str]], Vectors]


@dataclass(frozen=True)
class Reading:
    """What one upload gave.

    Attributes:
        seconds: From the upload to the last document ready.
        busy: Processor seconds, by part of the product.
    """

    seconds: float
    pages: int
    texts: Sequence[str]
    busy: Counter[str]

    @property
    def rate(self) -> float:
        """Chunks a second."""
        return len(self.texts) / self.seconds


def read(product: Product, client: httpx.Client, files: Sequence[Path]) -> Reading:
    """Upload files into a project of their own and wait."""
    project = new_project(client)
    before = product.processor_seconds()
    began = perf_counter()
    upload(client, project, files)
    documents = read_by_all(client, project)
    seconds = perf_counter() - began
    busy = product.processor_seconds()
    busy.subtract(before)
    pages = sum(int(str(document["pageCount"])) for document in documents)
    texts = [text for document in documents for text in chunks(client, str(document["id"]))]
    return Reading(seconds, pages, texts, busy)


def chunks(client: httpx.Client, document: str) -> list[str]:
    """What the model read of a document."""
    found: list[str] = []
    cursor: str | None = "0"
    while cursor is not None:
        answer = client.get(
            f"/documents/{document}/chunks", params={"cursor": cursor, "limit": 200}
        )
        body = answer.raise_for_status().json()
        found += [embedded_text(chunk["heading"], chunk["text"]) for chunk in body["chunks"]]
        cursor = body["nextCursor"]
    return found


@dataclass(frozen=True)
class Alone:
    """The model by itself: chunks a second, and processor seconds."""

    rate: float
    busy: float


@dataclass(frozen=True)
class Way:
    """How the model alone is called: `threads` batches at once, of `batch` chunks each."""

    embed: Embed
    threads: int
    batch: int

    def __str__(self) -> str:
        return f"{self.threads} at once, by {self.batch}"


def alone(way: Way, texts: Sequence[str]) -> Alone:
    """Have the model read all chunks."""
    in_order = sorted(texts, key=len, reverse=True)
    batches = [in_order[at : at + way.batch] for at in range(0, len(in_order), way.batch)]
    began, spent = perf_counter(), process_time()
    with ThreadPoolExecutor(way.threads) as pool:
        for _ in pool.map(way.embed, batches):
            pass
    return Alone(len(in_order) / (perf_counter() - began), process_time() - spent)


def best_way(ways: Sequence[Way], texts: Sequence[str]) -> Way:
    """The way in which the model is fastest: spends least, which other programs do not change."""
    some = texts[:: max(1, len(texts) // TRIED)]
    for way in ways:
        alone(way, some[: way.batch * way.threads])
    spent = {way: min(alone(way, some).busy for _ in range(2)) for way in ways}
    told = "; ".join(f"{way}: {len(some) / busy:.0f}" for way, busy in spent.items())
    print(f"model alone, chunks a processor second: {told}", flush=True)
    return min(spent, key=spent.__getitem__)


def compare(
    product: Product, client: httpx.Client, ways: Sequence[Way], files: Sequence[Path], rounds: int
) -> str:
    """Measure one kind of file; cells of its row."""
    readings = [read(product, client, files)]
    way = best_way(ways, readings[0].texts)
    model = [alone(way, readings[0].texts)]
    for _ in range(rounds - 1):
        readings.append(read(product, client, files))
        model.append(alone(way, readings[-1].texts))
    shares: list[float] = []
    for at, reading in enumerate(readings):
        around = mean(one.rate for one in model[max(0, at - 1) : at + 1])
        shares.append(reading.rate / around)
        spent = ", ".join(f"{part} {busy:.1f}" for part, busy in reading.busy.most_common())
        print(
            f"{reading.rate:.1f} chunks/s in {reading.seconds:.1f} s, {shares[-1]:.2f} of the "
            f"model's {around:.1f}; processor seconds: {spent}, model alone {model[at].busy:.1f}",
            flush=True,
        )
    pages = median(one.pages / one.seconds for one in readings)
    rate = median(one.rate for one in readings)
    busy = sum(one.busy for one in model) / sum(one.busy.total() for one in readings)
    return (
        f"{readings[0].pages} | {len(readings[0].texts)} | {pages:.1f} | {rate:.1f} | "
        f"{median(one.rate for one in model):.1f} | "
        f"{median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f}) | {busy:.2f}"
    )


def main() -> None:
    """Print a table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    kinds = {
        "long texts": sorted(samples("chunking").glob("*.md")),
        "reports (PDF)": sorted(samples("sec-10q").glob("*.pdf")),
    }
    rows: list[str] = []
    with running() as product, product.signed_in() as client:
        folder = prepare(None, product.folder / "models")
        manifest, many = Manifest.read(folder), cores()
        whole = load_runtime(folder, manifest)
        parted = load_runtime(folder, manifest, streams=many, threads=many)
        ways = [Way(whole, 1, batch) for batch in BATCHES]
        ways += [Way(parted, many, batch) for batch in BATCHES]
        for kind, files in kinds.items():
            print(f"{kind}:")
            rows.append(f"| {kind} | {compare(product, client, ways, files, rounds)} |")
    print("\n| files | pages | chunks | pages/s | chunks/s | model alone | share | of processor |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
