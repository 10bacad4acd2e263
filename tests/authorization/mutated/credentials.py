"""What makes a credential mean somebody, and what ends an open stream."""

from tests.authorization.mutated.mutation import Mutation, changed, route

_store, _tokens = "app/accounts/store.py", "app/accounts/tokens.py"
_credentials, _accounts = "app/api/credentials.py", "app/accounts/accounts.py"
_ME = route("GET", "/auth/me")
_REFRESH = "tests/database/test_accounts.py"
_LOST = "tests/http/test_access_lost.py"
_GIVEN = 'given = request.headers.getall("authorization", [])'
_STANDING = "app/access/standing.py"
_INTEGRATIONS = "tests/http/test_integrations.py"

CREDENTIALS = [
    changed(f"credentials: {name}", file, source, replacement, _ME, _REFRESH)
    for name, file, source, replacement in (
        (
            "the suspended sign in by session",
            _store,
            "User.id == user_id, col(User.is_active), AuthSession.id == session_id, *_stands(at)",
            "User.id == user_id, AuthSession.id == session_id, *_stands(at)",
        ),
        (
            "an ended session goes on",
            _store,
            "User.id == user_id, col(User.is_active), AuthSession.id == session_id, *_stands(at)",
            "User.id == user_id, col(User.is_active), AuthSession.id == session_id",
        ),
        (
            "anybody's session will do",
            _store,
            ".join(AuthSession, col(AuthSession.user_id) == col(User.id))",
            ".join(AuthSession, col(AuthSession.id) == session_id)",
        ),
        (
            "the suspended sign in by token",
            _store,
            "PersonalAccessToken.token_hash == hashed, col(User.is_active)",
            "PersonalAccessToken.token_hash == hashed",
        ),
        (
            "any personal token will do",
            _store,
            "PersonalAccessToken.token_hash == hashed, col(User.is_active)",
            "col(User.is_active)",
        ),
        (
            "an expired personal token will do",
            _accounts,
            "if token.expires_at <= now():",
            "if False:",
        ),
        (
            "an access token of any kind will do",
            _tokens,
            'if body["typ"] != "access":',
            "if False:",
        ),
        (
            "an access token never runs out",
            _tokens,
            'options={"require": ["sub", "sid", "iat", "exp", "jti", "typ"]}',
            'options={"verify_exp": False}',
        ),
        (
            "an access token needs no signature",
            _tokens,
            'options={"require": ["sub", "sid", "iat", "exp", "jti", "typ"]}',
            'options={"verify_signature": False}',
        ),
        (
            "of two credentials the first counts",
            _credentials,
            "if len(given) == 1 else",
            "if given else",
        ),
        (
            "any scheme will do",
            _credentials,
            'if scheme.lower() != "bearer" or not credential.strip():',
            "if not credential.strip():",
        ),
        (
            "a cookie will do",
            _credentials,
            _GIVEN,
            _GIVEN + " or ['Bearer ' + request.cookies.get('access_token', '')]",
        ),
        (
            "the query will do",
            _credentials,
            _GIVEN,
            _GIVEN + " or ['Bearer ' + request.query_params.get('access_token', '')]",
        ),
    )
]

REFRESHING = [
    changed(f"refreshing: {name}", "app/accounts/sessions.py", source, replacement, _REFRESH)
    for name, source, replacement in (
        ("a spent token is good again", "if old.spent_at is not None:", "if False:"),
        ("a token never runs out", "if old.expires_at <= now():", "if False:"),
        (
            "the suspended go on",
            "if current is None or user is None or not user.is_active:",
            "if current is None or user is None:",
        ),
    )
]

SIGNING_IN = [
    changed(
        "signing in: the suspended get in",
        _accounts,
        "if user is None or not user.is_active:",
        "if user is None:",
        _REFRESH,
    ),
    changed(
        "signing in: any password will do",
        _accounts,
        "user if right else None, buckets",
        "user, buckets",
        _REFRESH,
    ),
    changed(
        "links: of the suspended",
        "app/accounts/links.py",
        "            col(User.is_active),\n",
        "",
        "tests/http/test_links.py",
    ),
    changed(
        "links: after their time",
        "app/accounts/links.py",
        "            OneTimeLink.expires_at > now(),\n",
        "",
        "tests/http/test_links.py",
    ),
]

WATCHING = [
    changed(f"watch: {name}", file, source, replacement, *hints)
    for name, file, source, replacement, hints in (
        (
            "the suspended read on",
            _STANDING,
            ".where(col(User.is_active), access_of(EVERYBODY).is_not(None))",
            ".where(access_of(EVERYBODY).is_not(None))",
            (f"{_LOST} -k suspend",),
        ),
        (
            "access lost is not seen",
            _STANDING,
            ".where(col(User.is_active), access_of(EVERYBODY).is_not(None))",
            ".where(col(User.is_active))",
            (f"{_LOST} -k grants",),
        ),
        (
            "an ended session reads on",
            _STANDING,
            "        col(AuthSession.revoked_at).is_(None),\n",
            "",
            (f"{_LOST} -k session",),
        ),
        (
            "a revoked token reads on",
            _STANDING,
            "        or each.token_id not in alive\n",
            "",
            (f"{_LOST} -k token",),
        ),
        (
            "an integration that is switched off answers on",
            _STANDING,
            "col(Integration.id).in_(ids), col(Integration.is_enabled)",
            "col(Integration.id).in_(ids)",
            (f"{_INTEGRATIONS} -k disable",),
        ),
        (
            "an integration's earlier token answers on",
            _STANDING,
            "return {each for each in standings if each.integration not in alive}",
            (
                "known = {identity for identity, _ in alive}\n"
                "    return {each for each in standings if each.integration[0] not in known}"
            ),
            (f"{_INTEGRATIONS} -k rotate",),
        ),
        (
            "a project's news are not heard",
            "app/access/watch.py",
            'return said in {LOST, f"user {standing.user_id}", f"project {standing.project_id}"}',
            'return said in {LOST, f"user {standing.user_id}"}',
            (f"{_LOST} -k grants",),
        ),
        (
            "a person's news are not heard",
            "app/access/watch.py",
            'return said in {LOST, f"user {standing.user_id}", f"project {standing.project_id}"}',
            'return said in {LOST, f"project {standing.project_id}"}',
            (f"{_LOST} -k suspend",),
        ),
        (
            "what changed before the stream began is missed",
            "app/access/watch.py",
            "if any(at >= oldest and _concerns(said, standing) for at, said in self._recent):",
            "if False:",
            (f"{_LOST} -k missed",),
        ),
        (
            "streams don't end",
            "app/api/guarded.py",
            "watch.on_loss(standing, lost.call)",
            "watch.on_loss(standing, lambda: None)",
            (f"{_LOST} -k documents",),
        ),
        (
            "answers are written on",
            "app/chat/chat.py",
            "lambda: self._runs.forbid(asked.message_id)",
            "lambda: None",
            (f"{_LOST} -k answer",),
        ),
    )
]

MUTATIONS: list[Mutation] = [*CREDENTIALS, *REFRESHING, *SIGNING_IN, *WATCHING]
