"""`make` sets up once, says what is missing, and gets out of the way."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT

STAMPS = (".python", ".installed", ".installed-dev")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The files that `make` reads, in a folder with a space in its name."""
    folder = tmp_path / "a checkout"
    folder.mkdir()
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def ready(checkout: Path) -> Path:
    """The same after a set-up, with programs that repeat what they are given."""
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("lumen", "python"):
        script(programs / name, f'echo "{name} $# $* port=$LUMEN_PORT"')
    for name in STAMPS:
        (checkout / ".venv" / name).touch()
    return checkout


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def make(
    folder: Path, *words: str, path: str | None = None, **variables: str
) -> subprocess.CompletedProcess[str]:
    if path is not None:
        variables["PATH"] = path
    outer = [f"-u{name}" for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHON", "ARGS")]
    inner = [f"{name}={value}" for name, value in variables.items()]
    return subprocess.run(
        [found("env"), *outer, *inner, found("make"), *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def found(program: str) -> str:
    place = shutil.which(program)
    assert place is not None, f"{program} is not installed"
    return place


def test_serve_starts_at_once_when_set_up_and_passes_the_environment_on(ready: Path) -> None:
    done = make(ready, "serve", LUMEN_PORT="9123")
    assert done.stdout == "lumen 1 serve port=9123\n"
    assert done.returncode == 0


def test_a_changed_pin_installs_again(ready: Path) -> None:
    later = (ready / ".venv" / ".installed-dev").stat().st_mtime + 10
    os.utime(ready / "constraints.txt", (later, later))
    done = make(ready, "serve")
    installs = [line for line in done.stdout.splitlines() if line.startswith("python")]
    assert [line.split(" port=")[0] for line in installs] == [
        "python 4 -m pip install torch==2.13.0",
        "python 8 -m pip install --quiet -c constraints.txt -e .",
    ]


def test_ask_hands_files_and_question_on_whole(ready: Path) -> None:
    done = make(ready, "ask", "FILES='a b.pdf' c.md", 'Q=What\'s "new" in $$5?')
    assert done.stdout.startswith('lumen 4 ask a b.pdf c.md What\'s "new" in $5?'), done.stderr


def test_ask_without_files_says_how(ready: Path) -> None:
    done = make(ready, "ask")
    assert done.returncode != 0
    assert 'make ask FILES="report.pdf"' in done.stdout + done.stderr


def test_the_tests_say_what_will_be_skipped(ready: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    (bare / "sh").symlink_to("/bin/sh")
    done = make(ready, "test", path=str(bare))
    assert "No chromium here" in done.stdout
    assert "No tesseract here" in done.stdout
    assert "python 7 -m pytest -n 3 --dist loadfile --no-loadscope-reorder" in done.stdout


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ('[ "$1" = --version ] && echo Python 3.10.4; exit 1', "Python 3.10.4 is too old"),
        ('case "$2" in *ensurepip*) exit 1;; esac; exit 0', "apt install python3-venv"),
        (None, "No Python found"),
    ],
)
def test_a_python_that_will_not_do_is_named(
    checkout: Path, tmp_path: Path, body: str | None, words: str
) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    (bare / "sh").symlink_to("/bin/sh")
    if body is not None:
        script(bare / "python3", body)
    done = make(checkout, "serve", path=str(bare))
    assert done.returncode != 0
    assert words in done.stderr
    assert not (checkout / ".venv").exists()


def test_help_names_every_goal(checkout: Path) -> None:
    done = make(checkout)
    goals = {"serve", "test", "check", "bench", "ask", "clean"}
    assert goals <= {line.split()[1] for line in done.stdout.splitlines()}


def test_bench_runs_the_programs_and_leaves_their_parts_alone(ready: Path) -> None:
    folder = ready / "benchmarks"
    folder.mkdir()
    (folder / "search.py").write_text('if __name__ == "__main__":\n    print()\n')
    (folder / "texts.py").write_text("TEXTS = []\n")
    done = make(ready, "bench", "ARGS=100")
    assert done.stdout.startswith("== search\npython 3 -m benchmarks.search 100")
    assert "texts" not in done.stdout
    assert "search" in make(ready, "bench", "NAME=search").stdout
