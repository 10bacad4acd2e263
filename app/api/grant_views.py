"""How grants and access look on the wire (section 3)."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from app.access.explain import Holding, Person
from app.access.grants import Given
from app.access.targets import GrantTarget, TargetType
from app.access.tiers import AccessGrant, Source
from app.api.bodies import Body
from app.wire.times import timestamp
from ingest.corpus.tables import Project


class GrantView(Body):
    """A grant and whom it is for."""

    id: UUID
    target_type: TargetType
    target_id: UUID
    target_name: str
    target_detail: str
    tier: str
    created_at: str
    updated_at: str


class GrantsView(Body):
    """People, then groups, then departments, each by name."""

    grants: list[GrantView]


class OneGrantView(Body):
    """A grant, and whether it is new."""

    grant: GrantView
    action: Literal["created", "updated"]


class TargetView(Body):
    """Somebody, or several, whom access can be given to."""

    target_type: TargetType
    target_id: UUID
    name: str
    detail: str


class TargetsView(Body):
    """At most twenty, by name."""

    targets: list[TargetView]


class FoundView(Body):
    """How far the caller may go, and by which rule."""

    tier: str
    source: Source


class ViaView(Body):
    """The group or department by which a rule holds."""

    type: TargetType
    id: UUID
    name: str


class RuleView(Body):
    """A rule that gives access; `wins` marks the one that counts."""

    source: Source
    tier: str
    via: ViaView | None
    wins: bool


class AccessView(Body):
    """Why the caller has access, in the order of the rules."""

    access: FoundView
    rules: list[RuleView]


class ReachingPersonView(Body):
    """Somebody who can see the project, and why; `via` names the group or department."""

    id: UUID
    name: str
    email: str
    tier: str
    source: Source
    via: str | None


class PeopleView(Body):
    """Some of those who can see the project, and how many there are."""

    people: list[ReachingPersonView]
    total: int


class DirectView(Body):
    """A grant to the person."""

    grant_id: UUID
    project_id: UUID
    project_name: str
    tier: str


class ViaGroupView(DirectView):
    """A grant to a group of the person's."""

    group_id: UUID
    group_name: str


class ViaDepartmentView(DirectView):
    """A grant to the person's department."""

    department_id: UUID
    department_name: str


class ByUserView(Body):
    """The grants that reach a person, by the project's name."""

    direct: list[DirectView]
    via_group: list[ViaGroupView]
    via_department: list[ViaDepartmentView]


def grant_view(given: Given) -> GrantView:
    """A grant and whom it is for."""
    return GrantView(
        id=given.grant.id,
        target_type=given.target.type,
        target_id=given.target.id,
        target_name=given.target.name,
        target_detail=given.target.detail,
        tier=given.grant.tier,
        created_at=timestamp(given.grant.created_at),
        updated_at=timestamp(given.grant.updated_at),
    )


def target_view(target: GrantTarget) -> TargetView:
    """Somebody to choose."""
    return TargetView(
        target_type=target.type, target_id=target.id, name=target.name, detail=target.detail
    )


def access_view(access: AccessGrant, holdings: Sequence[Holding]) -> AccessView:
    """What the resolver found, and everything that would give access."""
    rules = [
        RuleView(
            source=holding.access.source,
            tier=holding.access.tier,
            via=_via(holding.via),
            wins=holding.wins,
        )
        for holding in holdings
    ]
    return AccessView(access=FoundView(tier=access.tier, source=access.source), rules=rules)


def person_view(person: Person) -> ReachingPersonView:
    """Somebody who can see the project."""
    return ReachingPersonView(
        id=person.user.id,
        name=person.user.name,
        email=person.user.email,
        tier=person.access.tier,
        source=person.access.source,
        via=person.via,
    )


def by_user_view(found: Sequence[tuple[Given, Project]]) -> ByUserView:
    """Grants sorted by the way they come."""
    view = ByUserView(direct=[], via_group=[], via_department=[])
    for given, project in found:
        plain = DirectView(
            grant_id=given.grant.id,
            project_id=project.id,
            project_name=project.name,
            tier=given.grant.tier,
        )
        if given.target.type == "user":
            view.direct.append(plain)
        elif given.target.type == "group":
            view.via_group.append(_by_group(plain, given.target))
        else:
            view.via_department.append(_by_department(plain, given.target))
    return view


def _by_group(plain: DirectView, group: GrantTarget) -> ViaGroupView:
    return ViaGroupView(
        grant_id=plain.grant_id,
        project_id=plain.project_id,
        project_name=plain.project_name,
        tier=plain.tier,
        group_id=group.id,
        group_name=group.name,
    )


def _by_department(plain: DirectView, department: GrantTarget) -> ViaDepartmentView:
    return ViaDepartmentView(
        grant_id=plain.grant_id,
        project_id=plain.project_id,
        project_name=plain.project_name,
        tier=plain.tier,
        department_id=department.id,
        department_name=department.name,
    )


def _via(target: GrantTarget | None) -> ViaView | None:
    return ViaView(type=target.type, id=target.id, name=target.name) if target else None
