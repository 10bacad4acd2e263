"""How fast passages are embedded, beside `encode` of sentence-transformers in 32 bits.

Run from the checkout's root: python -m benchmarks.embedding [files]

Every setting reads the same chunks of the sample texts (all, or those named: finance,pubmed),
sorted by length, a part in turn with the others, so that what else runs on the machine meets all
alike. Processor seconds are the better figure where it does. Recall: of how many questions a chunk
with words of the answer is among the ten nearest; beside it, how many of the ten that are nearest
by the original are so by ours.
"""

import csv
import json
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir
from time import perf_counter, process_time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from benchmarks.product import samples
from ingest.chunking import Chunker
from ingest.parsers import markdown
from providers.contract import Vectors
from providers.local.cores import cores
from providers.local.embedder import load_runtime
from providers.local.export import prepare
from providers.local.manifest import Manifest
from providers.local.tokenizer import ModelTokenCounter

MODELS = Path(gettempdir()) / "lumen-test-models"
BATCHES = (8, 32)
PARTS = 6  # Of the chunks; each is read by every setting in turn.
WARM = 16  # Chunks read before the clock starts.
NEAREST = 10

Embed = Callable[[Sequence[str]], Vectors]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Question:
    """What is asked of the texts.

    Attributes:
        holding: Places of the chunks with words of the answer.
    """

    text: str
    holding: set[int]


@dataclass
class Setting:
    """One way of embedding, and what it took.

    Attributes:
        embed: Reads texts that are sorted by length, the longest first.
        seconds: In all.
        busy: Processor seconds in all.
        parts: Vectors, by part.
    """

    name: str
    embed: Embed
    seconds: float = 0.0
    busy: float = 0.0
    parts: list[Vectors] = field(default_factory=list)

    def read(self, texts: Sequence[str]) -> None:
        """Embed a part."""
        began, spent = perf_counter(), process_time()
        self.parts.append(self.embed(texts))
        self.seconds += perf_counter() - began
        self.busy += process_time() - spent

    def passages(self) -> Vectors:
        """All vectors, in the order of the texts."""
        rows = np.empty((sum(map(len, self.parts)), self.parts[0].shape[1]), dtype=np.float32)
        for part, vectors in enumerate(self.parts):
            rows[part :: len(self.parts)] = vectors
        return rows

    def found(self, asked: Sequence[Question]) -> tuple[float, Places]:
        """Share of questions with a chunk of the answer among the nearest; those nearest."""
        questions = self.embed([one.text for one in asked])
        nearest = np.argsort(-(questions @ self.passages().T), axis=1)[:, :NEAREST]
        rows = zip(asked, nearest.tolist(), strict=True)
        return float(np.mean([bool(one.holding & set(row)) for one, row in rows])), nearest


def by_threads(embed: Embed, threads: int, batch: int) -> Embed:
    """Read in batches, some side by side."""
    pool = ThreadPoolExecutor(threads)

    def read(texts: Sequence[str]) -> Vectors:
        batches = [texts[start : start + batch] for start in range(0, len(texts), batch)]
        return np.concatenate(list(pool.map(embed, batches)))

    return read


def original(source: Path) -> Embed:
    """`encode` in 32 bits on torch, at its default batch of 32."""
    model: Any = SentenceTransformer(str(source), device="cpu", local_files_only=True)
    return lambda texts: np.asarray(
        model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
    )


def read_texts(chunker: Chunker, names: Sequence[str]) -> tuple[list[str], list[Question]]:
    """What is embedded of the sample texts, the longest first, and what is asked about it."""
    embedded: list[str] = []
    asked: list[Question] = []
    rows = list(csv.DictReader((samples("chunking") / "questions.csv").open(newline="")))
    for path in sorted(samples("chunking").glob("*.md")):
        if names and path.stem not in names:
            continue
        document = markdown.parse(path)
        chunks = chunker.chunk(document)
        for row in rows:
            if row["corpus_id"] == path.stem:
                answers = [one["content"] for one in json.loads(row["references"])]
                places = [(document.text.find(words), len(words)) for words in answers]
                holding = {
                    len(embedded) + chunk.ordinal
                    for chunk in chunks
                    for start, length in places
                    if start >= 0 and chunk.start < start + length and start < chunk.end
                }
                asked.append(Question(row["question"], holding))
        embedded += [chunk.embedded for chunk in chunks]
    order = sorted(range(len(embedded)), key=lambda place: -len(embedded[place]))
    sorted_place = {place: rank for rank, place in enumerate(order)}
    asked = [
        Question(one.text, {sorted_place[place] for place in one.holding})
        for one in asked
        if one.holding
    ]
    return [embedded[place] for place in order], asked


def main() -> None:
    """Print a table."""
    prepared = prepare(None, MODELS)
    manifest = Manifest.read(prepared)
    counter = ModelTokenCounter(prepared)
    names = sys.argv[1].split(",") if len(sys.argv) > 1 else []
    texts, asked = read_texts(Chunker(counter, window=manifest.max_tokens), names)
    tokens = sum(counter.count(texts))
    print(f"{len(texts)} chunks, {tokens} tokens, {len(asked)} questions", flush=True)
    many = cores()
    whole = load_runtime(prepared, manifest)
    parted = load_runtime(prepared, manifest, streams=many, threads=many)
    settings = [
        Setting("original, 32 bits, by 32", original(Path(manifest.source))),
        *(Setting(f"ours, one call, by {n}", by_threads(whole, 1, n)) for n in BATCHES),
        *(Setting(f"ours, a call a core, by {n}", by_threads(parted, many, n)) for n in BATCHES),
    ]
    for setting in settings:
        setting.embed(texts[:: len(texts) // WARM])
    for part in range(PARTS):
        for setting in settings:
            setting.read(texts[part::PARTS])
    report(settings, asked, tokens)


def report(settings: Sequence[Setting], asked: Sequence[Question], tokens: int) -> None:
    """Compare every setting with the first."""
    first = settings[0]
    _, wanted = first.found(asked)
    print("| setting | tokens/s | times | tokens a processor second | times | ", end="")
    print(f"least cosine | recall@{NEAREST} | of the original's nearest |\n|---|" + "---:|" * 7)
    for one in settings:
        cosine = (one.passages() * first.passages()).sum(axis=1).min()
        recall, nearest = one.found(asked)
        same = np.mean(
            [len(set(a) & set(b)) / NEAREST for a, b in zip(wanted, nearest, strict=True)]
        )
        print(
            f"| {one.name} | {tokens / one.seconds:,.0f} | {first.seconds / one.seconds:.2f} | "
            f"{tokens / one.busy:,.0f} | {first.busy / one.busy:.2f} | {cosine:.5f} | "
            f"{recall:.1%} | {same:.1%} |"
        )


if __name__ == "__main__":
    main()
