"""A key that was given is never seen again: not in an answer, a log line or the database."""

import asyncio
import logging
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.http.chat.bench import Bench
from tests.upstreams.openai_server import CANARY_KEY, OpenAIServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"


def dump(conninfo: str) -> str:
    """Every value of every table, as text."""
    row = sql.SQL("SELECT to_jsonb(t) FROM {} AS t")
    with psycopg.connect(conninfo) as connection:
        names = [name for (name,) in connection.execute(TABLES)]
        queries = [row.format(sql.Identifier(name)) for name in names]
        return str([connection.execute(query).fetchall() for query in queries])


async def every_call(bench: Bench, identity: str, base_url: str) -> list[str]:
    """What all calls about providers say, the failing ones too."""
    odd: dict[str, Any] = {"apiKey": CANARY_KEY, "baseUrl": base_url, "name": "x" * 500}
    one = f"/providers/{identity}"
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/providers", None),
        ("GET", "/providers/models", None),
        ("GET", "/providers/admin", None),
        ("GET", "/providers/presets", None),
        ("GET", "/providers/fallback", None),
        ("PUT", "/providers/fallback", {"models": ["secret/401"]}),
        ("POST", "/providers", odd),
        ("POST", "/providers", odd | {"name": "X", "slug": "secret"}),
        ("POST", "/providers", odd | {"name": "X", "slug": "y", "baseUrl": "http://0x7f.1/v1"}),
        ("PATCH", one, {"apiKey": CANARY_KEY}),
        ("PATCH", one, odd),
        ("PATCH", one, {"apiKey": [CANARY_KEY]}),
        ("POST", f"{one}/test", {"apiKey": CANARY_KEY, "model": "plain"}),
        ("POST", f"{one}/test", {"apiKey": CANARY_KEY, "model": "401"}),
        ("POST", "/providers/test", {"apiKey": CANARY_KEY, "baseUrl": base_url, "model": "401"}),
        ("POST", "/providers/test", {"apiKey": CANARY_KEY, "baseUrl": "http://[::1"}),
        ("POST", f"{one}/models/refresh", None),
        ("GET", "/schema/openapi.json", None),
        ("GET", "/audit-log", None),
        ("GET", "/usage?by=model", None),
        ("GET", "/metrics", None),
    ]
    return [(await bench.ada.request(method, path, json=body)).text for method, path, body in calls]


async def test_a_key_is_never_seen_again(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with OpenAIServer() as upstream:
        upstream.key = CANARY_KEY
        identity = await bench.add(upstream, "secret", ["plain", "401", "error-event"])
        heard = await asyncio.gather(
            *(bench.ask(f"secret/{model}") for model in ("plain", "401", "error-event"))
        )
        said = await every_call(bench, identity, upstream.base_url)
        upstream.key = "another"
        heard.append(await bench.ask("secret/plain"))
        gone = (await bench.ada.delete(f"/providers/{identity}")).text
    kept = await asyncio.to_thread(dump, bench.site.services.database.conninfo)

    assert "secret" in kept
    assert "provider.created" in kept
    for where, found in {
        "answers": str(said),
        "streams": str([each.raw for each in heard]),
        "deletion": gone,
        "database": kept + kept.encode().hex(),
        "log": caplog.text,
    }.items():
        assert "canary" not in found, where
        assert CANARY_KEY.encode().hex() not in found, where
