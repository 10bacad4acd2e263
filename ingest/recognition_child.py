"""Becomes tesseract, after giving up what it does not need.

Started by its path as `python -I -S recognition_child.py MEMORY_BYTES CPU_SECONDS TESSERACT …`:
with nothing imported but the standard library it is tesseract in some 20 ms.
"""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38
CLONE_NEWNET = 0x40000000
CLONE_NEWUSER = 0x10000000
"""As in `ingest.sandbox_child`, which imports the parsers."""
NICE = 10
"""Recognising takes all of a core for seconds; whoever chats goes first."""


def main() -> None:
    """Confine this process and go over."""
    memory_bytes, cpu_seconds = (int(argument) for argument in sys.argv[1:3])
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if libc.unshare(CLONE_NEWNET) != 0:
            libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(NICE)
    os.execv(sys.argv[3], sys.argv[3:])  # noqa: S606 # The program that the server's host has.


if __name__ == "__main__":
    main()
