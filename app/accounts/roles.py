"""Who sees and changes whom (wire contract, section 2): all of the rules, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from app.accounts.errors import Forbidden, ForbiddenRole
from app.accounts.tables import User

PlatformRole: TypeAlias = Literal["superadmin", "admin", "engineer", "none"]
OrgPosition: TypeAlias = Literal["ceo", "manager", "member"]

_ADMINS = frozenset({"superadmin", "admin"})
_APPOINTED = frozenset({"admin", "engineer"})
_WAYS_IN = frozenset({"email", "is_active"})


@dataclass(frozen=True, slots=True)
class Sight:
    """Which people, departments and groups somebody sees.

    Attributes:
        whole: All of them.
        department_id: Where not all: those of this department, and none at all without one.
    """

    whole: bool
    department_id: UUID | None = None

    def includes(self, department_id: UUID | None) -> bool:
        """Whether what belongs to this department, or to none, is seen."""
        return self.whole or (department_id is not None and department_id == self.department_id)


EVERYTHING = Sight(whole=True)


def sight_of(viewer: User) -> Sight:
    """What this person sees of the others.

    Raises:
        Forbidden: Nothing: they are neither admin nor manager.
    """
    if viewer.platform_role in _ADMINS:
        return EVERYTHING
    if viewer.org_position == "manager":
        return Sight(whole=False, department_id=viewer.department_id)
    raise Forbidden("This is for admins, and for managers in their department.")


def check_admin(actor: User) -> None:
    """Let admins and the superadmin pass.

    Raises:
        Forbidden: It is somebody else.
    """
    if actor.platform_role not in _ADMINS:
        raise Forbidden("Only admins do this. Ask one of them.")


def check_creation(actor: User, role: str) -> None:
    """Let those pass who may make a person with this platform role.

    Raises:
        Forbidden: They make nobody.
        ForbiddenRole: They don't make such people.
    """
    check_admin(actor)
    _check_move(actor, "none", role)


def check_change(actor: User, target: User, changes: Mapping[str, object]) -> None:
    """Let those pass who may change these fields of this person.

    Args:
        actor: Who changes.
        target: Whom, as it is before.
        changes: The fields of `User` that will differ, with their new values.

    Raises:
        Forbidden: They change nobody, or not this about themselves.
        ForbiddenRole: The target's platform role, the old one or the new one, is above them.
    """
    check_admin(actor)
    if actor.id == target.id and "is_active" in changes:
        raise Forbidden("You can't deactivate yourself. Ask another admin.")
    if actor.id == target.id and "platform_role" in changes:
        raise ForbiddenRole("You can't change your own role.")
    _check_superadmin(actor, target)
    if "platform_role" in changes:
        _check_move(actor, target.platform_role, str(changes["platform_role"]))
    if not _WAYS_IN.isdisjoint(changes):
        check_way_in(actor, target)


def check_deletion(actor: User, target: User) -> None:
    """Let those pass who may delete this person.

    Raises:
        Forbidden: They delete nobody, or it is themselves.
        ForbiddenRole: The target's platform role is above them.
    """
    check_admin(actor)
    if actor.id == target.id:
        raise Forbidden("You can't delete yourself. Ask another admin.")
    check_way_in(actor, target)


def check_way_in(actor: User, target: User) -> None:
    """Let those pass who decide how, and whether, this person comes in.

    That is: the e-mail address, links, sessions, whether they are active or there at all.

    Raises:
        Forbidden: They decide over nobody.
        ForbiddenRole: The target's platform role is above them.
    """
    check_admin(actor)
    _check_superadmin(actor, target)
    if target.platform_role in _APPOINTED and actor.platform_role != "superadmin":
        raise ForbiddenRole("Only the superadmin decides how admins and engineers sign in.")


def _check_superadmin(actor: User, target: User) -> None:
    if target.platform_role == "superadmin" and actor.id != target.id:
        raise ForbiddenRole("Nobody but the superadmin changes the superadmin.")


def _check_move(actor: User, before: str, after: str) -> None:
    if after == "superadmin":
        raise ForbiddenRole("There is one superadmin, made when the server was set up.")
    if not _APPOINTED.isdisjoint({before, after}) and actor.platform_role != "superadmin":
        raise ForbiddenRole("Only the superadmin appoints and dismisses admins and engineers.")
