"""A sound file is not cut short because others have the processor."""

import asyncio
import os

import pytest

from ingest.sandbox_clock import MOST, patience, waited_in_line


async def lasted(seconds: float, waited_share: float) -> float:
    clock = asyncio.get_running_loop().time
    began = clock()
    with pytest.raises(TimeoutError):
        async with patience(seconds, lambda: (clock() - began) * waited_share):
            await asyncio.sleep(60)
    return clock() - began


async def test_whoever_does_not_wait_has_the_time_that_was_given() -> None:
    assert 0.4 <= await lasted(0.4, 0.0) < 0.8


async def test_what_was_waited_in_line_is_given_back() -> None:
    assert await lasted(0.6, 0.5) >= 0.85


async def test_patience_ends() -> None:
    assert await lasted(0.4, 1.0) >= 0.4 * MOST - 0.1


async def test_a_block_that_ends_in_time_is_left_alone() -> None:
    async with patience(5, lambda: 0.0):
        await asyncio.sleep(0.3)


def test_the_system_says_who_waited() -> None:
    assert waited_in_line(os.getpid()) >= 0
    assert waited_in_line(2**22 + 1) == 0
