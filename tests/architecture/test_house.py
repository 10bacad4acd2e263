"""The rules of the house that no linter knows."""

import re
import subprocess
import sys

import pytest

from tests.architecture.checkout import ROOT, sources, text_of, tracked

MOST_LINES = 400
VAGUE = {"util", "utils", "helper", "helpers", "common", "base", "core", "manager", "service"}
# Spelt so that this file does not find itself.
HOMES = re.compile(r"/(?:home|Users)/(?!lumen\b)[a-z][\w.-]+/")
INDEX = re.compile(
    r"(?:index[-_]url|registry)[\s=:\"']*https?:|find[-_]links[\s=:]+\S", re.IGNORECASE
)


def named(paths: list[str]) -> str:
    return "\n".join(paths)


def test_imports_run_in_the_allowed_directions_only() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports; exit(lint_imports())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_grows_beyond_what_one_noun_needs() -> None:
    long = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for path in sources()
        if (lines := len(text_of(path).splitlines())) > MOST_LINES
    ]
    assert not long, named(long)


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = [str(path.relative_to(ROOT)) for path in sources() if path.stem in VAGUE]
    assert not vague, named(vague)


def test_the_environment_is_read_in_the_settings_alone() -> None:
    reads = re.compile(r"\bos\.(?:environ|getenv)\b|from os import .*\b(?:environ|getenv)\b")
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path != ROOT / "app" / "settings.py" and reads.search(text_of(path))
    ]
    assert not elsewhere, named(elsewhere)


def test_sql_text_stands_in_modules_named_sql() -> None:
    loose = [
        str(path.relative_to(ROOT))
        for path in sources()
        if path.name != "sql.py"
        and "migrations" not in path.parts
        and re.search(r"from sqlalchemy import .*\btext\b|sqlalchemy\.text\(", text_of(path))
    ]
    assert not loose, named(loose)


def test_every_package_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources()
        if not text_of(path).lstrip().startswith(('"""', 'r"""'))
    ]
    assert not silent, named(silent)


def test_no_tracked_file_names_a_place_on_somebodys_machine() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if "vendor" not in path.parts
        for match in [
            HOMES.search(text_of(path)) or re.search(re.escape(f"{ROOT}/"), text_of(path))
        ]
        if match
    ]
    assert not found, named(found)


def test_no_file_names_a_package_index() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in tracked(
            "Makefile", "Dockerfile", "*.toml", "*.txt", "*.yaml", ".ci/*", "*.cfg", "*.md"
        )
        if INDEX.search(text_of(path))
    ]
    assert not found, named(found)


@pytest.mark.parametrize(
    "line", ["--index-url https://example.org/simple", "PIP_EXTRA_INDEX_URL=https://example.org/"]
)
def test_a_package_index_would_be_found(line: str) -> None:
    assert INDEX.search(line)


def test_what_is_installed_is_pinned_in_one_way() -> None:
    pins = dict(
        line.split(" ;")[0].split("==")
        for line in text_of(ROOT / "constraints.txt").splitlines()
        if line and not line.startswith("#")
    )
    wanted = re.findall(
        r'^  "([\w.-]+)(?:\[[\w,]+\])?==([\w.]+)', text_of(ROOT / "pyproject.toml"), re.MULTILINE
    )
    assert len(wanted) > 40
    apart = [f"{name}=={version}" for name, version in wanted if pins.get(name) != version]
    assert not apart, f"not so in constraints.txt: {apart}"
