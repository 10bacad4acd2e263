"""How much memory the whole product takes: idle, and after documents and answers.

Run from the checkout's root: python -m benchmarks.memory

Proportional set size (PSS): what several processes share is counted once, in shares. Files that
programs outside the product have mapped too (another Lumen, the same Python) would count for less;
`alone` counts every mapped file whole, once, as on a machine that runs nothing else.
"""

import re
from collections import Counter, defaultdict
from pathlib import Path
from time import sleep

import httpx
import psutil

from benchmarks.product import (
    Product,
    data_folder,
    new_project,
    read_by_all,
    running,
    samples,
    upload,
)

SETTLED_S = 10.0  # After a start; start-up work is over by then.
ANSWERS = 5
MEGABYTE = 1e6
_KB = re.compile(r"^(\w+):\s+(\d+) kB", re.MULTILINE)
_MAPPING = re.compile(r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ (\d+)\s+(\S.*)?$")


def measure(product: Product) -> Counter[str]:
    """Megabytes by part, and the two sums `all` and `alone`."""
    found: Counter[str] = Counter()
    whole: dict[str, int] = defaultdict(int)
    for part, process in product.processes():
        try:
            rollup = dict(_KB.findall(_proc(process, "smaps_rollup")))
            files = _mapped(_proc(process, "smaps"))
        except FileNotFoundError:
            continue  # It ended while we looked.
        found[part] += int(rollup["Pss"])
        found["all"] += int(rollup["Pss"])
        found["alone"] += int(rollup["Pss_Anon"]) + int(rollup["Pss_Shmem"])
        for name, resident in files.items():
            whole[name] = max(whole[name], resident)
    found["alone"] += sum(whole.values())
    return Counter({part: round(kib * 1024 / MEGABYTE) for part, kib in found.items()})


def _proc(process: psutil.Process, name: str) -> str:
    return Path(f"/proc/{process.pid}/{name}").read_text()


def _mapped(smaps: str) -> Counter[str]:
    """KiB of each mapped file that are in memory and not the process's own."""
    found: Counter[str] = Counter()
    name = ""
    for line in smaps.splitlines():
        if mapping := _MAPPING.match(line):
            inode, path = mapping.groups()
            shared_memory = path is not None and path.startswith(("/dev/", "/SYSV", "/memfd"))
            name = "" if inode == "0" or shared_memory else str(path)
        elif name and line.startswith(("Rss:", "Anonymous:")):
            sign = 1 if line.startswith("Rss:") else -1
            found[name] += sign * int(line.split()[1])
    return found


def work(product: Product) -> None:
    """Upload a report of some 30 pages, wait for it, and ask about it."""
    with product.signed_in() as client:
        project = new_project(client)
        upload(client, project, sorted(samples("sec-10q").glob("*.pdf"))[:1])
        read_by_all(client, project)
        for _ in range(ANSWERS):
            ask(client, project)


def ask(client: httpx.Client, project: str) -> None:
    """Read one answer to its end."""
    question = {"message": "How did net sales change in the quarter?"}
    answer = client.post(f"/chat/projects/{project}", json=question)
    assert "event: done" in answer.text, answer.text


def main() -> None:
    """Print a table."""
    stages: dict[str, Counter[str]] = {}
    with data_folder() as folder:
        with running(folder) as product:
            sleep(SETTLED_S)
            stages["idle, first start"] = measure(product)
        with running(folder) as product:
            sleep(SETTLED_S)
            stages["idle"] = measure(product)
            work(product)
            stages["after work"] = measure(product)
    print("| MB | " + " | ".join(stages) + " |\n|---|" + "---:|" * len(stages))
    for part in ("supervisor", "models", "web", "worker", "parser", "postgres", "all", "alone"):
        print(f"| {part} | " + " | ".join(str(found[part]) for found in stages.values()) + " |")


if __name__ == "__main__":
    main()
