"""Tries, behind the locks named, what code that took a parser over would try; prints what went.

Called with the locks (`none`, `all`, `network`, `calls` or `files`), a user's number or `same`,
and a folder: `window` in it is what may be read, beside it lie `secret`, a socket `door` and
`ports`, the numbers of a listener and of the process to harm.
"""

import ctypes
import encodings.idna  # noqa: F401 # Another user may not find it when it is needed.
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ingest.sandbox_calls import refuse_calls
from ingest.sandbox_files import give_up_files
from ingest.sandbox_locks import PR_SET_NO_NEW_PRIVS, allow_cpu, confine, give_up_network

MEMORY = 512 * 1024 * 1024
IO_URING_SETUP, UNSHARE = 425, {"x86_64": 272, "aarch64": 97}
LIBC = ctypes.CDLL(None, use_errno=True)


def say(word: str) -> None:
    """Tell at once: what comes next may be the end."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


class Attempts:
    """One method an attempt; whatever returns has succeeded."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        port, victim = (folder / "ports").read_text().split()
        self._port, self._victim = int(port), int(victim)

    def connect(self) -> None:
        socket.create_connection(("127.0.0.1", self._port), timeout=5).close()

    def send_a_datagram(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
            door.sendto(b"secret", ("127.0.0.1", self._port))

    def listen(self) -> None:
        socket.create_server(("127.0.0.1", 0)).close()

    def resolve(self) -> None:
        socket.getaddrinfo("example.com", 80)

    def knock_at_a_unix_socket(self) -> None:
        with socket.socket(socket.AF_UNIX) as door:
            door.connect(str(self._folder / "door"))

    def read_a_foreign_file(self) -> None:
        (self._folder / "secret").read_bytes()

    def read_the_environment_of_another_process(self) -> None:
        Path(f"/proc/{self._victim}/environ").read_bytes()

    def read_what_the_system_keeps(self) -> None:
        Path("/etc/passwd").read_bytes()

    def list_a_foreign_folder(self) -> None:
        list(self._folder.iterdir())

    def write(self) -> None:
        (self._folder / "window" / "new").write_bytes(b"x")

    def overwrite(self) -> None:
        (self._folder / "window" / "file").write_bytes(b"given")

    def delete(self) -> None:
        (self._folder / "window" / "spare").unlink()

    def make_a_folder(self) -> None:
        (self._folder / "window" / "folder").mkdir()

    def change_rights(self) -> None:
        (self._folder / "window" / "file").chmod(0o600)

    def run_a_program(self) -> None:
        subprocess.run([sys.executable, "-c", ""], check=True)

    def become_a_program(self) -> None:
        if os.access("/bin/true", os.X_OK):
            os.execv("/bin/true", ["true"])  # noqa: S606 # What is tried.

    def start_a_process(self) -> None:
        if os.fork() == 0:
            os._exit(0)

    def signal_another_process(self) -> None:
        os.kill(self._victim, 0)

    def look_into_another_process(self) -> None:
        self._call(LIBC.ptrace(16, self._victim, 0, 0))

    def limit_another_process(self) -> None:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.prlimit(self._victim, resource.RLIMIT_NOFILE, limits)

    def get_a_ring(self) -> None:
        self._call(LIBC.syscall(IO_URING_SETUP, 1, bytes(120)))

    def enter_another_network(self) -> None:
        self._call(LIBC.unshare(0x40000000))

    @staticmethod
    def _call(result: int) -> None:
        if result < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


class Needs:
    """What a parser does need."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read_its_file(self) -> None:
        assert (self._folder / "window" / "file").read_bytes() == b"given"

    def import_late(self) -> None:
        import wave  # noqa: F401, PLC0415 # Late is the point.

    def start_a_thread(self) -> None:
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()

    def limit_itself(self) -> None:
        allow_cpu(20)


def lock(names: str, folder: Path) -> None:
    """Shut the locks named."""
    if names == "none":
        return
    if names == "all":
        confine(MEMORY, folder / "window")
        return
    LIBC.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    shut: dict[str, Callable[[], bool]] = {
        "network": lambda: give_up_network(LIBC),
        "calls": refuse_calls,
        "files": lambda: give_up_files([folder / "window", Path(sys.base_prefix)]),
    }
    if not shut[names]():
        say("not on this system")
        sys.exit()


def main() -> None:
    """Shut the locks and try."""
    names, user, place = sys.argv[1:]
    folder = Path(place)
    attempts, needs = Attempts(folder), Needs(folder)
    if user != "same":
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    lock(names, folder)
    for one in (attempts, needs):
        for name in vars(type(one)):
            # Last: nothing comes behind it.
            if not name.startswith("_") and name != "become_a_program":
                with suppress(OSError, RuntimeError, ImportError):
                    getattr(one, name)()
                    say(name)
    with suppress(OSError):
        say("(about to)")
        attempts.become_a_program()
        say("become_a_program")
        return
    say("no program")


if __name__ == "__main__":
    main()
