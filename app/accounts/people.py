"""Making, changing and deleting people."""

from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import departments, groups, roles, store
from app.accounts.acting import Acting
from app.accounts.conflicts import save
from app.accounts.errors import OwnsProjects
from app.accounts.passwords import Passwords
from app.accounts.roles import OrgPosition, PlatformRole
from app.accounts.tables import OneTimeLink, User
from app.audit.record import Change, Target, record
from app.errors import NotFound
from ingest.corpus.tables import Project, now

MOST_PROJECTS_NAMED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Somebody who is to be made; name, address and password are checked by the caller.

    Attributes:
        password: None for somebody who is to choose one by an invitation.
    """

    name: str
    email: str
    password: str | None = None
    platform_role: PlatformRole = "none"
    org_position: OrgPosition = "member"
    department_id: UUID | None = None


class PersonChanges(TypedDict, total=False):
    """What is to change about somebody; what is absent stays, and None stands for no department."""

    name: str
    email: str
    platform_role: PlatformRole
    org_position: OrgPosition
    department_id: UUID | None
    is_active: bool


async def create(session: AsyncSession, acting: Acting, draft: Draft, passwords: Passwords) -> User:
    """Make a person.

    Raises:
        Forbidden: The caller makes nobody.
        ForbiddenRole: The caller doesn't make people of this platform role.
        TargetNotFound: There is no such department.
        EmailExists: Somebody has the address.
        CeoExists: There is a chief executive.
    """
    roles.check_creation(acting.user, draft.platform_role)
    # Before the first query, so that no connection waits for the hash.
    hashed = None if draft.password is None else await passwords.hash(draft.password)
    user = User(
        name=draft.name,
        email=draft.email.lower(),
        password_hash=hashed,
        platform_role=draft.platform_role,
        org_position=draft.org_position,
        department_id=draft.department_id,
    )
    if draft.department_id is not None:
        await departments.hold(session, draft.department_id)
    session.add(user)
    await save(session)
    await record(session, acting.actor, "user.created", _target(user), Change(after=_shown(user)))
    return user


async def change(
    session: AsyncSession, acting: Acting, user_id: UUID, changes: PersonChanges
) -> None:
    """Change a person field by field.

    A change of `is_active` ends the sessions. That, and another address, ends a link that waits:
    it went to an address, or to somebody, that was meant then. Who leaves a department leaves its
    groups.

    Raises:
        Forbidden: The caller changes nobody, or not this about themselves.
        ForbiddenRole: The person's platform role, the old one or the new one, is above the caller.
        NotFound: There is nobody of this id.
        TargetNotFound: There is no such department.
        EmailExists: Somebody else has the address.
        CeoExists: There is another chief executive.
    """
    roles.check_admin(acting.user)
    department_id = changes.get("department_id")
    if department_id is not None:  # Before the person: in the order in which a deletion locks.
        await departments.hold(session, department_id)
    user = await _locked(session, user_id)
    wanted = dict(changes)
    if "email" in changes:
        wanted["email"] = changes["email"].lower()
    differing = {name: value for name, value in wanted.items() if getattr(user, name) != value}
    roles.check_change(acting.user, user, differing)
    if not differing:
        return
    if not differing.keys().isdisjoint({"email", "is_active"}):
        await session.exec(delete(OneTimeLink).where(col(OneTimeLink.user_id) == user.id))
    if "is_active" in differing:
        await store.end_sessions(session, user.id)
    if "department_id" in differing and user.department_id is not None:
        await groups.leave_all_of(session, acting, user, user.department_id)
    await _write(session, acting, user, differing)


async def rename_oneself(session: AsyncSession, acting: Acting, name: str) -> None:
    """Change the caller's own name.

    Raises:
        NotFound: The caller was deleted just now.
    """
    user = await _locked(session, acting.user.id)
    if user.name != name:
        await _write(session, acting, user, {"name": name})


async def remove(session: AsyncSession, acting: Acting, user_id: UUID) -> None:
    """Delete a person, with their conversations, credentials, grants and places in groups.

    Raises:
        Forbidden: The caller deletes nobody, or it is themselves.
        ForbiddenRole: The person's platform role is above the caller.
        NotFound: There is nobody of this id.
        OwnsProjects: Projects are theirs; some are named.
    """
    roles.check_admin(acting.user)
    user = await _locked(session, user_id)
    roles.check_deletion(acting.user, user)
    await _check_owns_nothing(session, user)
    await session.delete(user)
    await session.flush()
    gone = Change(before=_shown(user))
    await record(session, acting.actor, "user.deleted", _target(user), gone)


async def _locked(session: AsyncSession, user_id: UUID) -> User:
    """The person, whom nobody else changes meanwhile: the rules are asked about this row.

    Raises:
        NotFound: There is nobody of this id.
    """
    query = select(User).where(User.id == user_id).with_for_update()
    user = (await session.exec(query)).first()
    if user is None:
        raise NotFound("There is no such person.")
    return user


async def _check_owns_nothing(session: AsyncSession, user: User) -> None:
    theirs = col(Project.owner_id) == user.id
    total = (await session.exec(select(func.count()).select_from(Project).where(theirs))).one()
    if not total:
        return
    query = (
        select(Project.id, Project.name)
        .where(theirs)
        .order_by(func.lower(col(Project.name)), col(Project.id))
        .limit(MOST_PROJECTS_NAMED)
    )
    named = [{"id": str(each), "name": name} for each, name in await session.exec(query)]
    raise OwnsProjects(
        f"{user.name} owns {total} {'project' if total == 1 else 'projects'}. "
        "Give them to somebody else first, or deactivate the person instead.",
        projects=named,
    )


async def _write(
    session: AsyncSession, acting: Acting, user: User, differing: dict[str, object]
) -> None:
    before = _shown(user)
    for name, value in differing.items():
        setattr(user, name, value)
    user.updated_at = now()
    session.add(user)
    await save(session)
    changed = Change(before, _shown(user))
    await record(session, acting.actor, "user.changed", _target(user), changed)


def _target(user: User) -> Target:
    return Target("user", user.id, user.email)


def _shown(user: User) -> dict[str, object]:
    """What the audit log tells of a person."""
    return {
        "name": user.name,
        "email": user.email,
        "platformRole": user.platform_role,
        "orgPosition": user.org_position,
        "departmentId": user.department_id,
        "isActive": user.is_active,
    }
