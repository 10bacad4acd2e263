"""The table of dialects: every cell names tests that are there, and every test stands in a cell."""

import json
import re
import subprocess
import sys
from importlib.metadata import version

import pytest

from tests.architecture.checkout import ROOT, text_of
from tests.http.dialects.clients import CLIENTS

PAGE = ROOT / "runbooks" / "dialects.md"
SUITE = "tests/http/dialects"
SITUATIONS = [
    "first event", "text", "sources", "end", "error mid-stream", "error before", "resume",
    "reconnect", "history", "limit",
]  # fmt: skip
DIALECTS = {
    "native": "native",
    "7a Lumika": "lumika",
    "7c NDJSON": "ndjson",
    "7d delta": "delta",
    "OpenAI": "openai",
    "AI SDK": "ai-sdk",
    "MCP": "mcp",
}
TEST = re.compile(r"`(test_\w+)(?:\[([\w-]+)\])?`")
ELSEWHERE = re.compile(r"`(tests/[\w/]+\.py)(::[^`]+)`")
Table = list[list[str]]


def table(heading: str) -> Table:
    """The cells below this heading, row by row, the header first."""
    (section,) = re.findall(
        rf"^## {heading}$(.+?)(?=^## |\Z)", text_of(PAGE), re.MULTILINE | re.DOTALL
    )
    rows = re.findall(r"^\| (.+) \|$", section, re.MULTILINE)
    return [[cell.strip() for cell in row.split(" | ")] for row in rows]


@pytest.fixture(scope="module")
def collected() -> set[str]:
    """The ids of all tests that the page may name, as pytest collects them."""
    files = {file for file, _ in ELSEWHERE.findall(text_of(PAGE))}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n0", SUITE, *sorted(files)]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {line for line in listing.splitlines() if "::" in line}


def named(row: list[str], column: int) -> set[str]:
    """The ids that a cell means."""
    (file,) = re.findall(r"\]\(\.\./(tests/[\w/]+\.py)\)", row[0])
    found: set[str] = set()
    for test, client in TEST.findall(row[column]):
        twins = [client, f"{client}-js"] if f"{client}-js" in CLIENTS else [client]
        found |= {f"{file}::{test}[{each}]" if each else f"{file}::{test}" for each in twins}
    return found


def test_every_cell_of_the_table_is_held_by_tests(collected: set[str]) -> None:
    header, *rows = table("What a client sees")
    assert header == ["situation", *DIALECTS]
    assert [re.findall(r"^\[([^]]+)\]", row[0])[0] for row in rows] == SITUATIONS
    everywhere: set[str] = set()
    for row in rows:
        for column, dialect in enumerate(DIALECTS.values(), 1):
            tests = named(row, column)
            where = f"{row[0]}, {dialect}"
            assert tests, f"{where}: no test"
            assert tests <= collected, f"{where}: {tests - collected}"
            clients = {client for _, client in TEST.findall(row[column]) if client}
            assert clients == {dialect}, where
            everywhere |= tests
    forgotten = {each for each in collected if each.startswith(SUITE)} - everywhere
    assert not forgotten


def test_every_dialect_has_its_bytes_and_its_cuts(collected: set[str]) -> None:
    # A test that takes each event by itself is named without them.
    known = collected | {each.partition("[")[0] for each in collected}
    header, *rows = table("Bytes")
    assert header == ["dialect", "bytes", "cut at random"]
    assert [row[0] for row in rows] == [each for each in DIALECTS if each != "MCP"]
    for row in rows:
        assert all(ELSEWHERE.search(cell) for cell in row[1:]), row[0]
    tests = {"".join(each) for each in ELSEWHERE.findall(text_of(PAGE))}
    assert tests <= known, tests - known


def test_the_clients_are_those_that_are_installed() -> None:
    header, *rows = table("The clients")
    assert header == ["client", "version", "reads here"]
    locked = json.loads(text_of(ROOT / "tests" / "clients" / "package-lock.json"))["packages"]
    vendored = ROOT / "tests" / "unit" / "vendor" / "eventsource-parser" / "package.json"
    elsewhere = {
        "`ai`": locked["node_modules/ai"]["version"],
        "`openai` for JavaScript": locked["node_modules/openai"]["version"],
        "`eventsource-parser`": json.loads(text_of(vendored))["version"],
    }
    for name, shown, _ in rows:
        installed = elsewhere.get(name) or version(name.split("`")[1])
        assert shown == installed, name
