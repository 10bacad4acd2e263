"""Guards of the inbox."""

from tests.authorization.mutated.mutation import changed, dropped, route, unrequired

_CONVERSATION = "/inbox/conversations/{conversation_id}"
_PROJECT = "/projects/{project_id}/inbox"
_ROW = "__import__('app.chat.tables', fromlist=['Conversation']).Conversation"
_inbox, _desk = "app/api/inbox.py", "app/desk/inbox.py"

MUTATIONS = [
    unrequired(
        _inbox,
        'await resolver.require(session, project_id, principal, "edit")',
        "",
        route("GET", _PROJECT),
    ),
    unrequired(
        "app/api/inbox_events.py",
        'await access.require(project_id, principal, "edit")',
        "",
        route("GET", f"{_PROJECT}/events"),
    ),
    unrequired(
        _desk,
        'await resolver.require(session, found.project_id, principal, "edit")',
        "",
        route("GET", _CONVERSATION),
    ),
    changed(
        "inbox: whoever may use a project answers its customers",
        _desk,
        'await resolver.require(session, found.project_id, principal, "edit")',
        'await resolver.require(session, found.project_id, principal, "use")',
        route("POST", f"{_CONVERSATION}/reply"),
    ),
    changed(
        "inbox: people's own conversations are in it, too",
        _desk,
        "Conversation.id == conversation_id, col(Conversation.integration_id).is_not(None)",
        "Conversation.id == conversation_id",
        route("GET", _CONVERSATION),
    ),
    changed(
        "inbox: a stream goes on below the tier",
        "app/api/inbox_events.py",
        'Standing.of(principal, project_id, "edit")',
        "Standing.of(principal, project_id)",
        "tests/http/test_inbox.py -k tier_is_lowered",
    ),
    changed(
        "inbox: a stream tells of any project's conversations",
        "app/api/inbox_events.py",
        "if project != str(self.project_id):",
        "if False:",
        "tests/authorization/test_sequences.py -k inbox_of_another",
    ),
    dropped(
        _inbox,
        "await inbox.reach(session, principal, conversation_id)",
        "\n            found =",
        route("GET", _CONVERSATION),
    ),
    dropped(
        _inbox,
        "await inbox.reach(session, principal, conversation_id)",
        "\n            await inbox.mark_read",
        route("POST", f"{_CONVERSATION}/read"),
    ),
    *(
        changed(
            f"POST {_CONVERSATION}/{name}: anybody's conversation",
            _inbox,
            f"await inbox.reach(session, principal, conversation_id, lock=True){context}",
            f"await session.get_one({_ROW}, conversation_id){context}",
            route("POST", f"{_CONVERSATION}/{name}"),
        )
        for name, context in (
            ("status", "\n            writing ="),
            ("reply", "\n        if await"),
        )
    ),
]
