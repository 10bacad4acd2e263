"""Periods of time in queries: `from` and `to`, as dates or moments."""

from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

from litestar import Request
from litestar.datastructures import State
from litestar.params import QueryParameter

from app.errors import InvalidRequest

AnyRequest = Request[Any, Any, State]
From = Annotated[str | None, QueryParameter(name="from", max_length=40)]
To = Annotated[str | None, QueryParameter(name="to", max_length=40)]
DATE_CHARS = len("2026-02-09")


def moment(text: str | None, field: str, *, end: bool = False) -> datetime | None:
    """A moment from ISO 8601; a date alone means all of that day, in UTC.

    Args:
        text: As given.
        field: Its name in the query.
        end: Whether it ends a period: the day given is a part of it.

    Raises:
        InvalidRequest: It is neither a date nor a moment.
    """
    if text is None or not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        if end and len(text.strip()) == DATE_CHARS:
            found = datetime.combine(found.date(), time(), UTC) + timedelta(days=1)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidRequest(
            "Give a date as 2026-02-09, or a moment with its zone.", field
        ) from error


def wants_csv(request: AnyRequest, format_: str) -> bool:
    """Whether the answer is to be a CSV file: asked by the query or by the Accept header."""
    return format_ == "csv" or request.headers.get("accept", "").startswith("text/csv")
