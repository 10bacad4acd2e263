"""What a stream costs that waits: memory of the web process for each, and database connections.

Run from the checkout's root: python -m benchmarks.idle [streams]

Half of the streams follow one answer, whose model has fallen silent; half the documents of a
project, as its screen does. Each is on a connection of its own. Memory is what is the web process's
own (private), before the first reader and with the last.
"""

import asyncio
import json
import sys
from collections.abc import Sequence

import httpx
import psutil
import psycopg
import uvloop

from benchmarks.product import Product, answered_by, project_about_rent, running
from benchmarks.upstream import MODELS, upstream

STREAMS = 10_000
AT_ONCE = 100
SETTLED_S = 20.0  # Longer than a silence: each stream has sent a sign of life by then.
QUESTION = "When is the rent due?"
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lumen-web'"


async def follow(port: int, request: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a stream.

    Raises:
        RuntimeError: It was refused.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise RuntimeError(head.decode())
    return reader, writer


async def follow_all(
    port: int, requests: Sequence[bytes]
) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open them all, some at a time."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(request: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        async with places:
            return await follow(port, request)

    return await asyncio.gather(*(one(request) for request in requests))


def readers(client: httpx.Client, project: str) -> tuple[bytes, bytes]:
    """The requests of those who follow an answer, and of those who look at a project's screen."""
    bearer = f"authorization: {client.headers['authorization']}\r\n"
    body = {"message": QUESTION}
    with client.stream("POST", f"/chat/projects/{project}", json=body) as answer:
        answer.raise_for_status()
        next(line for line in answer.iter_lines() if "words" in line)
        message = answer.headers["x-message-id"]
    return (
        _get(f"/chat/messages/{message}/stream", bearer),
        _get(f"/documents/projects/{project}/events", bearer),
    )


def _get(path: str, headers: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}\r\n".encode()


def _web(product: Product) -> psutil.Process:
    return next(process for part, process in product.processes() if part == "web")


def _connections(product: Product) -> int:
    with psycopg.connect(product.conninfo) as connection:
        row = connection.execute(CONNECTIONS).fetchone()
    return row[0] if row else 0


def _busy(product: Product) -> int:
    with psycopg.connect(product.conninfo) as connection:
        row = connection.execute(f"{CONNECTIONS} AND state <> 'idle'").fetchone()
    return row[0] if row else 0


async def main(streams: int) -> None:
    """Start the product and an upstream, and measure."""
    with running() as product, product.signed_in() as client, upstream() as port:
        answered_by(client, port, [*MODELS])
        project = project_about_rent(client)
        settings = {"settings": {"model": "upstream/silent"}}
        client.patch(f"/projects/{project}", json=settings).raise_for_status()
        requests = readers(client, project)
        web = _web(product)
        warm = await follow_all(product.port, [requests[n % 2] for n in range(AT_ONCE)])
        await asyncio.sleep(SETTLED_S)
        before, began = web.memory_full_info().uss, web.cpu_times().user
        opened = await follow_all(product.port, [requests[n % 2] for n in range(streams)])
        await asyncio.sleep(SETTLED_S)
        each = (web.memory_full_info().uss - before) / streams / 1024
        spent = (web.cpu_times().user - began) * 1000 / streams
        alive = sum(not reader.at_eof() for reader, _ in opened)
        print(
            json.dumps(
                {
                    "streams": streams,
                    "alive": alive,
                    "KiB each": round(each, 1),
                    "processor ms each, opening and a sign of life": round(spent, 2),
                    "database connections": _connections(product),
                    "of them busy": _busy(product),
                }
            )
        )
        for _, writer in (*warm, *opened):
            writer.close()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else STREAMS))
