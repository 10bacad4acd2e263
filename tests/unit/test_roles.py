"""Who sees and changes whom, as a table."""

from uuid import UUID, uuid4

import pytest

from app.accounts.errors import AccountsError, Forbidden, ForbiddenRole
from app.accounts.roles import (
    EVERYTHING,
    Sight,
    check_admin,
    check_change,
    check_creation,
    check_deletion,
    check_way_in,
    sight_of,
)
from app.accounts.tables import User

LEGAL, SALES = uuid4(), uuid4()
ROLES = ("superadmin", "admin", "engineer", "none")
ALLOWED, FORBIDDEN, ROLE = None, Forbidden, ForbiddenRole
Verdict = type[AccountsError] | None


def person(role: str = "none", position: str = "member", department: UUID | None = None) -> User:
    email = f"{uuid4()}@example.com"
    return User(
        email=email, name="X", platform_role=role, org_position=position, department_id=department
    )


def verdict_of(check: object, *args: object) -> Verdict:
    try:
        check(*args)  # pyright: ignore[reportCallIssue, reportGeneralTypeIssues]
    except AccountsError as error:
        return type(error)
    return None


@pytest.mark.parametrize("position", ["member", "ceo"])
@pytest.mark.parametrize(
    ("role", "sight"),
    [("superadmin", EVERYTHING), ("admin", EVERYTHING), ("engineer", None), ("none", None)],
)
def test_admins_see_everything_and_others_nothing(
    role: str, position: str, sight: Sight | None
) -> None:
    viewer = person(role, position, LEGAL)
    if sight is None:
        assert verdict_of(sight_of, viewer) is Forbidden
    else:
        assert sight_of(viewer) == sight


@pytest.mark.parametrize("role", ["engineer", "none"])
def test_a_manager_sees_the_own_department(role: str) -> None:
    sight = sight_of(person(role, "manager", LEGAL))
    assert [sight.includes(where) for where in (LEGAL, SALES, None)] == [True, False, False]


def test_a_manager_without_a_department_sees_nothing_not_even_those_without_one() -> None:
    sight = sight_of(person("none", "manager"))
    assert [sight.includes(where) for where in (LEGAL, None)] == [False, False]


def test_an_admin_who_is_a_manager_too_sees_everything() -> None:
    assert sight_of(person("admin", "manager", LEGAL)) == EVERYTHING


@pytest.mark.parametrize("position", ["member", "manager", "ceo"])
@pytest.mark.parametrize(
    ("role", "verdict"),
    [("superadmin", ALLOWED), ("admin", ALLOWED), ("engineer", FORBIDDEN), ("none", FORBIDDEN)],
)
def test_only_admins_change_people(role: str, position: str, verdict: Verdict) -> None:
    actor, target = person(role, position), person()
    assert verdict_of(check_admin, actor) is verdict
    assert verdict_of(check_creation, actor, "none") is verdict
    assert verdict_of(check_change, actor, target, {"name": "Y"}) is verdict
    assert verdict_of(check_deletion, actor, target) is verdict
    assert verdict_of(check_way_in, actor, target) is verdict


@pytest.mark.parametrize(
    ("actor", "made", "verdict"),
    [
        ("superadmin", "superadmin", ROLE),
        ("superadmin", "admin", ALLOWED),
        ("superadmin", "engineer", ALLOWED),
        ("superadmin", "none", ALLOWED),
        ("admin", "superadmin", ROLE),
        ("admin", "admin", ROLE),
        ("admin", "engineer", ROLE),
        ("admin", "none", ALLOWED),
    ],
)
def test_who_makes_whom(actor: str, made: str, verdict: Verdict) -> None:
    assert verdict_of(check_creation, person(actor), made) is verdict


@pytest.mark.parametrize("after", ROLES)
@pytest.mark.parametrize("before", ["admin", "engineer", "none"])
@pytest.mark.parametrize("role", ["superadmin", "admin"])
def test_only_the_superadmin_moves_people_and_nobody_becomes_one(
    role: str, before: str, after: str
) -> None:
    allowed = role == "superadmin" and after != "superadmin"
    both_plain = (before, after) == ("none", "none")
    expected = ALLOWED if allowed or both_plain else ROLE
    found = verdict_of(check_change, person(role), person(before), {"platform_role": after})
    assert found is expected


@pytest.mark.parametrize("role", ["admin", "engineer"])
@pytest.mark.parametrize(
    ("field", "value", "verdict"),
    [
        ("name", "Y", ALLOWED),
        ("org_position", "ceo", ALLOWED),
        ("department_id", LEGAL, ALLOWED),
        ("email", "y@example.com", ROLE),
        ("is_active", False, ROLE),
    ],
)
def test_an_admin_does_not_decide_how_other_staff_come_in(
    role: str, field: str, value: object, verdict: Verdict
) -> None:
    target = person(role)
    assert verdict_of(check_change, person("admin"), target, {field: value}) is verdict
    assert verdict_of(check_change, person("superadmin"), target, {field: value}) is ALLOWED


@pytest.mark.parametrize("role", ["admin", "engineer"])
def test_only_the_superadmin_deletes_staff_and_lets_it_in(role: str) -> None:
    for check in (check_deletion, check_way_in):
        assert verdict_of(check, person("admin"), person(role)) is ROLE
        assert verdict_of(check, person("superadmin"), person(role)) is ALLOWED


@pytest.mark.parametrize("changes", [{}, {"name": "Y"}, {"department_id": LEGAL}])
def test_nobody_else_touches_the_superadmin(changes: dict[str, object]) -> None:
    ada = person("superadmin")
    assert verdict_of(check_change, person("admin"), ada, changes) is ROLE
    assert verdict_of(check_deletion, person("admin"), ada) is ROLE
    assert verdict_of(check_way_in, person("admin"), ada) is ROLE
    assert verdict_of(check_change, ada, ada, changes) is ALLOWED


@pytest.mark.parametrize(
    ("role", "changes", "verdict"),
    [
        ("superadmin", {"is_active": False}, FORBIDDEN),
        ("superadmin", {"platform_role": "none"}, ROLE),
        ("superadmin", {"email": "y@example.com"}, ALLOWED),
        ("admin", {"is_active": False}, FORBIDDEN),
        ("admin", {"platform_role": "none"}, ROLE),
        ("admin", {"email": "y@example.com"}, ROLE),
        ("admin", {"name": "Y"}, ALLOWED),
    ],
)
def test_what_admins_may_change_about_themselves(
    role: str, changes: dict[str, object], verdict: Verdict
) -> None:
    oneself = person(role)
    assert verdict_of(check_change, oneself, oneself, changes) is verdict


@pytest.mark.parametrize("role", ["superadmin", "admin"])
def test_nobody_deletes_themselves(role: str) -> None:
    oneself = person(role)
    assert verdict_of(check_deletion, oneself, oneself) is FORBIDDEN
