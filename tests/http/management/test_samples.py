"""The sample of the how-to, as it stands there, talks to a real site."""

import asyncio
import re
import sys

import pytest

from app.management.commands import HELP, parse
from tests.architecture.checkout import ROOT
from tests.http.management.office import Office

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOW_TO = (ROOT / "runbooks" / "how-to" / "configure-in-a-conversation.md").read_text()


async def test_the_sample_changes_what_it_says(office: Office) -> None:
    (sample,) = re.findall(r"^```python\n(.+?)^```$", HOW_TO, re.MULTILINE | re.DOTALL)
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        sample,
        env={"SERVER": office.bench.site.url, "TOKEN": office.token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        said, complained = await running.communicate()
    assert running.returncode == 0, complained.decode()
    assert "memory then:\n  | The office is closed on Mondays.\n" in said.decode()
    assert said.decode().endswith("1. The office is closed on Mondays.\n")
    assert await office.remembered() == ["The office is closed on Mondays."]


async def test_the_commands_that_the_page_names_are_commands() -> None:
    (named,) = re.findall(r"are not sent to it: (.+)\.$", HOW_TO, re.MULTILINE)
    commands = re.findall(r"`([^`]+)`", named)
    assert len(commands) == 7
    for command in commands:
        assert parse(command.replace("…", "something")) is not None, command
        assert command.split()[0] in HELP
