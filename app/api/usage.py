"""What answers took (wire contract, section 10)."""

from datetime import timedelta
from typing import Any, Literal

import msgspec
from litestar import Controller, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromQuery

from app.access.guards import ADMINS, require_role
from app.access.principal import Principal
from app.api.bodies import Body
from app.api.periods import From, To, moment, wants_csv
from app.chat.usage import By, Usage, usage
from app.db.engine import Database
from app.wire.table import csv_table
from app.wire.times import timestamp
from ingest.corpus.tables import now

AnyRequest = Request[Any, Any, State]
CSV = "text/csv; charset=utf-8"
PERIOD = timedelta(days=30)
_TOKENS = ("promptTokens", "completionTokens", "totalTokens")
_HEADER = ["id", "name", "answers", *_TOKENS, "cost", "searches"]


class CountsView(Body):
    """Answers, their tokens as upstreams counted them, their cost in dollars as far as known."""

    answers: int
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cost: float | None
    searches: int


class UsageView(CountsView):
    """What one of them took; an empty name is of something deleted."""

    id: str
    name: str


class UsagesView(Body):
    """Usage of a period, the greatest first."""

    by: By
    since: str = msgspec.field(name="from")
    until: str = msgspec.field(name="to")
    usage: list[UsageView]
    total: CountsView


class UsageController(Controller):
    """Usage."""

    path = "/usage"
    tags = ("operations",)

    @get("/")
    async def index(
        self,
        request: AnyRequest,
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        by: FromQuery[By] = "user",
        since: From = None,
        until: To = None,
        format: FromQuery[Literal["json", "csv"]] = "json",  # noqa: A002 - the contract's own name
    ) -> Response[UsagesView] | Response[bytes]:
        """Answers and tokens, counted by one of these; the last 30 days unless told."""
        require_role(principal, ADMINS, "Only admins see what others use.")
        last = moment(until, "to", end=True) or now() + timedelta(seconds=1)
        first = moment(since, "from") or last - PERIOD
        async with database.session() as session:
            found = await usage(session, by, first, last)
        views = [_view(each) for each in found]
        if wants_csv(request, format):
            headers = {"Content-Disposition": f'attachment; filename="usage-by-{by}.csv"'}
            return Response(csv_table(_HEADER, map(_row, views)), media_type=CSV, headers=headers)
        view = UsagesView(
            by=by,
            since=timestamp(first),
            until=timestamp(last),
            usage=views,
            total=_total(views),
        )
        return Response(view)


def _view(each: Usage) -> UsageView:
    return UsageView(
        id=each.id,
        name=each.name,
        answers=each.answers,
        prompt_tokens=each.prompt_tokens,
        completion_tokens=each.completion_tokens,
        total_tokens=each.prompt_tokens + each.completion_tokens,
        cost=each.cost,
        searches=each.searches,
    )


def _row(view: UsageView) -> tuple[object, ...]:
    tokens = (view.prompt_tokens, view.completion_tokens, view.total_tokens)
    return (view.id, view.name, view.answers, *tokens, view.cost, view.searches)


def _total(views: list[UsageView]) -> CountsView:
    costs = [view.cost for view in views if view.cost is not None]
    return CountsView(
        answers=sum(view.answers for view in views),
        prompt_tokens=sum(view.prompt_tokens for view in views),
        completion_tokens=sum(view.completion_tokens for view in views),
        total_tokens=sum(view.total_tokens for view in views),
        cost=sum(costs) if costs else None,
        searches=sum(view.searches for view in views),
    )
