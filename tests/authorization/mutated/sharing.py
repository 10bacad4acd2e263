"""Guards of share requests and links."""

from tests.authorization.mutated.mutation import Mutation, changed, dropped, route

_api, _requests, _links = "app/api/sharing.py", "app/sharing/requests.py", "app/sharing/links.py"
_guests, _standing = "app/sharing/guests.py", "app/access/standing.py"
_REQUEST, _LINK = "/share-requests/{request_id}", "/share/{token}"
_ROLE = "require_role(principal, ADMINS, _ADMINS_ONLY)"
_NEXT = "\n        "
_ENDS = "tests/http/chat/test_sharing_ends.py"

MUTATIONS: list[Mutation] = [
    changed(
        "sharing: anybody asks for a link to any conversation",
        _requests,
        "conversation = await store.own(session, principal.user, conversation_id, lock=True)",
        "conversation = await session.get_one(Conversation, conversation_id)",
        route("POST", "/chat/conversations/{conversation_id}/share-requests"),
    ),
    changed(
        "sharing: everybody sees all requests",
        _requests,
        "if user.platform_role not in ADMINS:",
        "if False:",
        route("GET", "/share-requests"),
    ),
    dropped(
        _api,
        _ROLE,
        f"{_NEXT}async with database.transaction() as session:"
        f"{_NEXT}    conversation, messages = await requests.preview",
        route("GET", f"{_REQUEST}/preview"),
    ),
    dropped(_api, _ROLE, f"{_NEXT}if data.expires_at", route("POST", f"{_REQUEST}/approve")),
    dropped(
        _api,
        _ROLE,
        f"{_NEXT}async with database.transaction() as session:{_NEXT}    await requests.reject",
        route("POST", f"{_REQUEST}/reject"),
    ),
    changed(
        "sharing: anybody revokes any link",
        _links,
        "if link is None or not _may_revoke(principal.user, link):",
        "if link is None:",
        route("DELETE", "/shares/{share_id}"),
    ),
    changed(
        "sharing: a link is good whatever became of it",
        _links,
        'if state != "open":',
        "if False:",
        route("GET", _LINK),
    ),
    changed(
        "sharing: a link for reading takes questions",
        _guests,
        "if not opened.link.allow_follow_ups:",
        "if False:",
        route("POST", f"{_LINK}/messages"),
    ),
    changed(
        "sharing: a link's budget has no end",
        _guests,
        "if link.follow_ups >= link.max_follow_ups:",
        "if False:",
        route("POST", f"{_LINK}/messages"),
    ),
    changed(
        "sharing: a link leads to every answer",
        _guests,
        "if message is None or message.conversation_id != opened.conversation.id:",
        "if message is None:",
        route("GET", f"{_LINK}/messages/{{message_id}}/stream"),
    ),
    changed(
        "sharing: a guest's stream outlives the link",
        _standing,
        "return {each for each in standings if each.share_id not in good}",
        "return set()",
        f"{_ENDS} -k revoked",
    ),
    changed(
        "sharing: a link outlives its owner's access",
        "app/access/share_links.py",
        'return "open" if owner_reaches else "closed"',
        'return "open"',
        f"{_ENDS} -k suspended",
    ),
]
