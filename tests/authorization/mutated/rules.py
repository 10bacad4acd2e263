"""The rules of access themselves, each widened or narrowed, and what queries carry of them."""

from tests.authorization.mutated.mutation import Mutation, changed, route

_rules, _resolver = "app/access/rules.py", "app/access/resolver.py"
_store, _watch = "app/chat/store.py", "tests/http/test_access_lost.py"
_DRAWN = "tests/database/test_access_rules.py"
_CONVERSATION = "/chat/conversations/{conversation_id}"
_SEARCH = "/documents/projects/{project_id}/search"
_REACH = "tests/database/retrieval/test_reach.py"

_IN_PROJECT = "Conversation.project_id == project_id,\n            "
_OF_CALLER = "Conversation.user_id == user.id,\n            "
_IN_APP = 'Conversation.channel == "app"'

_STAFF = "who.platform_role.in_(map(_word, PLATFORM_STAFF))"
_CEO = '"ceo": case((who.org_position == _word("ceo"), _word("use")))'
_PASSED = 'passed_over = case((who.org_position == _word("ceo"), _word("use")))'

RULES = [
    changed(
        f"rules: {name}",
        _rules,
        source,
        replacement,
        _DRAWN,
    )
    for name, source, replacement in (
        ("everybody is platform staff", _STAFF, "literal_column('true')"),
        ("nobody is platform staff", _STAFF, "literal_column('false')"),
        ("everybody owns", "col(Project.owner_id) == who.id", "literal_column('true')"),
        ("nobody owns", "col(Project.owner_id) == who.id", "literal_column('false')"),
        (
            "everybody is the chief executive",
            _CEO,
            '"ceo": case((literal_column("true"), _word("use")))',
        ),
        (
            "the chief executive may do everything",
            _CEO,
            '"ceo": case((who.org_position == _word("ceo"), _word("full")))',
        ),
        (
            "the chief executive is nobody",
            _CEO,
            '"ceo": case((literal_column("false"), _word("use")))',
        ),
        ("anybody's grant", "col(Grant.user_id) == who.id", "col(Grant.user_id).is_not(None)"),
        (
            "anybody's group",
            "col(GroupMember.user_id) == who.id",
            "col(GroupMember.user_id).is_not(None)",
        ),
        (
            "any group",
            "col(GroupMember.group_id) == col(Grant.group_id)",
            "col(Grant.group_id).is_not(None)",
        ),
        (
            "any department",
            "col(Grant.department_id) == who.department_id",
            "col(Grant.department_id).is_not(None)",
        ),
        (
            "no department is a department",
            "col(Grant.department_id) == who.department_id",
            "col(Grant.department_id).is_not_distinct_from(who.department_id)",
        ),
        ("every project is public", "not_(col(Project.is_private))", "literal_column('true')"),
        (
            "a public project is everybody's to edit",
            'case((not_(col(Project.is_private)), _word("use")))',
            'case((not_(col(Project.is_private)), _word("edit")))',
        ),
        (
            "grants of any project",
            "grants.where(col(Grant.project_id) == col(Project.id))",
            "grants.where(col(Project.id).is_not(None))",
        ),
        (
            "the lowest grant counts",
            "tier_rank(col(Grant.tier)).desc()",
            "tier_rank(col(Grant.tier))",
        ),
        (
            "a grant of use hides the chief executive's",
            _PASSED,
            'passed_over = case((literal_column("false"), _word("use")))',
        ),
        (
            "the chief executive's rule hides a higher grant",
            "func.nullif(by[source], passed_over) for source",
            "case((who.org_position != _word('ceo'), by[source])) for source",
        ),
        ("platform comes first besides", "if not without_role:", "if True:"),
    )
]  # fmt: skip

RESOLVER = [
    changed(
        "resolver: a tier that is too low passes",
        _resolver,
        "if not grant.allows(tier):",
        "if False:",
        _DRAWN,
    ),
    changed(
        "resolver: nothing passes",
        _resolver,
        "if access is None:",
        "access = access or 'public:use'\n    if False:",
        _DRAWN,
    ),
    changed(
        "resolver: somebody else is asked for",
        _resolver,
        "return access_of(viewer(user))",
        "return literal('public:use')  # and nobody looks",
        _DRAWN,
        route("GET", "/projects"),
    ),
    changed(
        "resolver: the call of its own transaction asks for less",
        _resolver,
        "return await require(session, project_id, principal, tier)",
        "principal = " + "__import__('app.access.anyone', fromlist=['ANYONE']).ANYONE\n"
        "            return await require(session, project_id, principal, tier)",
        route("GET", "/chat/projects/{project_id}/conversations"),
    ),
    changed(
        "tiers: every tier allows everything",
        "app/access/tiers.py",
        "TIERS.index(self.tier) >= TIERS.index(needed)",
        "True",
        _DRAWN,
    ),
    changed(
        "tiers: edit allows full",
        "app/access/tiers.py",
        "TIERS.index(self.tier) >= TIERS.index(needed)",
        "TIERS.index(self.tier) + 1 >= TIERS.index(needed)",
        _DRAWN,
    ),
]

CONVERSATIONS = [
    changed(
        "own: anybody's",
        _store,
        ".where(Conversation.id == conversation_id, *_readable(user))",
        ".where(Conversation.id == conversation_id)",
        route("GET", _CONVERSATION),
    ),
    changed(
        "own_message: anybody's",
        _store,
        ".where(Message.id == message_id, *_readable(user))",
        ".where(Message.id == message_id)",
        route("GET", "/chat/messages/{message_id}/stream"),
    ),
    changed(
        "recent: anybody's",
        _store,
        '.where(*_readable(user), Conversation.channel == "app")',
        '.where(Conversation.channel == "app")',
        route("GET", "/chat/recent"),
    ),
    changed(
        "_readable: anybody's in the caller's projects",
        _store,
        "and_(col(Conversation.user_id) == user.id, access_for(user).is_not(None))",
        "and_(access_for(user).is_not(None))",
        route("GET", _CONVERSATION),
    ),
    changed(
        "_readable: in projects that are closed by now",
        _store,
        "and_(col(Conversation.user_id) == user.id, access_for(user).is_not(None))",
        "and_(col(Conversation.user_id) == user.id)",
        route("GET", _CONVERSATION),
    ),
    changed(
        "in_project: anybody's",
        _store,
        f"{_IN_PROJECT}{_OF_CALLER}{_IN_APP}",
        f"{_IN_PROJECT}{_IN_APP}",
        route("GET", "/chat/projects/{project_id}/conversations"),
    ),
    changed(
        "in_project: of any project",
        _store,
        f"{_IN_PROJECT}{_OF_CALLER}{_IN_APP}",
        f"{_OF_CALLER}{_IN_APP}",
        "tests/authorization/test_sequences.py",
    ),
    changed(
        "messages: of any conversation",
        _store,
        ".where(Message.conversation_id == conversation_id)",
        "",
        route("GET", _CONVERSATION),
    ),
]

_chunks, _documents = "ingest/corpus/chunks.py", "ingest/corpus/documents.py"
_memories, _grants = "app/chat/memories.py", "app/access/grants.py"
_sql = "retrieval/sql.py"

CORPUS = [
    changed(
        "documents: of any project",
        _documents,
        "return col(Document.project_id) == project_id, col(Document.id) == document_id",
        "return col(Document.id) == document_id, col(Document.id) == document_id",
        route("GET", _SEARCH),
    ),
    changed(
        "documents: any",
        _documents,
        "return col(Document.project_id) == project_id, col(Document.id) == document_id",
        "return col(Document.project_id) == project_id, col(Document.project_id) == project_id",
        "tests/authorization/test_sequences.py",
    ),
    changed(
        "documents: the list is of any project",
        _documents,
        "wanted = [col(Document.project_id) == project_id]",
        "wanted = [col(Document.project_id).is_not(None)]",
        route("GET", "/documents/projects/{project_id}"),
    ),
    changed(
        "documents: what is under way is of any project",
        _documents,
        "col(Document.project_id) == project_id, col(Document.status).in_(under_way)",
        "col(Document.status).in_(under_way)",
        route("GET", "/documents/projects/{project_id}/events"),
    ),
    changed(
        "documents: a file is the new version of any project's",
        _documents,
        "            Document.project_id == project_id,\n            func.lower(Document.name)",
        "            func.lower(Document.name)",
        "tests/jobs/test_versions.py::test_a_file_of_another_project_s_document_s_name_is_its_own",
    ),
    changed(
        "lumen ingest: whoever is named sends",
        "app/cli/ingest.py",
        'await resolver.require(session, project.id, Principal(person, None), "edit")',
        "pass",
        "tests/jobs/test_ingest_command.py::test_somebody_who_may_edit_sends_as_themselves_and_it_is_audited",
    ),
    changed(
        "events: of any project",
        "app/api/document_events.py",
        "if notice.project_id != self.project_id:",
        "if False:",
        "tests/authorization/test_sequences.py",
    ),
    changed(
        "chunks: of any document",
        _chunks,
        "            Chunk.document_id == document_id,\n",
        "",
        route("GET", "/documents/{document_id}/chunks"),
    ),
    changed(
        "memories: the list is of any project",
        _memories,
        ".where(Memory.project_id == project_id)",
        "",
        route("GET", "/projects/{project_id}/memories"),
    ),
    changed(
        "memories: one of any project",
        _memories,
        "Memory.id == memory_id, Memory.project_id == project.id",
        "Memory.id == memory_id",
        route("DELETE", "/projects/{project_id}/memories/{memory_id}"),
    ),
    changed(
        "grants: the list is of any project",
        _grants,
        "        .where(Grant.project_id == project_id)\n        .order_by(",
        "        .order_by(",
        route("GET", "/projects/{project_id}/grants"),
    ),
    changed(
        "grants: anybody's reach the person",
        _grants,
        ".where(or_(*ways))",
        "",
        route("GET", "/grants/by-user/{user_id}"),
        "tests/http/test_grants.py",
    ),
    changed(
        "people: everybody sees the project",
        "app/access/explain.py",
        "col(User.is_active), access.is_not(None)",
        "col(User.is_active), access.is_not(None) | True",
        "tests/http/test_grants.py",
    ),
    *(
        changed(f"search: {name}", _sql, source, replacement, _REACH, route("GET", _SEARCH))
        for name, source, replacement in (
            (
                "vectors of any project",
                'ORDER BY score DESC, id\n    LIMIT :limit\n    """\n)\n"""Every',
                """ORDER BY score DESC, id\n    LIMIT :limit\n    \"\"\".replace(
    "project_id = :project", "CAST(:project AS uuid) IS NOT NULL"))\n\"\"\"Every""",
            ),
            (
                "words of any project",
                """WHERE (chunk.project_id = :project) IS TRUE
              AND lexeme_keys(chunk.project_id, chunk.lexemes) @> sought.keys""",
                "WHERE chunk.lexemes @@ (SELECT query FROM term WHERE term.lexeme = sought.lexeme)",
            ),
            (
                "words of any project's documents",
                "WHERE chunk.project_id = :project AND chunk.document_id = ANY(",
                "WHERE CAST(:project AS uuid) IS NOT NULL AND chunk.document_id = ANY(",
            ),
            (
                "chunks of any project",
                "WHERE chunk.project_id = :project AND document.ready_version",
                "WHERE CAST(:project AS uuid) IS NOT NULL AND document.ready_version",
            ),
            (
                "pages of any project",
                "WHERE document.project_id = :project\n    GROUP BY wanted.place",
                "WHERE CAST(:project AS uuid) IS NOT NULL\n    GROUP BY wanted.place",
            ),
            (
                "stretches of any project",
                "document.id = wanted.document AND document.project_id = :project",
                "document.id = wanted.document AND CAST(:project AS uuid) IS NOT NULL",
            ),
        )
    ),
]

MUTATIONS: list[Mutation] = [*RULES, *RESOLVER, *CONVERSATIONS, *CORPUS]
