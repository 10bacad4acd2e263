"""A check, what it finds, and how all of them are run."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import Final, Literal, TypeAlias

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ingest.corpus.tables import now

Status: TypeAlias = Literal["ok", "warning", "failed"]

DATABASE: Final = "database"
"""The check that the others need."""
LIMIT_S: Final = 6.0
SHOWN: Final = 3
"""Things of one kind that a finding names."""
NOT_LOOKED_AT: Final = "Not looked at: the database does not answer."
_NO_TABLE: Final = ("42P01", "42703")
"""SQLSTATEs of a table or column that is not there."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        detail: One or two sentences for an operator; safe to show: no key, no upstream's text.
    """

    status: Status
    detail: str


def ok(detail: str) -> Finding:
    """All is well."""
    return Finding("ok", detail)


def warning(detail: str) -> Finding:
    """It works, but somebody should look; or it could not be found out."""
    return Finding("warning", detail)


def failed(detail: str) -> Finding:
    """It does not work."""
    return Finding("failed", detail)


def some(things: Sequence[str], between: str = "; ") -> str:
    """The first few of them, and how many more there are."""
    more = len(things) - SHOWN
    return between.join(things[:SHOWN]) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing to look at.

    Attributes:
        id: Stable, in lower case with hyphens.
        name: For people.
        runbook: The page that helps: a file name in `runbooks/` without `.md`.
        run: Looks.
        limit_s: What takes longer counts as failed.
        needs_database: Whether there is nothing to see without it.
    """

    id: str
    name: str
    runbook: str
    run: Callable[[], Awaitable[Finding]]
    limit_s: float = LIMIT_S
    needs_database: bool = True


@dataclass(frozen=True, slots=True)
class Result:
    """A check that was run.

    Attributes:
        duration_ms: How long it took.
    """

    id: str
    name: str
    runbook: str
    status: Status
    detail: str
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Examination:
    """Every check's result, in the order of the checks."""

    results: Sequence[Result]
    checked_at: datetime

    @property
    def is_well(self) -> bool:
        """Whether nothing failed; warnings may be there."""
        return all(result.status != "failed" for result in self.results)


async def examine(checks: Sequence[Check]) -> Examination:
    """Run all checks side by side; those that need the database wait until it has answered."""
    database = next((check for check in checks if check.id == DATABASE), None)
    answering = asyncio.ensure_future(_run(database)) if database else None

    async def one(check: Check) -> Result:
        if answering is not None and check is database:
            return await answering
        if answering is not None and check.needs_database:
            first = await answering
            if first.status == "failed":
                return replace(_result(check, warning(NOT_LOOKED_AT), 0.0), runbook=first.runbook)
        return await _run(check)

    return Examination(await asyncio.gather(*map(one, checks)), now())


async def _run(check: Check) -> Result:
    began = perf_counter()
    task = asyncio.ensure_future(check.run())
    try:
        # `wait` raises nothing of the check's own: one that breaks must not hide the others.
        await asyncio.wait([task], timeout=check.limit_s)
        finding = _finding(check, task)
    finally:
        task.cancel()
    return _result(check, finding, perf_counter() - began)


def _finding(check: Check, task: asyncio.Future[Finding]) -> Finding:
    if not task.done():
        return failed(f"No answer within {check.limit_s:g} s.")
    error = task.exception()
    return task.result() if error is None else _broken(check, error)


def _broken(check: Check, error: BaseException) -> Finding:
    if isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", "") in _NO_TABLE:
        return warning("Not known: the database's schema is not that of this version.")
    if isinstance(error, SQLAlchemyError):
        return warning("Not known: the database did not answer this question.")
    _log.error("a check broke", extra={"check": check.id}, exc_info=error)
    return warning(f"Not known: the check itself broke ({type(error).__name__}).")


def _result(check: Check, finding: Finding, seconds: float) -> Result:
    return Result(
        id=check.id,
        name=check.name,
        runbook=check.runbook,
        status=finding.status,
        detail=finding.detail,
        duration_ms=round(seconds * 1000),
    )
