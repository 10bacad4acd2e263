"""`.ci/run` passes only when every check passed and every test ran."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT

CLOSING = "===== 3 passed, {} in 1.00s ====="


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with nothing in it but the script, and programs that note that they were called."""
    clone = tmp_path / "clone"
    (clone / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "run", clone / ".ci" / "run")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("chromium", "tesseract", "apt-get"):
        script(programs / name, f'echo "{name} $*" >> "{tmp_path}/calls"')
    script(programs / "id", "echo 0")
    making(clone, "exit 0", f'echo "{CLOSING.format("1 warning")}"')
    return clone


def script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def making(clone: Path, check: str, test: str) -> None:
    """What `make check` and `make test` do."""
    script(
        clone.parent / "bin" / "make",
        f'echo "make $1" >> "{clone.parent}/calls"\n'
        f"case $1 in check) {check};; test) {test};; esac",
    )


def run(clone: Path, *, hidden: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    for name in hidden:
        (clone.parent / "bin" / name).unlink()
    # The system's own folders hold the script's tools and may hold a browser: tools are linked in.
    for tool in ("bash", "dirname", "mktemp", "rm", "tee", "tail", "grep", "sh", "env"):
        place = shutil.which(tool)
        assert place is not None
        link = clone.parent / "bin" / tool
        if not link.exists():
            link.symlink_to(place)
    return subprocess.run(
        [clone / ".ci" / "run"],
        env={"PATH": str(clone.parent / "bin")},
        capture_output=True,
        text=True,
        check=False,
    )


def calls(clone: Path) -> list[str]:
    return (clone.parent / "calls").read_text().splitlines()


def test_it_checks_then_tests_and_ends_with_the_closing_line(clone: Path) -> None:
    done = run(clone)
    assert done.returncode == 0, done.stderr
    assert calls(clone) == ["make check", "make test"]
    assert done.stdout.splitlines()[-1] == CLOSING.format("1 warning")


def test_a_failing_check_ends_it(clone: Path) -> None:
    making(clone, "exit 1", "exit 0")
    assert run(clone).returncode != 0
    assert calls(clone) == ["make check"]


def test_a_failing_test_fails_it(clone: Path) -> None:
    making(clone, "exit 0", f'echo "{CLOSING.format("1 failed")}"; exit 1')
    assert run(clone).returncode != 0


def test_a_skipped_test_fails_it_where_the_samples_are_at_hand(clone: Path) -> None:
    making(clone, "exit 0", f'echo "{CLOSING.format("2 skipped")}"')
    (clone.parent / "shared" / "data").mkdir(parents=True)
    assert run(clone).returncode != 0


def test_without_the_samples_it_says_what_was_skipped(clone: Path) -> None:
    skipped = "SKIPPED [2] tests/a.py:1: The sample documents are not there."
    closing = CLOSING.format("2 skipped")
    making(clone, "exit 0", f'echo "{skipped}"; echo "{closing}"')
    done = run(clone)
    assert done.returncode == 0
    assert "tests that read them were skipped" in done.stdout
    making(clone, "exit 0", f'echo "{skipped}"; echo "SKIPPED [1] x: no browser"; echo "{closing}"')
    assert run(clone).returncode != 0


def test_it_installs_what_is_missing_and_only_that(clone: Path) -> None:
    assert run(clone, hidden=("chromium",)).returncode == 0
    installs = [call for call in calls(clone) if call.startswith("apt-get install")]
    assert len(installs) == 1
    assert installs[0].endswith(" chromium")


def test_without_rights_it_says_what_is_missing(clone: Path) -> None:
    script(clone.parent / "bin" / "id", "echo 1000")
    done = run(clone, hidden=("chromium", "tesseract"))
    assert "Missing, and not root to install them: chromium tesseract-ocr" in done.stdout
    assert not any(call.startswith("apt-get") for call in calls(clone))
