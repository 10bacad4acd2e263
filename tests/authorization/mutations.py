"""Takes each access predicate out, one by one, and sees that a test fails.

    python -m tests.authorization.mutations [part of a name …] [--jobs 2]

Each one is made in a copy of the tree, where first the tests that should notice run, then, if none
did, the whole matrix and the small tests of access. It prints what caught each, and ends with 1 if
nothing caught one.
"""

import argparse
import asyncio
import re
import shutil
import sys
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from app.db.embedded import EmbeddedPostgres
from tests.authorization.mutated import (
    credentials,
    front_ends,
    handlers,
    inbox,
    management,
    people,
    rules,
    sharing,
    webhooks,
)
from tests.authorization.mutated.mutation import ANYONE_MODULE, MATRIX, Mutation
from tests.fixtures.memory import short_lived

ROOT = Path(__file__).resolve().parents[2]
MUTATIONS = (
    *handlers.MUTATIONS,
    *front_ends.MUTATIONS,
    *people.MUTATIONS,
    *inbox.MUTATIONS,
    *management.MUTATIONS,
    *webhooks.MUTATIONS,
    *rules.MUTATIONS,
    *credentials.MUTATIONS,
    *sharing.MUTATIONS,
)
COPIED = ("app", "ingest", "retrieval", "providers", "tests", "pyproject.toml")
REST = (
    MATRIX,
    "tests/authorization/test_sequences.py",
    "tests/database/test_access_rules.py",
    "tests/database/test_accounts.py",
    "tests/database/retrieval",
    "tests/http/people",
    "tests/http/test_grants.py",
    "tests/http/test_access_lost.py",
    "tests/http/chat/test_sharing.py",
    "tests/http/chat/test_sharing_guests.py",
    "tests/http/chat/test_sharing_ends.py",
)
RUN = "mutations"
LONGEST_S = 900
_ENV = shutil.which("env") or "env"
# Only what these tests need: a plugin more is a second more, each time.
_PLUGINS = ("pytest_asyncio.plugin", "pytest_timeout", "pytest_socket", "xdist.plugin")


class BrokenMutation(Exception):
    """The code does not run any more: that says nothing about a check."""


@dataclass(frozen=True)
class Outcome:
    """What became of one.

    Attributes:
        caught_by: A test; None where every one passed.
    """

    mutation: Mutation
    caught_by: str | None


class Tree:
    """A copy of the tree, with one mutation at a time in it.

    Args:
        folder: Where it is made.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("*.pyc"))
            else:
                shutil.copy(source, folder / name)
        (folder / "app" / "access" / "anyone.py").write_text(ANYONE_MODULE)

    async def judge(self, mutation: Mutation) -> Outcome:
        """Mutate, look, and put back."""
        file = self._folder / mutation.file
        before = file.read_text()
        file.write_text(before.replace(mutation.source, mutation.replacement))
        try:
            for hint in mutation.hints:
                if found := await self._failing(hint):
                    return Outcome(mutation, found)
            return Outcome(mutation, await self._failing(*REST))
        except BrokenMutation as broken:
            say(f"{mutation.name} breaks the program:\n{broken}")
            return Outcome(mutation, None)
        finally:
            file.write_text(before)

    async def sound(self) -> str | None:
        """What fails without any mutation: then nothing that is caught would mean a thing."""
        return await self._failing(*REST[1:4])

    async def _failing(self, *tests: str) -> str | None:
        words = [word for test in tests for word in _words(test)]
        plugins = [word for name in _PLUGINS for word in ("-p", name)]
        # A variable besides those that are there already.
        command = [
            _ENV,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1",
            sys.executable,
            "-m",
            "pytest",
            *plugins,
            "-p",
            "no:cacheprovider",
        ]
        options = ["-x", "-q", "-rfE", "--tb=no", "--no-header", f"--testrunuid={RUN}"]
        process = await asyncio.create_subprocess_exec(
            *command,
            *options,
            *words,
            cwd=self._folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(LONGEST_S):
                out, _ = await process.communicate()
        except TimeoutError:
            process.kill()
            await process.wait()
            return f"{tests[0]}: no end"
        return _caught(process.returncode or 0, out.decode())


def _words(test: str) -> list[str]:
    """A test's name, and behind ` -k ` which of a file are meant."""
    name, _, chosen = test.partition(" -k ")
    return [name, "-k", chosen] if chosen else [name]


def _caught(code: int, out: str) -> str | None:
    if code == 0:
        return None
    if code != 1:  # Nothing was run, or it broke before: that is not the same as caught.
        raise BrokenMutation(out)
    found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", out, re.MULTILINE)
    return found[1] if found else out.strip().splitlines()[-1]


@asynccontextmanager
async def _kept_server() -> AsyncGenerator[None]:
    """Let all runs share one Postgres: the fixture's own files say that somebody uses it."""
    folder = short_lived() / f"lumen-tests-{RUN}"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "users").mkdir(parents=True)
    (folder / "users" / "mutations").touch()
    try:
        yield
    finally:
        postgres = EmbeddedPostgres(folder / "data")
        postgres.start()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def judge(chosen: Sequence[Mutation], jobs: int) -> list[Outcome]:
    """Each in turn, several at once, said as they are known."""
    waiting = list(reversed(chosen))
    outcomes: list[Outcome] = []

    async def work(tree: Tree) -> None:
        while waiting:
            outcome = await tree.judge(waiting.pop())
            outcomes.append(outcome)
            caught = outcome.caught_by or "NOTHING"
            say(f"{outcome.mutation.name} | {caught}")

    with tempfile.TemporaryDirectory() as folder:
        trees = [Tree(Path(folder) / str(job)) for job in range(jobs)]
        async with _kept_server():
            if failing := await trees[0].sound():
                raise SystemExit(f"Without any mutation this fails: {failing}")
            await asyncio.gather(*(work(tree) for tree in trees))
    return outcomes


def say(line: str) -> None:
    """To whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run; the number of the process' end."""
    parser = argparse.ArgumentParser(description=__doc__, prog="tests.authorization.mutations")
    parser.add_argument("names", nargs="*", help="only those whose name holds one of these")
    parser.add_argument("--jobs", type=int, default=2)
    given = parser.parse_args()
    chosen = [
        each
        for each in MUTATIONS
        if not given.names or any(name in each.name for name in given.names)
    ]
    began = monotonic()
    say("mutation | caught by\n--- | ---")
    outcomes = asyncio.run(judge(chosen, given.jobs))
    alive = [outcome for outcome in outcomes if outcome.caught_by is None]
    say(f"\n{len(outcomes)} mutations, {len(alive)} not caught, {monotonic() - began:.0f} s")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
