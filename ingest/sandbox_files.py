"""Landlock: a process gives up all files but those it names, for good."""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
"""The system calls, the same on every processor."""
_ASK_VERSION = 1
_BENEATH = 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_SINCE = ((1, (1 << 13) - 1), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
"""What can be given up over files, by the version from which on: from linux/landlock.h."""
_CONNECTING = 0b11
"""Listening and connecting by TCP, from version 4 on."""
_REACHING_OUT = 0b11
"""Abstract Unix sockets and signals of processes outside, from version 6 on."""
_NETWORK_VERSION, _SCOPE_VERSION = 4, 6


def give_up_files(readable: Iterable[Path]) -> bool:
    """Keep nothing but reading these files, and what is beneath these folders.

    Those that are not there are left out. Needs `no_new_privs`. Threads that run already are
    not bound.

    Returns:
        Whether the kernel holds it: not on other systems than Linux, nor before 5.13.
    """
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(_CREATE, None, 0, _ASK_VERSION)
    if version < 1:
        return False
    ruleset = _ruleset(libc, version)
    try:
        for path in readable:
            _allow(libc, ruleset, path)
        return libc.syscall(_RESTRICT, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _ruleset(libc: ctypes.CDLL, version: int) -> int:
    """Its descriptor.

    Raises:
        OSError: The kernel refuses.
    """
    files = sum(rights for since, rights in _SINCE if version >= since)
    handled = struct.pack("<Q", files)
    if version >= _NETWORK_VERSION:
        handled += struct.pack("<Q", _CONNECTING)
    if version >= _SCOPE_VERSION:
        handled += struct.pack("<Q", _REACHING_OUT)
    ruleset = libc.syscall(_CREATE, handled, len(handled), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "No set of rules for files can be made")
    return int(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path) -> None:
    with suppress(OSError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            rights = _READ_FILE | _READ_FOLDER if path.is_dir() else _READ_FILE
            libc.syscall(_ADD, ruleset, _BENEATH, struct.pack("<Qi", rights, place), 0)
        finally:
            os.close(place)
