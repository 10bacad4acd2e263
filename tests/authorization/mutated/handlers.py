"""Guards in handlers and in what they call."""

from tests.authorization.mutated.mutation import Mutation, changed, dropped, route, unrequired

_PROJECT, _DOCUMENT = "/projects/{project_id}", "/documents/{document_id}"
_IN_PROJECT = "/documents/projects/{project_id}"
_GRANTS, _MEMORIES = f"{_PROJECT}/grants", f"{_PROJECT}/memories"
_INTEGRATIONS = f"{_PROJECT}/integrations"
_INTEGRATION = f"{_INTEGRATIONS}/{{integration_id}}"
_CONVERSATION, _MESSAGE = "/chat/conversations/{conversation_id}", "/chat/messages/{message_id}"
_PROVIDER = "/providers/{provider_id}"
_USE = 'await resolver.require(session, project_id, principal, "use")'
_EDIT = 'await resolver.require(session, project_id, principal, "edit")'
_FULL = 'await resolver.require(session, project_id, principal, "full")'
_ASK = 'await access.require(project_id, principal, "use")'
_NEXT = "\n            "
_MESSAGES = (
    f"{_NEXT}messages = await store.messages(session, conversation_id)"
    f"{_NEXT}told = await _told(session, conversation.project_id, messages)"
)

_projects, _grants = "app/api/projects.py", "app/api/grants.py"
_memories, _documents = "app/api/memories.py", "app/api/documents.py"
_file = "app/api/document_file.py"
_chat, _messages = "app/api/chat.py", "app/api/messages.py"
_asking, _turns = "app/chat/asking.py", "app/chat/chat.py"
_providers, _integrations = "app/api/providers.py", "app/api/integrations.py"
_ONE = f"{_NEXT}row = await store.one(session, project_id, integration_id"

PROJECTS = [
    changed(
        "GET /projects: every project is listed",
        _projects,
        "access = resolver.access_for(principal.user)",
        "from sqlalchemy import literal; access = literal('public:use')",
        route("GET", "/projects"),
    ),
    dropped(
        _projects,
        'require_role(principal, ADMINS, "Only admins make projects here. Ask one of them.")',
        "",
        route("POST", "/projects"),
    ),
    unrequired(
        _projects,
        "reached = await resolver.require(session, project_id, principal, needed)",
        "",
        route("PATCH", _PROJECT),
    ),
    changed(
        "PATCH /projects/{project_id}: edit is enough for every field",
        _projects,
        'needed = "full" if data.needs_full else "edit"',
        'needed = "edit"',
        route("PATCH", _PROJECT),
    ),
    unrequired(_projects, f"reached = {_FULL}", "", route("DELETE", _PROJECT)),
    unrequired(_projects, f"            session, {_USE}", "", route("GET", _PROJECT)),
    unrequired(_grants, _USE, f"{_NEXT}found = await grants.listed", route("GET", _GRANTS)),
    unrequired(
        _grants, f"reached = {_FULL}", f"{_NEXT}given, created", route("POST", _GRANTS)
    ),
    unrequired(
        _grants,
        f"reached = {_FULL}",
        f"{_NEXT}await grants.take",
        route("DELETE", f"{_GRANTS}/{{grant_id}}"),
    ),
    unrequired(
        _grants, _FULL, f"{_NEXT}found = await search", route("GET", f"{_PROJECT}/grant-targets")
    ),
    unrequired(_grants, f"reached = {_USE}", "", route("GET", f"{_PROJECT}/access")),
    unrequired(
        _grants, _FULL, f"{_NEXT}found, total", route("GET", f"{_PROJECT}/people")
    ),
    dropped(
        _grants,
        'require_role(principal, ADMINS, "Only admins see what others were given.")',
        "",
        route("GET", "/grants/by-user/{user_id}"),
    ),
    unrequired(_memories, _USE, "", route("GET", _MEMORIES)),
    unrequired(
        _memories, f"reached = {_EDIT}", f"{_NEXT}memory = await memories.add",
        route("POST", _MEMORIES),
    ),
    unrequired(
        _memories, f"reached = {_EDIT}", f"{_NEXT}memory = await memories.change",
        route("PATCH", f"{_MEMORIES}/{{memory_id}}"),
    ),
    unrequired(
        _memories, f"reached = {_EDIT}", f"{_NEXT}await memories.remove",
        route("DELETE", f"{_MEMORIES}/{{memory_id}}"),
    ),
]  # fmt: skip

INTEGRATIONS = [
    *(
        unrequired(_integrations, _FULL, context, route(method, path))
        for method, path, context in (
            ("GET", _INTEGRATIONS, f"{_NEXT}found = await"),
            ("POST", _INTEGRATIONS, f"{_NEXT}row, token ="),
            ("GET", _INTEGRATION, f"{_ONE})"),
            ("PATCH", _INTEGRATION, f"{_ONE}, lock=True){_NEXT}await store.change"),
            ("POST", f"{_INTEGRATION}/rotate", f"{_ONE}, lock=True){_NEXT}token ="),
            ("DELETE", _INTEGRATION, f"{_ONE}, lock=True){_NEXT}await store.delete"),
        )
    ),
    changed(
        "GET /projects/{project_id}/integrations/{integration_id}: one of any project",
        "app/integrations/store.py",
        "Integration.id == integration_id, Integration.project_id == project_id",
        "Integration.id == integration_id",
        route("GET", _INTEGRATION),
    ),
]

DOCUMENTS = [
    unrequired(_documents, _EDIT, "", route("POST", _IN_PROJECT)),
    unrequired(_documents, _USE, f"{_NEXT}found = await", route("GET", _IN_PROJECT)),
    unrequired(_documents, _USE, f"{_NEXT}if document_id", route("GET", f"{_IN_PROJECT}/search")),
    unrequired(
        _documents,
        "await resolver.require(session, project_id, principal, tier)",
        "",
        route("GET", _DOCUMENT),
    ),
    *(
        changed(
            f"{method} {path}: use is enough",
            file,
            f'document = await reached(session, document_id, principal, "edit"){context}',
            f'document = await reached(session, document_id, principal, "use"){context}',
            route(method, path),
        )
        for file, method, path, context in (
            (_documents, "POST", f"{_DOCUMENT}/retry", "\n        fresh = await intake.retry"),
            (_documents, "POST", f"{_DOCUMENT}/reindex", "\n        fresh = await intake.reindex"),
            (_file, "PUT", f"{_DOCUMENT}/file", "\n        form ="),
            (_documents, "PATCH", _DOCUMENT, f"{_NEXT}renamed ="),
            (_documents, "DELETE", _DOCUMENT, f"{_NEXT}await delete_document"),
        )
    ),
    unrequired("app/api/document_events.py", _ASK, "", route("GET", f"{_IN_PROJECT}/events")),
    changed(
        "GET /documents/{document_id}/pages/{number}: any chunk is marked",
        "app/api/pages.py",
        "if chunk and (marked is None or marked.document_id != document_id):",
        "if False:",
        route("GET", f"{_DOCUMENT}/pages/{{number}}"),
    ),
    unrequired(
        "app/chat/citing.py",
        'await resolver.require(session, chunk.project_id, principal, "use")',
        "",
        route("GET", "/chat/chunks/{chunk_id}/source"),
    ),
    unrequired("app/chat/citing.py", _USE, "", route("GET", "/chat/chunks/{chunk_id}/source")),
]

_ANY_TALK = (
    "from app.chat.tables import Conversation, Message; "
    "conversation = await session.get_one(Conversation, conversation_id)"
)
_ANY_MESSAGE = (
    "from app.chat.tables import Conversation, Message; "
    "message = await session.get_one(Message, {id}); "
    "conversation = await session.get_one(Conversation, message.conversation_id)"
)
_AGAIN_OWN = "message, conversation = await store.own_message(session, user, message_id)"
_AGAIN = f"""{_AGAIN_OWN}
            question = await session.get_one(Message, message.reply_to or message.id)
            project = await session.get_one(Project, conversation.project_id)
        model = await self._same_model(project, question.model)
        async with self._transactions() as session:
            asked = None
            if await repeats.claim(session, repeat):
                await store.own(session, user, conversation.id, lock=True)"""
_OWN_MESSAGE = (
    "message, conversation = await store.own_message(session, principal.user, message_id)"
)
_OWN = "conversation = await store.own(session, principal.user, conversation_id)"
_OWN_LOCKED = "conversation = await store.own(session, principal.user, conversation_id, lock=True)"

CHAT = [
    unrequired(_chat, f"reached = {_ASK}", "", route("POST", "/chat/projects/{project_id}")),
    unrequired(
        _chat,
        _ASK,
        "\n        async with database",
        route("GET", "/chat/projects/{project_id}/conversations"),
    ),
    *(
        changed(
            f"{method} {path}: anybody's",
            _chat,
            own + context,
            _ANY_TALK + context,
            route(method, path),
        )
        for method, path, own, context in (
            (
                "GET", _CONVERSATION, _OWN,
                f"{_MESSAGES}\n        return",
            ),
            ("PATCH", _CONVERSATION, _OWN_LOCKED, f"{_NEXT}if title"),
            ("DELETE", _CONVERSATION, _OWN_LOCKED, f"{_NEXT}await session.delete"),
            (
                "GET", f"{_CONVERSATION}/export", _OWN,
                f"{_MESSAGES}\n        view",
            ),
        )
    ),
    *(
        changed(
            f"{method} {path}: anybody's",
            file,
            own,
            "\n        ".join([_ANY_MESSAGE.format(id="message_id"), *own.split("\n        ")[1:]]),
            route(method, path),
        )
        for method, path, file, own in (
            (
                "GET", f"{_MESSAGE}/stream", _messages,
                "_, conversation = await store.own_message(session, principal.user, message_id)",
            ),
            (
                "PUT", f"{_MESSAGE}/feedback", _messages,
                "message, _ = await store.own_message(session, principal.user, message_id)",
            ),
            (
                "GET", f"{_MESSAGE}/trace", _messages,
                _OWN_MESSAGE,
            ),
            (
                "POST", f"{_MESSAGE}/stop", _turns,
                "await store.own_message(session, user, message_id)\n        await self._runs.stop",
            ),
        )
    ),
    unrequired(
        _messages,
        'await resolver.require(session, conversation.project_id, principal, "edit")',
        "",
        route("GET", f"{_MESSAGE}/trace"),
    ),
    changed(
        "POST /chat/messages/{message_id}/regenerate: anybody's, at the first look and at the lock",
        _turns,
        _AGAIN,
        _AGAIN.replace(_AGAIN_OWN, _ANY_MESSAGE.format(id="message_id")).replace(
            "await store.own(session, user, conversation.id, lock=True)", "pass"
        ),
        "tests/authorization/test_sequences.py",
    ),
    changed(
        "POST /chat/messages/{message_id}/regenerate: a repeated key opens what was closed since",
        _messages,
        "_, conversation = await store.own_message(session, principal.user, again)",
        _ANY_MESSAGE.format(id="again"),
        "tests/authorization/test_sequences.py",
    ),
    changed(
        "POST /chat/projects/{project_id}: anybody's conversation goes on",
        _asking,
        "conversation = await store.own(session, user, question.conversation_id, lock=True)",
        "conversation = await session.get_one(Conversation, question.conversation_id)",
        route("POST", "/chat/projects/{project_id}"),
    ),
    changed(
        "POST /chat/projects/{project_id}: a conversation goes on in another project",
        _asking,
        "if conversation.project_id != question.project_id:",
        "if False:",
        route("POST", "/chat/projects/{project_id}"),
    ),
    changed(
        "POST /chat/projects/{project_id}: documents of any project",
        _asking,
        "col(Document.project_id) == question.project_id, col(Document.id).in_(chosen)",
        "col(Document.id).in_(chosen)",
        route("POST", "/chat/projects/{project_id}"),
    ),
]  # fmt: skip

SERVER = [
    dropped(
        "app/api/usage.py",
        'require_role(principal, ADMINS, "Only admins see what others use.")',
        "",
        route("GET", "/usage"),
    ),
    dropped(
        "app/api/system.py",
        'require_role(principal, KEEPERS, "Only engineers and superadmins look after the system.")',
        "",
        route("GET", "/system/checks"),
    ),
    dropped(
        "app/api/audit.py",
        'require_role(principal, ADMINS, "Only admins read the audit log.")',
        "",
        route("GET", "/audit-log"),
    ),
    dropped(
        "app/api/embedding.py",
        'require_role(principal, KEEPERS, "Only engineers and superadmins look after models.")',
        "",
        route("GET", "/system/embedding"),
    ),
    *(
        dropped(_providers, "_require_keeper(principal)", context, route(method, path))
        for method, path, context in (
            ("GET", "/providers/admin", "\n        fares = await"),
            ("GET", "/providers/presets", "\n        return PresetViews"),
            (
                "GET",
                "/providers/fallback",
                "\n        return FallbackView(models=await catalog.fallback",
            ),
            (
                "PUT",
                "/providers/fallback",
                "\n        return FallbackView(models=await catalog.change",
            ),
            ("POST", "/providers/test", "\n        trial = await catalog.try_new"),
            ("POST", "/providers", "\n        row = await catalog.add("),
            ("PATCH", _PROVIDER, "\n        row = await catalog.change("),
            ("POST", f"{_PROVIDER}/test", "\n        given ="),
            ("POST", f"{_PROVIDER}/models/refresh", "\n        try:"),
        )
    ),
    changed(
        "DELETE /providers/{provider_id}: _require_keeper(principal)",
        _providers,
        '"""Delete a provider."""\n        _require_keeper(principal)',
        "pass",
        route("DELETE", _PROVIDER),
    ),
    changed(
        "POST /providers/{provider_id}/delete: _require_keeper(principal)",
        _providers,
        'that can\'t send DELETE."""\n        _require_keeper(principal)',
        'that can\'t send DELETE."""',
        route("POST", f"{_PROVIDER}/delete"),
    ),
    dropped(
        _providers,
        'require_role(principal, KEEPERS, "Only engineers and superadmins look after providers.")',
        "",
        route("GET", "/providers/admin"),
    ),
    changed(
        "guards: admins keep providers, too",
        "app/access/guards.py",
        'KEEPERS = frozenset({"superadmin", "engineer"})',
        'KEEPERS = frozenset({"superadmin", "engineer", "admin"})',
        route("GET", "/providers/admin"),
    ),
    changed(
        "guards: engineers are admins",
        "app/access/guards.py",
        'ADMINS = frozenset({"superadmin", "admin"})',
        'ADMINS = frozenset({"superadmin", "admin", "engineer"})',
        route("GET", "/audit-log"),
    ),
    changed(
        "guards: every role passes",
        "app/access/guards.py",
        "if principal.user.platform_role not in roles:",
        "if False:",
        route("GET", "/audit-log"),
    ),
]

MUTATIONS: list[Mutation] = [
    *PROJECTS, *INTEGRATIONS, *DOCUMENTS, *CHAT, *SERVER,
]  # fmt: skip
