import numpy as np

from ingest.corpus.half_vector import ShortHalfVector


def test_every_number_is_told_from_its_neighbours() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    numbers = every[np.isfinite(every)]
    text = ShortHalfVector(numbers.astype(np.float32)).to_text()
    # The database reads single precision and rounds to half.
    read = np.array(text[1:-1].split(","), dtype=np.float32).astype(np.float16)
    assert (read.view(np.uint16) == numbers.view(np.uint16)).all()


def test_the_text_is_short() -> None:
    vector = np.random.default_rng(1).normal(size=384).astype(np.float32)
    assert len(ShortHalfVector(vector).to_text()) < 384 * 10
