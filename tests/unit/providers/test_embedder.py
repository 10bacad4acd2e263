import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Barrier, Event, get_native_id

import numpy as np
import pytest

from providers.contract import Vectors
from providers.errors import EmbedderFailed
from providers.local.cores import cores
from providers.local.embedder import LocalEmbedder
from providers.local.queue import BATCH, PASSAGE, QUERY, Embed, LazyModel, ModelQueue
from providers.local.tokenizer import ModelTokenCounter


def _ones(texts: Sequence[str]) -> Vectors:
    return np.array([[float(len(text)), 1.0] for text in texts], dtype=np.float32)


async def test_vectors_have_unit_length_and_keep_the_order_given(embedder: LocalEmbedder):
    texts = ["cash", "the tenant pays the rent " * 30, "profit rose in the second quarter"] * 5
    vectors = await embedder.embed_passages(texts)
    assert vectors.shape == (15, embedder.dimensions)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    alone = await embedder.embed_passages([texts[2]])
    assert float(vectors[2] @ alone[0]) > 0.999
    assert float(vectors[1] @ alone[0]) < 0.9


async def test_a_question_is_closest_to_its_answer(embedder: LocalEmbedder):
    passages = ["The rent is due on the first of each month.", "Mitochondria make ATP."]
    question = await embedder.embed_query("When must I pay my rent?")
    vectors = await embedder.embed_passages(passages)
    assert question.shape == (1, 384)
    assert (vectors @ question[0]).argmax() == 0


async def test_no_texts_give_no_rows(embedder: LocalEmbedder):
    assert (await embedder.embed_passages([])).shape == (0, embedder.dimensions)


def test_the_bundled_model_runs_converted_and_agrees_with_torch(embedder: LocalEmbedder):
    assert embedder._manifest.runtime == "openvino"
    assert embedder._manifest.cosine > 0.999
    assert embedder.max_tokens == 256


def test_tokens_are_counted_with_the_special_ones_and_beyond_the_window(
    token_counter: ModelTokenCounter,
):
    assert token_counter.count(["", "hello", "hello " * 1000]) == [2, 3, 1002]


async def test_a_question_goes_before_waiting_passages_and_after_at_most_one_slice():
    calls: list[str] = []
    release, started = Event(), Event()

    def embed(texts: Sequence[str]) -> Vectors:
        calls.append(texts[0])
        started.set()
        release.wait(10)
        return _ones(texts)

    queue = ModelQueue(embed, dimensions=2)
    jobs = [
        asyncio.create_task(queue.run([f"long {n}"] * BATCH * 4, priority=PASSAGE))
        for n in range(2)
    ]
    await asyncio.to_thread(started.wait, 10)
    question = asyncio.create_task(queue.run(["question"], priority=QUERY))
    await asyncio.sleep(0)
    release.set()
    await asyncio.gather(*jobs, question)
    queue.close()
    assert calls.index("question") == 1
    assert len(calls) == 9


async def test_long_texts_go_in_smaller_slices_so_that_a_question_waits_less():
    sizes: list[int] = []

    def embed(texts: Sequence[str]) -> Vectors:
        sizes.append(len(texts))
        return _ones(texts)

    queue = ModelQueue(embed, dimensions=2)
    texts = ["x" * 10_000, *["y" * 1000] * 9, *["z"] * 9]
    vectors = await queue.run(texts, priority=PASSAGE)
    queue.close()
    assert sizes == [1, 4, 4, 4, 6]
    assert vectors[:, 0].tolist() == [float(len(text)) for text in texts]


async def test_passage_jobs_take_turns_so_that_a_short_one_is_not_held_up():
    calls: list[str] = []
    release, started = Event(), Event()

    def embed(texts: Sequence[str]) -> Vectors:
        calls.append(texts[0])
        started.set()
        release.wait(10)
        return _ones(texts)

    queue = ModelQueue(embed, dimensions=2)
    long = asyncio.create_task(queue.run(["long"] * BATCH * 20, priority=PASSAGE))
    await asyncio.to_thread(started.wait, 10)
    short = asyncio.create_task(queue.run(["short"], priority=PASSAGE))
    await asyncio.sleep(0)
    release.set()
    await asyncio.gather(long, short)
    queue.close()
    assert calls.index("short") <= 2


@pytest.mark.parametrize(
    ("vectors", "word"),
    [
        (np.ones((1, 3), dtype=np.float32), "1×3"),
        (np.ones((2, 2), dtype=np.float32), "2×2"),
        (np.array([[np.nan, 1]], dtype=np.float32), "not finite"),
        (np.array([[np.inf, 1]], dtype=np.float32), "not finite"),
    ],
)
async def test_unusable_vectors_are_an_error_and_not_stored(vectors: Vectors, word: str):
    queue = ModelQueue(lambda _: vectors, dimensions=2)
    with pytest.raises(EmbedderFailed, match=word):
        await queue.run(["x"], priority=QUERY)
    queue.close()


async def test_a_model_that_raises_fails_its_caller_and_serves_the_next():
    def embed(texts: Sequence[str]) -> Vectors:
        if texts[0] == "bad":
            raise RuntimeError("out of memory in some kernel")
        return _ones(texts)

    queue = ModelQueue(embed, dimensions=2)
    with pytest.raises(EmbedderFailed, match="the embedding model failed"):
        await queue.run(["bad"], priority=QUERY)
    assert (await queue.run(["good"], priority=QUERY)).shape == (1, 2)
    queue.close()


async def test_a_closed_queue_refuses():
    queue = ModelQueue(_ones, dimensions=2)
    queue.close()
    with pytest.raises(EmbedderFailed, match="shutting down"):
        await queue.run(["x"], priority=QUERY)


async def test_a_question_is_answered_while_passages_are_read(embedder: LocalEmbedder):
    passages = ["The tenant pays the rent on the first of the month. " * 20] * 400
    reading = asyncio.create_task(embedder.embed_passages(passages))
    await asyncio.sleep(0.1)
    for _ in range(3):
        await embedder.embed_query("When is the rent due?")
    assert not reading.done()
    reading.cancel()


async def test_threads_work_side_by_side_on_one_job():
    together = Barrier(2)

    def embed(texts: Sequence[str]) -> Vectors:
        together.wait(10)
        return _ones(texts)

    queue = ModelQueue(embed, dimensions=2, threads=2)
    texts = [str(10**n) for n in range(BATCH * 2)]
    vectors = await queue.run(texts, priority=PASSAGE)
    queue.close()
    assert vectors[:, 0].tolist() == [float(len(text)) for text in texts]


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads are Linux's")
async def test_threads_for_passages_step_back_and_no_others_do():
    seen: list[int] = []

    def embed(texts: Sequence[str]) -> Vectors:
        seen.append(os.getpriority(os.PRIO_PROCESS, get_native_id()))
        return _ones(texts)

    before = os.getpriority(os.PRIO_PROCESS, get_native_id())
    for niceness in (0, min(before + 3, 19)):
        queue = ModelQueue(embed, dimensions=2, niceness=niceness)
        await queue.run(["x"], priority=PASSAGE)
        queue.close()
    assert seen == [before, min(before + 3, 19)]
    assert os.getpriority(os.PRIO_PROCESS, get_native_id()) == before


async def test_a_model_that_nobody_needs_is_let_go_and_opened_again():
    opened: list[int] = []
    rested = Event()

    def open_model() -> Embed:
        opened.append(1)
        return _ones

    model = LazyModel(open_model)

    def let_go() -> None:
        model.close()
        rested.set()

    queue = ModelQueue(model, dimensions=2, threads=2, rest=0.01, rested=let_go)
    assert not opened
    await queue.run(["x"] * BATCH * 4, priority=PASSAGE)
    assert len(opened) == 1
    assert await asyncio.to_thread(rested.wait, 10)
    assert (await queue.run(["x"], priority=PASSAGE)).shape == (1, 2)
    queue.close()
    assert len(opened) == 2


async def test_a_model_that_cannot_be_opened_fails_its_caller():
    def open_model() -> Embed:
        raise RuntimeError("no such file")

    queue = ModelQueue(LazyModel(open_model), dimensions=2)
    with pytest.raises(EmbedderFailed, match="the embedding model failed"):
        await queue.run(["x"], priority=PASSAGE)
    queue.close()


@pytest.mark.parametrize(
    ("quota", "found"),
    [("max 100000", None), ("50000 100000", 1), ("100000 100000", 1), ("nonsense", None)],
)
def test_cores_are_those_that_a_container_gets(tmp_path: Path, quota: str, found: int | None):
    file = tmp_path / "cpu.max"
    file.write_text(quota + "\n")
    assert cores(file) == (found or cores(tmp_path / "none"))
    assert 1 <= cores(tmp_path / "none") <= (os.cpu_count() or 1)
