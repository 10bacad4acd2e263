"""The samples of the how-to, as they stand there, against a real site."""

import asyncio
import re

from tests.architecture.checkout import ROOT
from tests.clients.npm import CLIENTS
from tests.http.chat.bench import Bench

HOW_TO = ROOT / "runbooks" / "how-to" / "use-other-front-ends.md"


async def run_sample(bench: Bench, heading: str, language: str, *command: str) -> str:
    """What the sample below this heading prints.

    Args:
        bench: Where it is run.
        heading: Of its section.
        language: Of the block.
        command: What runs it; its text follows.
    """
    (section,) = re.findall(
        rf"^## {heading}$(.+?)(?=^## |\Z)", HOW_TO.read_text(), re.MULTILINE | re.DOTALL
    )
    (sample,) = re.findall(rf"^```{language}\n(.+?)^```$", section, re.MULTILINE | re.DOTALL)
    token = bench.ada.headers["authorization"].removeprefix("Bearer ")
    environment = {"SERVER": bench.site.url, "TOKEN": token, "PROJECT": str(bench.project)}
    running = await asyncio.create_subprocess_exec(
        *command,
        sample,
        env=environment,
        cwd=CLIENTS,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await running.communicate()
    assert running.returncode == 0, complained.decode()
    return said.decode()
