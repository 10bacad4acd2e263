"""How many cores this process may use."""

import os
from math import ceil
from pathlib import Path
from typing import Final

_QUOTA: Final = Path("/sys/fs/cgroup/cpu.max")


def cores(quota: Path = _QUOTA) -> int:
    """Those that it may run on, or fewer where a container's share is less; 1 at least.

    Args:
        quota: The kernel's file of the share: microseconds of processor time in so many.
    """
    if hasattr(os, "sched_getaffinity"):
        found = len(os.sched_getaffinity(0))
    else:
        found = os.cpu_count() or 1
    try:
        share, period = quota.read_text().split()
        return max(1, min(found, ceil(int(share) / int(period))))
    except (OSError, ValueError):
        # No such file, or the word `max`: no limit.
        return found
