"""Guards around people, groups, departments, sessions, links, tokens."""

from tests.authorization.mutated.mutation import Mutation, changed, dropped, route

_USER, _GROUP = "/users/{user_id}", "/groups/{group_id}"
_DEPARTMENT = "/departments/{department_id}"
_MEMBER = f"{_GROUP}/members/{{user_id}}"
_ALL = "sight = __import__('app.accounts.roles', fromlist=['EVERYTHING']).EVERYTHING"
_SIGHT = "sight = sight_of(principal.user)"
_ADMIN = "roles.check_admin(acting.user)"

_people, _groups, _departments = (
    "app/accounts/people.py",
    "app/accounts/groups.py",
    "app/accounts/departments.py",
)
_roles, _directory = "app/accounts/roles.py", "app/accounts/directory.py"
_FOUND = "department = await _locked(session, department_id)"
_sessions = "app/api/sessions.py"


def _seeing_all(file: str, context: str, method: str, path: str) -> Mutation:
    name = f"{method} {path}: everything is seen"
    return changed(name, file, _SIGHT + context, _ALL + context, route(method, path))


SIGHT = [
    _seeing_all(
        "app/api/people.py",
        "\n        async with database.session() as session:\n            found, total",
        "GET",
        "/users",
    ),
    _seeing_all(
        "app/api/people.py",
        "\n        async with database.session() as session:\n            person",
        "GET",
        _USER,
    ),
    _seeing_all("app/api/groups.py", "\n        part =", "GET", "/groups"),
    _seeing_all(
        "app/api/groups.py",
        "\n        async with database.session() as session:\n            entry",
        "GET",
        _GROUP,
    ),
    _seeing_all(
        "app/api/groups.py",
        "\n        async with database.session() as session:\n            found = await "
        "directory.members",
        "GET",
        f"{_GROUP}/members",
    ),
    _seeing_all(
        "app/api/departments.py",
        "\n        async with database.session() as session:\n            found",
        "GET",
        "/departments",
    ),
    _seeing_all(
        "app/api/departments.py",
        "\n        async with database.session() as session:\n            entry",
        "GET",
        _DEPARTMENT,
    ),
    changed(
        "directory: a department's end is no limit",
        _directory,
        "return false() if sight.department_id is None else department_id == sight.department_id",
        "return true()",
        route("GET", "/users"),
    ),
    changed(
        "GET /groups/{group_id}/members: of any group",
        _directory,
        "    await group(session, sight, group_id)\n",
        "    pass\n",
        route("GET", f"{_GROUP}/members"),
    ),
    changed(
        "GET /groups/{group_id}/members: people of other departments",
        _directory,
        ".where(GroupMember.group_id == group_id, _within(sight, col(User.department_id)))",
        ".where(GroupMember.group_id == group_id)",
        route("GET", f"{_GROUP}/members"),
    ),
]

CHANGES = [
    changed(
        "POST /users: whoever likes makes whom they like",
        _people,
        "roles.check_creation(acting.user, draft.platform_role)",
        "pass",
        route("POST", "/users"),
    ),
    changed(
        "PATCH /users/{user_id}: nothing is checked",
        _people,
        "roles.check_change(acting.user, user, differing)",
        "pass",
        route("PATCH", _USER),
    ),
    changed(
        "PATCH /users/{user_id}: others learn who exists",
        _people,
        f"{_ADMIN}\n    department_id =",
        "department_id =",
        "tests/authorization/test_sequences.py",
    ),
    changed(
        "DELETE /users/{user_id}: nothing is checked",
        _people,
        "roles.check_deletion(acting.user, user)",
        "pass",
        route("DELETE", _USER),
    ),
    *(
        changed(
            f"DELETE {path}: work is done before the check",
            f"app/api/{path.split('/')[1].replace('users', 'people')}.py",
            source,
            replacement,
            "tests/authorization/test_sequences.py",
        )
        for path, source, replacement in (
            (_USER, "        check_admin(principal.user)", "        pass"),
            (_DEPARTMENT, "        check_admin(principal.user)", "        pass"),
            (
                _GROUP,
                f"{_SIGHT}\n        async with database.transaction() as session:\n            #",
                f"{_ALL}\n        async with database.transaction() as session:\n            #",
            ),
        )
    ),
    *(
        changed(
            f"{method} {path}: {_ADMIN}",
            _departments,
            f"{_ADMIN}\n    {context}",
            context,
            route(method, path),
        )
        for method, path, context in (
            ("POST", "/departments", "department = Department("),
            (
                "PATCH",
                _DEPARTMENT,
                "department = await _locked(session, department_id)\n    before",
            ),
        )
    ),
    changed(
        "POST /groups: managers give external names",
        _groups,
        f"if draft.external_name is not None:\n        {_ADMIN}",
        "if False:\n        pass",
        route("POST", "/groups"),
    ),
    changed(
        "PATCH /groups/{group_id}: managers give external names",
        _groups,
        f"!= group.external_name:\n        {_ADMIN}",
        "!= group.external_name:\n        pass",
        route("PATCH", _GROUP),
    ),
    changed(
        "DELETE /groups/{group_id}/members/{user_id}: of other departments",
        _groups,
        "if user is None or not roles.sight_of(acting.user).includes(user.department_id):",
        "if user is None:",
        route("DELETE", _MEMBER),
    ),
    changed(
        "DELETE /groups/{group_id}: any group",
        _groups,
        "sight = roles.sight_of(acting.user)\n    query = select(Group)",
        "sight = roles.EVERYTHING\n    query = select(Group)",
        route("DELETE", _GROUP),
    ),
    changed(
        "DELETE /groups/{group_id}: groups of other departments",
        _groups,
        "if group is None or not sight.includes(group.department_id):",
        "if group is None:",
        route("DELETE", _GROUP),
    ),
    changed(
        "POST /groups: in any department",
        _groups,
        "if not roles.sight_of(acting.user).includes(department_id):",
        "if False:",
        route("POST", "/groups"),
        route("PATCH", _GROUP),
    ),
    changed(
        "POST /groups/{group_id}/members: people of other departments",
        _groups,
        "sight = roles.sight_of(acting.user)\n    query = select(User)",
        "sight = roles.EVERYTHING\n    query = select(User)",
        route("POST", f"{_GROUP}/members"),
    ),
]

ROLES = [
    changed(
        "roles: engineers are admins",
        _roles,
        '_ADMINS = frozenset({"superadmin", "admin"})',
        '_ADMINS = frozenset({"superadmin", "admin", "engineer"})',
        route("GET", "/users"),
    ),
    changed(
        "roles: members see their department",
        _roles,
        'if viewer.org_position == "manager":',
        "if viewer.department_id:",
        route("GET", "/users"),
    ),
    changed(
        "roles: everybody is an admin",
        _roles,
        "if actor.platform_role not in _ADMINS:",
        "if False:",
        route("POST", "/departments"),
    ),
    changed(
        "roles: an admin makes admins",
        _roles,
        'check_admin(actor)\n    _check_move(actor, "none", role)',
        "check_admin(actor)",
        route("POST", "/users"),
    ),
    changed(
        "roles: an admin without checks makes",
        _roles,
        'check_admin(actor)\n    _check_move(actor, "none", role)',
        '_check_move(actor, "none", role)',
        route("POST", "/users"),
    ),
    changed(
        "roles: one deactivates oneself",
        _roles,
        'if actor.id == target.id and "is_active" in changes:',
        "if False:",
        route("PATCH", _USER),
    ),
    changed(
        "roles: one raises oneself",
        _roles,
        'if actor.id == target.id and "platform_role" in changes:',
        "if False:",
        "tests/unit/test_roles.py",
    ),
    changed(
        "roles: whoever likes changes the superadmin",
        _roles,
        'if target.platform_role == "superadmin" and actor.id != target.id:',
        "if False:",
        route("PATCH", _USER),
    ),
    changed(
        "roles: an admin raises",
        _roles,
        '_check_move(actor, target.platform_role, str(changes["platform_role"]))',
        "pass",
        route("PATCH", _USER),
    ),
    changed(
        "roles: an admin shuts admins out",
        _roles,
        "if not _WAYS_IN.isdisjoint(changes):\n        check_way_in(actor, target)",
        "",
        route("PATCH", _USER),
    ),
    changed(
        "roles: one deletes oneself",
        _roles,
        "if actor.id == target.id:",
        "if False:",
        route("DELETE", _USER),
    ),
    changed(
        "roles: an admin deletes engineers",
        _roles,
        'raise Forbidden("You can\'t delete yourself. Ask another admin.")\n'
        "    check_way_in(actor, target)",
        'raise Forbidden("You can\'t delete yourself. Ask another admin.")',
        route("DELETE", _USER),
    ),
    changed(
        "roles: there are two superadmins",
        _roles,
        'if after == "superadmin":',
        "if False:",
        route("POST", "/users"),
    ),
    changed(
        "links: others learn who exists",
        "app/accounts/links.py",
        "    check_admin(actor)\n",
        "",
        "tests/authorization/test_sequences.py",
    ),
    changed(
        "links: admins make them for staff",
        "app/accounts/links.py",
        "    check_way_in(actor, target)\n",
        "",
        route("POST", f"{_USER}/link"),
    ),
]

_RESET = "await person_to_reset(session, principal.user, user_id)"
_ANYBODY = (
    "await session.get_one(__import__('app.accounts.tables', fromlist=['User']).User, user_id)"
)

OWN = [
    changed(
        "POST /users/{user_id}/link: nothing is checked",
        "app/api/links.py",
        _RESET,
        _ANYBODY,
        route("POST", f"{_USER}/link"),
    ),
    dropped(
        "app/api/links.py",
        "in_person(principal)",
        "\n        ways",
        route("POST", f"{_USER}/link"),
    ),
    changed(
        "DELETE /users/{user_id}/sessions: nothing is checked",
        _sessions,
        _RESET,
        _ANYBODY,
        route("DELETE", f"{_USER}/sessions"),
    ),
    *(
        changed(
            f"{method} {path}: a personal token will do",
            _sessions,
            source,
            source.replace("in_person(principal)", "principal.session_id"),
            "tests/http/test_sessions.py",
            route(method, path),
        )
        for method, path, source in (
            (
                "GET",
                "/auth/sessions",
                "current = in_person(principal)\n        async with database.session()",
            ),
            ("DELETE", "/auth/sessions/{session_id}", "        in_person(principal)\n"),
            (
                "DELETE",
                "/auth/sessions",
                "current = in_person(principal)\n        async with database.transaction()",
            ),
            ("POST", "/users/me/password", "session_id = in_person(principal)"),
        )
    ),
    dropped("app/api/tokens.py", "in_person(principal)", "", route("POST", "/tokens")),
    changed(
        "personal tokens pass as persons",
        "app/api/credentials.py",
        "if principal.session_id is None:",
        "if False:",
        route("POST", "/tokens"),
    ),
    changed(
        "DELETE /auth/sessions/{session_id}: anybody's",
        "app/accounts/session_ends.py",
        "if found is None or found.user_id != user.id:",
        "if found is None:",
        route("DELETE", "/auth/sessions/{session_id}"),
    ),
    changed(
        "GET /tokens: everybody's",
        "app/accounts/store.py",
        ".where(PersonalAccessToken.user_id == user_id)",
        ".where(col(PersonalAccessToken.user_id).is_not(None))",
        route("GET", "/tokens"),
    ),
    changed(
        "DELETE /tokens/{token_id}: anybody's",
        "app/accounts/store.py",
        "            col(PersonalAccessToken.user_id) == user_id,\n",
        "",
        route("DELETE", "/tokens/{token_id}"),
    ),
]

MUTATIONS: list[Mutation] = [*SIGHT, *CHANGES, *ROLES, *OWN]
