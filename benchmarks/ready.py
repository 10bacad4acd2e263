"""How long a start takes, the first one and later ones, and how long an end.

Run from the checkout's root: python -m benchmarks.ready [starts]

A start: from `python -m app serve` to the first 200 of `/health/ready`. An end: from the interrupt
(Ctrl-C) to the last process gone. The first start makes the database and converts the model.
"""

import sys
from statistics import median

from benchmarks.product import data_folder, start

STARTS = 5


def measure(starts: int) -> tuple[list[float], list[float]]:
    """Seconds to be ready, the first in an empty folder, and seconds to end."""
    ready: list[float] = []
    ended: list[float] = []
    with data_folder() as folder:
        for _ in range(starts + 1):
            product = start(folder)
            ready.append(product.ready_s)
            ended.append(product.end())
            print(f"ready in {ready[-1]:.2f} s, ended in {ended[-1]:.2f} s", flush=True)
    return ready, ended


def main() -> None:
    """Print a table."""
    ready, ended = measure(int(sys.argv[1]) if len(sys.argv) > 1 else STARTS)
    first, *later = ready
    print("\n| step | seconds | least to most |\n|---|---:|---:|")
    print(f"| first start | {first:.1f} | |")
    for step, taken in {"later start, median": later, "end, median": ended}.items():
        print(f"| {step} | {median(taken):.1f} | {min(taken):.1f} to {max(taken):.1f} |")


if __name__ == "__main__":
    main()
