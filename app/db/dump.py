"""A copy of the database in one file, and back: by Postgres's own programs."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from app.db.errors import DatabaseError
from app.db.programs import bundled_program

TIMEOUT_S = 24 * 3600
BUNDLED = 18
"""Major version of the Postgres that comes along."""


class DumpFailed(DatabaseError):
    """The copy was not made, or not put back; nothing half done is left in the database."""


def dump(conninfo: str, file: Path) -> None:
    """Write the database as it is at this moment, while others go on writing.

    Raises:
        DumpFailed: The server or the disk refused.
    """
    _run("pg_dump", conninfo, ["--format=custom", "--no-owner", "--no-acl", f"--file={file}"])


def put_back(conninfo: str, file: Path) -> None:
    """Fill an empty database, all or nothing.

    Raises:
        DumpFailed: It is not empty, or the server refused.
    """
    # Comments are on extensions, which belong to a superuser.
    options = ["--no-owner", "--no-acl", "--no-comments", "--single-transaction", "--exit-on-error"]
    _run("pg_restore", conninfo, [*options, str(file)])


def _run(program: str, conninfo: str, options: Sequence[str]) -> None:
    url = make_url(conninfo).set(drivername="postgresql")
    path = _path(program, elsewhere=url.host is not None)
    with _passfile(url.password) as passfile:
        query = {**url.query, **({"passfile": str(passfile)} if passfile else {})}
        place = url.set(query=query)._replace(password=None)
        command = [path, f"--dbname={place.render_as_string()}", "--no-password", *options]
        try:
            subprocess.run(  # noqa: S603 - Postgres's programs
                command, check=True, capture_output=True, text=True, timeout=TIMEOUT_S
            )
        except subprocess.CalledProcessError as error:
            last = error.stderr.strip().splitlines()[-3:]
            raise DumpFailed(f"{program} failed: {' '.join(last)}") from error


def _path(program: str, *, elsewhere: bool) -> str:
    """The system's program for a server elsewhere, as it speaks TLS; unless it is an older one.

    The bundled programs are built without TLS, and an older program does not read their files.
    """
    found = shutil.which(program) if elsewhere else None
    if found is not None:
        said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - as above
        version = re.search(r"\d+", said.stdout)
        if version is not None and int(version.group()) >= BUNDLED:
            return found
    return str(bundled_program(program))


@contextmanager
def _passfile(password: str | None) -> Generator[Path | None]:
    """A file that libpq reads the password from: a command line is seen by everybody."""
    if not password:
        yield None
        return
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    with tempfile.NamedTemporaryFile("w") as file:  # Made for its owner alone.
        file.write(f"*:*:*:*:{escaped}\n")
        file.flush()
        yield Path(file.name)
