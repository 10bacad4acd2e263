"""What a parser's process gives up before it reads the first byte of a file."""

import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

from ingest.sandbox_calls import refuse_calls
from ingest.sandbox_files import give_up_files

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal that a child gets when its parent dies."""
PR_SET_NO_NEW_PRIVS = 38
"""From linux/prctl.h: nothing that is started gains privileges."""
CLONE_NEWNET = 0x40000000
"""From linux/sched.h: a network of its own, without any interface that is up."""
CLONE_NEWUSER = 0x10000000
"""From linux/sched.h: lets a process without privileges ask for the above."""
CAPABILITIES_V3 = 0x20080522
"""From linux/capability.h: 64 capabilities."""
DESCRIPTORS = 64
"""Files open at a time; a parser has some ten."""
NICE = 5
"""People's questions come first: a parser gets a quarter of a processor that others want."""
_LIBRARIES = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/mime.types", "/etc/localtime")
"""What Python, its modules and pdfium (fonts) may open late; nothing of people's."""


def confine(memory_bytes: int, folder: Path) -> None:
    """Give up network, files, programs, new privileges, and memory beyond the limit.

    Each lock that the system has is shut, however the others fared: where the kernel is old or a
    container forbids one, another holds.

    Args:
        memory_bytes: Address space, libraries included.
        folder: Where the files lie that are to be read; beside the program's own, nothing else
            can be opened.
    """
    sys.dont_write_bytecode = True
    _set_limits(memory_bytes)
    os.nice(NICE)
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    give_up_network(libc)
    give_up_files([folder, *_own_files()])
    libc.capset(struct.pack("<Ii", CAPABILITIES_V3, 0), bytes(24))
    refuse_calls()


def give_up_network(libc: ctypes.CDLL) -> bool:
    """Move to a network without interfaces; whether that is permitted."""
    return libc.unshare(CLONE_NEWNET) == 0 or libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0


def _set_limits(memory_bytes: int) -> None:
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))


def _own_files() -> Iterator[Path]:
    """Yield where Python, its libraries and this package lie."""
    packages = (place for place in sys.path if place.endswith(("site-packages", "dist-packages")))
    yield from map(Path, {sys.prefix, sys.base_prefix, *packages})
    yield from map(Path, _LIBRARIES)
    yield Path(__file__).parent


def allow_cpu(seconds: int) -> None:
    """Let this process use that much more processor time, then be ended by SIGXCPU."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime) + seconds + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, hard))
