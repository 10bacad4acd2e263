import asyncio
from collections.abc import Sequence
from threading import Event

import numpy as np
import pytest

from providers.contract import Vectors
from providers.errors import EmbedderFailed
from providers.local.embedder import LocalEmbedder
from providers.local.queue import BATCH, PASSAGE, QUERY, ModelQueue
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
