"""A filter of system calls, kept by the kernel: what no parser needs is refused.

It holds for an ordinary user as well, and in containers, where a network of one's own may not be
asked for. Threads may be started; programs, processes and sockets may not.
"""

import ctypes
import errno
import platform
import struct
import sys
from collections.abc import Iterable, Mapping
from types import MappingProxyType

PR_SET_SECCOMP = 22
"""From linux/prctl.h."""
SECCOMP_MODE_FILTER = 2
"""From linux/seccomp.h."""
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Instructions of classic BPF, from linux/bpf_common.h."""
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
"""Where the fields of seccomp_data begin; the lower half of an argument comes first."""
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000
_KILL = 0x80000000
_FOREIGN_TABLE = 0x40000000
"""On x86-64, numbers from here on name the same calls a second time (x32)."""
_CLONE_THREAD = 0x00010000

_EVERYWHERE = {
    "pidfd_send_signal": 424, "io_uring_setup": 425, "open_tree": 428, "move_mount": 429,
    "fsopen": 430, "pidfd_open": 434, "pidfd_getfd": 438, "mount_setattr": 442,
    "fchmodat2": 452, "setxattrat": 463, "removexattrat": 466,
}  # fmt: skip
_X86_64 = {
    "socket": 41, "socketpair": 53, "fork": 57, "vfork": 58, "execve": 59, "kill": 62,
    "chmod": 90, "fchmod": 91, "chown": 92, "fchown": 93, "lchown": 94, "ptrace": 101,
    "rt_sigqueueinfo": 129, "utime": 132, "pivot_root": 155, "chroot": 161, "mount": 165,
    "init_module": 175, "setxattr": 188, "lsetxattr": 189, "fsetxattr": 190, "removexattr": 197,
    "lremovexattr": 198, "fremovexattr": 199, "tkill": 200, "utimes": 235, "kexec_load": 246,
    "add_key": 248, "request_key": 249, "keyctl": 250, "fchownat": 260, "futimesat": 261,
    "fchmodat": 268, "unshare": 272, "utimensat": 280, "rt_tgsigqueueinfo": 297,
    "perf_event_open": 298, "open_by_handle_at": 304, "setns": 308, "process_vm_readv": 310,
    "process_vm_writev": 311, "finit_module": 313, "bpf": 321, "execveat": 322,
    "userfaultfd": 323,
}  # fmt: skip
_ARM_64 = {
    "setxattr": 5, "lsetxattr": 6, "fsetxattr": 7, "removexattr": 14, "lremovexattr": 15,
    "fremovexattr": 16, "mount": 40, "pivot_root": 41, "chroot": 51, "fchmod": 52,
    "fchmodat": 53, "fchownat": 54, "fchown": 55, "utimensat": 88, "unshare": 97,
    "kexec_load": 104, "init_module": 105, "ptrace": 117, "kill": 129, "tkill": 130,
    "rt_sigqueueinfo": 138, "socket": 198, "socketpair": 199, "add_key": 217,
    "request_key": 218, "keyctl": 219, "execve": 221, "rt_tgsigqueueinfo": 240,
    "perf_event_open": 241, "open_by_handle_at": 265, "setns": 268, "process_vm_readv": 270,
    "process_vm_writev": 271, "finit_module": 273, "bpf": 280, "execveat": 281,
    "userfaultfd": 282,
}  # fmt: skip
_CLONE3 = 435


class _Machine:
    """What the filter must know of a processor.

    Attributes:
        audit: Its name in seccomp_data, from linux/audit.h.
        refused: The calls that are refused, by their numbers.
        clone: The number of the call that starts a thread or a process.
        prlimit: The number of the call that sets limits of this process or another one.
    """

    def __init__(self, audit: int, calls: Mapping[str, int], clone: int, prlimit: int) -> None:
        self.audit = audit
        self.refused = sorted({*calls.values(), *_EVERYWHERE.values()})
        self.clone = clone
        self.prlimit = prlimit


MACHINES: Mapping[str, _Machine] = MappingProxyType(
    {
        "x86_64": _Machine(0xC000003E, _X86_64, clone=56, prlimit=302),
        "aarch64": _Machine(0xC00000B7, _ARM_64, clone=220, prlimit=261),
    }
)


class _SockFprog(ctypes.Structure):
    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.c_void_p))


def refuse_calls() -> bool:
    """Have the kernel refuse, from now on, what no parser needs; needs `no_new_privs`.

    Returns:
        Whether it does: not on other systems and processors than Linux on x86-64 and ARM 64.
    """
    machine = MACHINES.get(platform.machine())
    if sys.platform != "linux" or machine is None:
        return False
    code = _program(machine)
    place = ctypes.create_string_buffer(code, len(code))
    program = _SockFprog(len(code) // 8, ctypes.addressof(place))
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0


def _program(machine: _Machine) -> bytes:
    return b"".join(struct.pack("<HBBI", *step) for step in _steps(machine))


def _steps(machine: _Machine) -> Iterable[tuple[int, int, int, int]]:
    """Yield instructions: what, steps to leap over if so, steps to leap over if not, operand."""
    denied = _RETURN, 0, 0, _REFUSE | errno.EPERM
    yield _LOAD, 0, 0, _ARCHITECTURE_AT
    yield _EQUAL, 1, 0, machine.audit
    yield _RETURN, 0, 0, _KILL
    yield _LOAD, 0, 0, _NUMBER_AT
    yield _AT_LEAST, 0, 1, _FOREIGN_TABLE
    yield denied
    for number in machine.refused:
        yield _EQUAL, 0, 1, number
        yield denied
    # Its flags lie in memory, where a filter cannot look; the C library then takes the older call.
    yield _EQUAL, 0, 1, _CLONE3
    yield _RETURN, 0, 0, _REFUSE | errno.ENOSYS
    yield _EQUAL, 0, 3, machine.clone
    yield _LOAD, 0, 0, _FIRST_ARGUMENT_AT
    yield _ANY_BIT, 5, 0, _CLONE_THREAD
    yield denied
    yield _EQUAL, 0, 3, machine.prlimit
    yield _LOAD, 0, 0, _FIRST_ARGUMENT_AT
    yield _EQUAL, 1, 0, 0
    yield denied
    yield _RETURN, 0, 0, _ALLOW
