"""A model is ready for calls from several threads at once, from the very first."""

import asyncio
import sys
from pathlib import Path

from providers.local.embedder import LocalEmbedder

CHECKOUT = Path(__file__).parents[3]
PROCESSES = 3
"""Without what makes it so, eight of ten hang."""
MANY_FIRST_CALLS = """
import os, sys, threading
from pathlib import Path
from providers.local.export import prepare
from providers.local.manifest import Manifest
from providers.local.openvino_runtime import OpenVinoRuntime

folder = prepare(None, Path(sys.argv[1]))
model = OpenVinoRuntime(folder, Manifest.read(folder), streams=2, threads=2)
sys.setswitchinterval(1e-6)
together = threading.Barrier(16)

def call():
    together.wait()
    model.embed(["When is the rent due?"])

threads = [threading.Thread(target=call, daemon=True) for _ in range(16)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("answered", flush=True)
os._exit(0)
"""


async def test_the_first_calls_may_come_together(
    embedder: LocalEmbedder, model_cache: Path
) -> None:
    del embedder  # By now the cache holds the converted model.
    for _ in range(PROCESSES):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", MANY_FIRST_CALLS, str(model_cache)),
            cwd=CHECKOUT,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            said, _ = await asyncio.wait_for(process.communicate(), 40)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert said == b"answered\n"
