"""The access rules of the contract as SQL over the project's row: the one place that knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    SQLColumnExpression,
    Text,
    Uuid,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    not_,
)
from sqlalchemy.dialects.postgresql import array
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.access.tables import Grant
from app.access.tiers import PLATFORM_STAFF, TIERS, AccessGrant, Source, Tier
from app.accounts.tables import GroupMember, User
from ingest.corpus.tables import Project

Rule: TypeAlias = ColumnElement[Any]
"""A text, or null where nothing is given."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: the values of one person, or the columns of everybody's row."""

    id: SQLColumnExpression[UUID]
    platform_role: SQLColumnExpression[str]
    org_position: SQLColumnExpression[str]
    department_id: SQLColumnExpression[UUID | None]


EVERYBODY = Viewer(
    col(User.id), col(User.platform_role), col(User.org_position), col(User.department_id)
)


BOUND = Viewer(
    bindparam("viewer_id", type_=Uuid()),
    bindparam("viewer_role", type_=Text()),
    bindparam("viewer_position", type_=Text()),
    bindparam("viewer_department", type_=Uuid()),
)
"""One person, in statements that are built once; `bound` gives the parameters."""


def bound(user: User) -> dict[str, object]:
    """The parameters of a statement over `BOUND`, for a person as just read from the database."""
    return {
        "viewer_id": user.id,
        "viewer_role": user.platform_role,
        "viewer_position": user.org_position,
        "viewer_department": user.department_id,
    }


def viewer(user: User) -> Viewer:
    """One person, as just read from the database."""
    return Viewer(
        literal(user.id),
        literal(user.platform_role),
        literal(user.org_position),
        literal(user.department_id, Uuid()),
    )


def rules(who: Viewer) -> Mapping[Source, Rule]:
    """The tier that each rule gives, null where it does not hold."""
    return {
        "platform": case((who.platform_role.in_(map(_word, PLATFORM_STAFF)), _word("full"))),
        "owner": case((col(Project.owner_id) == who.id, _word("full"))),
        "ceo": case((who.org_position == _word("ceo"), _word("use"))),
        "direct": _highest(select(Grant.tier).where(col(Grant.user_id) == who.id)),
        "group": _highest(
            select(Grant.tier)
            .join(GroupMember, col(GroupMember.group_id) == col(Grant.group_id))
            .where(col(GroupMember.user_id) == who.id)
        ),
        "department": _highest(
            select(Grant.tier).where(col(Grant.department_id) == who.department_id)
        ),
        "public": case((not_(col(Project.is_private)), _word("use"))),
    }


def access_of(who: Viewer, *, without_role: bool = False) -> Rule:
    """The first rule that gives a project's row to somebody, as `source:tier`; null for none.

    A grant stands before `ceo` here, and one that gives a chief executive no more than that rule
    is passed over: so a grant above it wins, and the order stays the contract's for everybody else.

    Args:
        who: One person or everybody.
        without_role: Leave rule 1 out, to see what platform staff have besides.
    """
    by = rules(who)
    passed_over = case((who.org_position == _word("ceo"), _word("use")))
    more_than_ceo = {
        source: func.nullif(by[source], passed_over) for source in ("direct", "group", "department")
    }
    ordered: list[tuple[str, Rule]] = [
        ("owner", by["owner"]),
        *more_than_ceo.items(),
        ("ceo", by["ceo"]),
        ("public", by["public"]),
    ]
    if not without_role:
        ordered.insert(0, ("platform", by["platform"]))
    return func.coalesce(*(_word(f"{source}:").concat(tier) for source, tier in ordered))


def read_access(found: str) -> AccessGrant:
    """What `access_of` gave, in parts."""
    source, _, tier = found.partition(":")
    return AccessGrant(cast("Tier", tier), cast("Source", source))


def tier_rank(tier: SQLColumnExpression[str]) -> ColumnElement[int]:
    """1 to 3, in the order of what a tier allows."""
    return func.array_position(array([_word(each) for each in TIERS]), tier)


def _word(constant: str) -> ColumnElement[str]:
    """A word of ours as a part of the statement: parameters are for what people send."""
    return literal_column(f"'{constant}'", Text())


def _highest(grants: SelectOfScalar[str]) -> Rule:
    """The highest tier among those of the grants that are the project's."""
    return (
        grants.where(col(Grant.project_id) == col(Project.id))
        .order_by(tier_rank(col(Grant.tier)).desc(), col(Grant.id))
        .limit(literal_column("1"))
        .correlate(Project, User)
        .scalar_subquery()
    )
