"""The checkout that is under test, as git sees it."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GIT = shutil.which("git") or "git"
PACKAGES = ("app", "ingest", "retrieval", "providers")


def tracked(*patterns: str) -> list[Path]:
    """Files that are part of the project, new ones included, by git pathspec; never empty.

    Raises:
        subprocess.CalledProcessError: This is no git checkout.
        ValueError: Nothing fits the patterns.
    """
    listing = subprocess.run(
        [GIT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = [ROOT / name for name in sorted(set(listing.split("\0"))) if name]
    files = [path for path in found if path.is_file()]
    if not files:
        raise ValueError(f"Nothing is called {patterns}.")
    return files


def text_of(path: Path) -> str:
    """Its text, or nothing where it holds bytes."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def sources() -> list[Path]:
    """Python files of the product, scripts written by alembic left out."""
    files = tracked(*(f"{package}/*.py" for package in PACKAGES))
    return [path for path in files if "migrations/versions" not in path.as_posix()]
