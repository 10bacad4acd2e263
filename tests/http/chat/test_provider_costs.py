"""What answers cost: by the price that stood when they ended."""

import csv
from io import StringIO
from typing import Any

import pytest
from sqlmodel import select

from app.chat.tables import UsageRecord
from tests.http.chat.bench import Bench
from tests.upstreams.openai_server import USAGE, OpenAIServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRICES = {"plain": {"prompt": 2.0, "completion": 10.0}}
COST = (USAGE["prompt_tokens"] * 2.0 + USAGE["completion_tokens"] * 10.0) / 1e6


async def usage(bench: Bench) -> dict[str, dict[str, Any]]:
    answer = (await bench.ada.get("/usage", params={"by": "model"})).json()
    return {each["id"]: each for each in answer["usage"]} | {"total": answer["total"]}


async def test_an_answer_costs_what_its_model_cost_then(
    bench: Bench, upstream: OpenAIServer
) -> None:
    models = ["plain", "vendor/plain", "length"]
    identity = await bench.add(upstream, "dear", models, prices=PRICES)
    await bench.ask("dear/plain")
    free = {"plain": {"prompt": 0, "completion": 0}}
    await bench.ada.patch(f"/providers/{identity}", json={"prices": free})
    await bench.ask("dear/plain")
    await bench.ask("dear/length")

    used = await usage(bench)
    assert used["dear/plain"]["answers"] == 2
    assert used["dear/plain"]["cost"] == pytest.approx(COST)
    assert used["dear/length"]["cost"] is None
    assert used["total"]["cost"] >= used["dear/plain"]["cost"]
    assert used["total"]["searches"] == 0
    async with bench.site.services.database.session() as session:
        rows = await session.exec(select(UsageRecord).where(UsageRecord.model == "dear/plain"))
        assert sorted(row.cost or 0 for row in rows) == [0, pytest.approx(COST)]


async def test_a_name_with_slashes_finds_its_price(bench: Bench, upstream: OpenAIServer) -> None:
    price = {"prompt": 1.0, "completion": 1.0}
    await bench.add(upstream, "router", ["no/such/model"], prices={"no/such/model": price})
    await bench.ask("router/no/such/model")
    # It was refused: nothing was written, and that costs nothing.
    assert (await usage(bench))["router/no/such/model"]["cost"] == 0


async def test_who_stood_in_is_who_is_paid(bench: Bench, upstream: OpenAIServer) -> None:
    await bench.add(upstream, "out", ["401"], isDefault=True)
    await bench.add(upstream, "paid", ["plain"], prices=PRICES)
    await bench.stand_ins("paid/plain")
    await bench.ask()
    await bench.stand_ins()
    used = await usage(bench)
    assert used["paid/plain"]["cost"] == pytest.approx(COST)
    assert "out/401" not in used


async def test_the_file_tells_of_cost_and_searches(bench: Bench, upstream: OpenAIServer) -> None:
    await bench.add(upstream, "filed", ["plain", "length"], prices=PRICES)
    for model in ("filed/plain", "filed/length"):
        await bench.ask(model)
    answer = await bench.ada.get("/usage", params={"by": "model", "format": "csv"})
    table = list(csv.DictReader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert list(table[0])[-2:] == ["cost", "searches"]
    costs = {row["id"]: row["cost"] for row in table}
    assert float(costs["filed/plain"]) == pytest.approx(COST)
    assert costs["filed/length"] == ""
