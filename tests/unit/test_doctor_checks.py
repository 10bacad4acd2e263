"""How checks are run: none hides, hangs or breaks the others."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from sqlalchemy.exc import OperationalError

from app.doctor.check import (
    DATABASE,
    NOT_LOOKED_AT,
    Check,
    Finding,
    examine,
    failed,
    ok,
    some,
    warning,
)
from app.doctor.doctor import Doctor
from tests.waiting import eventually


def finds(finding: Finding) -> Callable[[], Awaitable[Finding]]:
    async def run() -> Finding:
        return finding

    return run


def raises(error: Exception) -> Callable[[], Awaitable[Finding]]:
    async def run() -> Finding:
        raise error

    return run


async def hangs() -> Finding:
    await asyncio.Event().wait()
    return ok("never")


def check(name: str, run: Callable[[], Awaitable[Finding]], **fields: object) -> Check:
    made = {"id": name, "name": name, "runbook": f"page-of-{name}", "run": run, **fields}
    return Check(**made)  # pyright: ignore[reportArgumentType]


async def test_results_come_in_the_order_of_the_checks() -> None:
    found = await examine([check("b", finds(ok("1"))), check("a", finds(warning("2")))])
    assert [(result.id, result.status) for result in found.results] == [
        ("b", "ok"),
        ("a", "warning"),
    ]
    assert found.is_well


async def test_one_that_hangs_has_failed_when_its_time_is_over() -> None:
    found = await examine([check("slow", hangs, limit_s=0.05), check("quick", finds(ok("fine")))])
    slow, quick = found.results
    assert (slow.status, slow.detail) == ("failed", "No answer within 0.05 s.")
    assert (quick.status, found.is_well) == ("ok", False)


async def test_one_that_breaks_is_not_known_and_shows_nothing_of_the_error(
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = await examine([check("odd", raises(RuntimeError("canary"))), check("a", finds(ok("")))])
    odd, fine = found.results
    assert (odd.status, odd.detail) == (
        "warning",
        "Not known: the check itself broke (RuntimeError).",
    )
    assert fine.status == "ok"
    assert "a check broke" in caplog.text


async def test_a_statement_that_fails_is_not_known() -> None:
    error = OperationalError("SELECT canary", {}, Exception("canary"))
    (result,) = (await examine([check("sql", raises(error))])).results
    assert result.status == "warning"
    assert "canary" not in result.detail


async def test_what_needs_the_database_is_not_looked_at_when_it_is_down() -> None:
    found = await examine(
        [
            check(DATABASE, finds(failed("down"))),
            check("needs", hangs),
            check("free", finds(ok("fine")), needs_database=False),
        ]
    )
    database, needs, free = found.results
    assert (needs.status, needs.detail) == ("warning", NOT_LOOKED_AT)
    assert needs.runbook == database.runbook
    assert free.status == "ok"


def test_a_long_list_is_cut_and_counted() -> None:
    assert some(["a", "b", "c"]) == "a; b; c"
    assert some(["a", "b", "c", "d", "e"], ", ") == "a, b, c and 2 more"


@dataclass
class Counted:
    """A check that waits for its turn, and how often it was made and rested from."""

    made: int = 0
    rested: int = 0
    go: asyncio.Event = field(default_factory=asyncio.Event)

    def checks(self) -> list[Check]:
        self.made += 1
        return [check("one", self.run, needs_database=False)]

    async def run(self) -> Finding:
        await self.go.wait()
        return ok("done")

    async def rest(self) -> None:
        self.rested += 1


async def test_who_asks_while_a_look_is_under_way_gets_its_result() -> None:
    counted = Counted()
    doctor = Doctor(counted.checks, counted.rest)
    both = [asyncio.create_task(doctor.examine()) for _ in range(2)]
    await asyncio.sleep(0)
    counted.go.set()
    first, second = await asyncio.gather(*both)
    assert first is second
    assert (counted.made, counted.rested) == (1, 1)
    assert await doctor.examine() is not first


async def test_closing_ends_a_look() -> None:
    counted = Counted()
    doctor = Doctor(counted.checks, counted.rest)
    asking = asyncio.create_task(doctor.examine())
    await eventually(lambda: counted.made)
    await doctor.close()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert counted.rested == 1
