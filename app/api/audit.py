"""The audit log (wire contract, section 10)."""

from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from app.access.guards import ADMINS, require_role
from app.access.principal import Principal
from app.api.bodies import Body
from app.api.periods import From, To, moment, wants_csv
from app.api.questions import clean
from app.audit.store import Wanted, entries
from app.audit.tables import AuditEntry
from app.db.engine import Database
from app.wire.table import csv_table
from app.wire.times import timestamp

AnyRequest = Request[Any, Any, State]
PageSize = Annotated[int, QueryParameter(ge=1, le=200)]
Words = Annotated[str | None, QueryParameter(max_length=320)]
MOST_ROWS = 50_000
CSV = "text/csv; charset=utf-8"
_HEADER = [
    "at",
    "actorId",
    "actor",
    "action",
    "targetType",
    "targetId",
    "target",
    "projectId",
    "before",
    "after",
    "address",
    "requestId",
    "via",
]


class ActorView(Body):
    """Who did it; no id for the server itself and for people unknown."""

    id: UUID | None
    name: str


class SubjectView(Body):
    """What it was done to."""

    type: str
    id: UUID | None
    name: str


class EntryView(Body):
    """One thing that somebody did; `before` and `after` hold what changed.

    `via` names what did it on their behalf, and is empty where nothing did.
    """

    id: UUID
    at: str
    actor: ActorView
    action: str
    target: SubjectView
    project_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    address: str
    request_id: str
    via: str


class EntriesView(Body):
    """Entries, newest first."""

    entries: list[EntryView]
    next_cursor: str | None


class AuditController(Controller):
    """The audit log."""

    path = "/audit-log"
    tags = ("operations",)

    @get("/")
    async def index(
        self,
        request: AnyRequest,
        principal: NamedDependency[Principal],
        database: NamedDependency[Database],
        actor: Words = None,
        action: Words = None,
        project_id: Annotated[UUID | None, QueryParameter(name="projectId")] = None,
        since: From = None,
        until: To = None,
        cursor: Words = None,
        limit: PageSize = 50,
        format: FromQuery[Literal["json", "csv"]] = "json",  # noqa: A002 - the contract's own name
    ) -> Response[EntriesView] | Response[bytes]:
        """Who did what, newest first; as CSV all that match, up to 50,000."""
        require_role(principal, ADMINS, "Only admins read the audit log.")
        wanted = Wanted(
            actor=clean(actor) if actor else None,
            action=clean(action) if action else None,
            project_id=project_id,
            since=moment(since, "from"),
            until=moment(until, "to", end=True),
        )
        as_csv = wants_csv(request, format)
        async with database.session() as session:
            found, following = await entries(
                session, wanted, limit=MOST_ROWS if as_csv else limit, cursor=cursor
            )
        if as_csv:
            headers = {"Content-Disposition": 'attachment; filename="audit-log.csv"'}
            rows = csv_table(_HEADER, (_row(entry) for entry in found))
            return Response(rows, media_type=CSV, headers=headers)
        return Response(EntriesView(entries=[_view(each) for each in found], next_cursor=following))


def _view(entry: AuditEntry) -> EntryView:
    return EntryView(
        id=entry.id,
        at=timestamp(entry.at),
        actor=ActorView(id=entry.actor_id, name=entry.actor_name),
        action=entry.action,
        target=SubjectView(type=entry.target_type, id=entry.target_id, name=entry.target_name),
        project_id=entry.project_id,
        before=entry.before,
        after=entry.after,
        address=entry.address,
        request_id=entry.request_id,
        via=entry.via,
    )


def _row(entry: AuditEntry) -> tuple[object, ...]:
    return (
        timestamp(entry.at),
        entry.actor_id,
        entry.actor_name,
        entry.action,
        entry.target_type,
        entry.target_id,
        entry.target_name,
        entry.project_id,
        _json(entry.before),
        _json(entry.after),
        entry.address,
        entry.request_id,
        entry.via,
    )


def _json(fields: dict[str, object] | None) -> str:
    return msgspec.json.encode(fields).decode() if fields else ""
