"""Many streams at once, in every dialect: whole or not, how even, and what relaying costs.

Run from the checkout's root: python -m benchmarks.dialects [streams]

Each stream asks a question of its own, in its own dialect, and its text is compared with what the
upstream wrote; numbers of events must rise. What is relayed is counted at the
readers, in events that carry text.
"""

import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import httpx
import numpy as np
import uvloop

from benchmarks.product import Product, answered_by, project_about_rent, running
from benchmarks.upstream import MODELS, upstream

STREAMS = 500
TOKEN = "words "  # noqa: S105 - what the upstream writes
QUESTION = "When is the rent due?"
UNLIMITED = {"rateLimitPerMinute": 10_000, "customerLimitPerMinute": 10_000}


@dataclass(frozen=True)
class Dialect:
    """How one front end asks, and where the text is in what it hears.

    Attributes:
        request: From a number to method, path, headers and body.
        delta: The text in one event's data, if it holds some.
    """

    name: str
    request: Callable[[int], tuple[str, str, dict[str, str], dict[str, object] | None]]
    delta: Callable[[dict[str, Any]], str | None]
    lines: bool = False


@dataclass
class Heard:
    """One stream.

    Attributes:
        ids: Numbers of its events, where they have some.
        first_s: Seconds to the first text.
        gap_s: The longest silence between two texts.
    """

    dialect: str
    text: str = ""
    events: int = 0
    ids: list[int] = field(default_factory=list[int])
    first_s: float = 0.0
    whole_s: float = 0.0
    gap_s: float = 0.0

    @property
    def fault(self) -> str:
        """What is wrong with it; empty where nothing is."""
        if self.text != self.expected:
            return f"{len(self.text)} of {len(self.expected)} characters; {self.error}"
        if self.ids != sorted(set(self.ids)):
            return "numbers out of order"
        return ""

    expected: str = ""
    error: str = ""


async def hear(port: int, dialect: Dialect, number: int, expected: str) -> Heard:
    """Ask on a connection of its own and read to the end."""
    method, path, headers, body = dialect.request(number)
    began = perf_counter()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(_head(port, method, path, headers, body))
    heard, told = Heard(dialect.name, expected=expected), list[float]()
    async for line in reader:
        at = perf_counter() - began
        if line.startswith(b"id: "):
            heard.ids.append(int(line[4:].strip().rpartition(b".")[2]))
        data = line if dialect.lines else line.removeprefix(b"data: ")
        if not data.startswith(b"{") or (data is line and not dialect.lines):
            continue
        told_now: dict[str, Any] = json.loads(data)
        if "error" in {told_now.get("type"), *told_now}:
            heard.error = data.decode()[:200]
        delta = dialect.delta(told_now)
        if delta:
            heard.text += delta
            heard.events += 1
            told.append(at)
    writer.close()
    heard.whole_s = perf_counter() - began
    if told:
        heard.first_s = told[0]
        heard.gap_s = max((later - sooner for sooner, later in pairwise(told)), default=0.0)
    return heard


def _head(
    port: int, method: str, path: str, headers: dict[str, str], body: dict[str, object] | None
) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{port}", "connection: close"]
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


def dialects(client: httpx.Client, project: str, model: str) -> list[Dialect]:
    """The dialects, with a token for each; the project is answered by the model."""
    answer = client.patch(f"/projects/{project}", json={"settings": {"model": f"upstream/{model}"}})
    answer.raise_for_status()
    bearer = {"authorization": client.headers["authorization"]}
    widget, api = (_integration(client, project, kind) for kind in ("widget", "api"))
    talks: dict[int, str] = defaultdict(lambda: _talk(client, api))

    def lumika(number: int) -> tuple[str, str, dict[str, str], None]:
        asked = {
            "integrationToken": widget,
            "textContent": QUESTION,
            "conversationId": f"{model}-{number}",
        }
        return "GET", f"/conversation/sse?{urlencode(asked)}", {}, None

    return [
        Dialect(
            "native",
            lambda _: ("POST", f"/chat/projects/{project}", bearer, {"message": QUESTION}),
            lambda data: data.get("delta"),
        ),
        Dialect("query-string SSE", lumika, lambda data: data.get("delta")),
        Dialect(
            "NDJSON",
            lambda number: (
                "POST",
                "/v1/chat/stream",
                {"x-api-key": widget},
                {"sessionId": f"n-{model}-{number}", "message": QUESTION},
            ),
            lambda data: data.get("token"),
            lines=True,
        ),
        Dialect(
            "delta",
            lambda number: (
                "POST",
                f"/api/v1/customer/conversations/{talks[number]}/messages",
                {"authorization": f"Bearer {api}"},
                {"message": QUESTION},
            ),
            lambda data: data.get("text"),
        ),
        Dialect(
            "OpenAI",
            lambda _: (
                "POST",
                "/v1/chat/completions",
                {"authorization": f"Bearer {api}"},
                {
                    "model": project,
                    "stream": True,
                    "messages": [{"role": "user", "content": QUESTION}],
                },
            ),
            lambda data: next(
                (each["delta"].get("content") for each in data.get("choices", ())), None
            ),
        ),
    ]


def _integration(client: httpx.Client, project: str, kind: str) -> str:
    body = {"name": kind, "kind": kind, **UNLIMITED}
    answer = client.post(f"/projects/{project}/integrations", json=body)
    return answer.raise_for_status().json()["token"]


def _talk(client: httpx.Client, token: str) -> str:
    headers = {"authorization": f"Bearer {token}"}
    answer = client.post("/api/v1/customer/conversations", headers=headers)
    return answer.raise_for_status().json()["conversationId"]


async def together(
    product: Product, ways: Sequence[Dialect], model: str, streams: int
) -> tuple[list[Heard], float, Counter[str]]:
    """So many streams at once, the dialects in turn; seconds in all, processor seconds by part."""
    expected = TOKEN * MODELS[model].tokens
    for number in range(streams):
        ways[number % len(ways)].request(number)  # Conversations that must be there are made.
    before, began = product.processor_seconds(), perf_counter()
    heard = await asyncio.gather(
        *(
            hear(product.port, ways[number % len(ways)], number, expected)
            for number in range(streams)
        )
    )
    took, spent = perf_counter() - began, product.processor_seconds()
    spent.subtract(before)
    return heard, took, spent


def print_whole(heard: Sequence[Heard]) -> None:
    """Print what came, by dialect."""
    print("| dialect | streams | whole | first text s, p50 | p95 | longest silence s | end s |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in dict.fromkeys(each.dialect for each in heard):
        mine = [each for each in heard if each.dialect == name]
        whole = sum(not each.fault for each in mine)
        p50, p95 = np.percentile([each.first_s for each in mine], [50, 95])
        silence, end = max(each.gap_s for each in mine), max(each.whole_s for each in mine)
        times = f"{p50:.2f} | {p95:.2f} | {silence:.2f} | {end:.1f}"
        print(f"| {name} | {len(mine)} | {whole} | {times} |", flush=True)
    for fault, count in Counter(each.fault for each in heard if each.fault).most_common(5):
        print(f"\nnot whole: {count} × {fault}")


async def main(streams: int) -> None:
    """Start the product and an upstream, and measure."""
    with running() as product, product.signed_in() as client, upstream() as port:
        answered_by(client, port, [*MODELS])
        project = project_about_rent(client)
        ways = dialects(client, project, "paced")
        heard, took, spent = await together(product, ways, "paced", streams)
        print(
            f"{streams} streams of {MODELS['paced'].tokens} tokens at 40 a second, {took:.1f} s\n"
        )
        print_whole(heard)
        _print_cost(heard, took, spent)
        ways = dialects(client, project, "flood")
        heard, took, spent = await together(product, ways, "flood", streams // 10)
        tokens = streams // 10 * MODELS["flood"].tokens
        print(
            f"\n{streams // 10} streams of {MODELS['flood'].tokens} tokens at once, {took:.1f} s\n"
        )
        print_whole(heard)
        _print_cost(heard, took, spent)
        print(f"\n{tokens / took:,.0f} tokens of the upstream a second")


def _print_cost(heard: Sequence[Heard], took: float, spent: Counter[str]) -> None:
    events = sum(each.events for each in heard)
    busy = ", ".join(f"{part} {seconds:.1f}" for part, seconds in spent.most_common() if seconds)
    print(f"\n{events:,} events with text, {events / took:,.0f} a second; processor s: {busy}")
    if spent["web"]:
        print(f"{events / spent['web']:,.0f} events a second of the web processes' processor")


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else STREAMS))
