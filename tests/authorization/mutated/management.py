"""Guards of the configuration assistant."""

from tests.authorization.mutated.mutation import ANYONE, changed

_CONVERSATIONS = "tests/http/management/test_conversations.py"
_PROPOSALS = "tests/http/management/test_proposals.py"
_management, _toolbox = "app/management/management.py", "app/management/toolbox.py"

MUTATIONS = [
    changed(
        "management: anybody begins about any project",
        _management,
        'require(chosen, principal, "full")',
        f'require(chosen, {ANYONE}, "full")',
        f"{_CONVERSATIONS} -k less_than_full",
    ),
    changed(
        "management: whoever may edit begins",
        _management,
        'require(chosen, principal, "full")',
        'require(chosen, principal, "edit")',
        f"{_CONVERSATIONS} -k less_than_full",
    ),
    changed(
        "management: a conversation outlives its person's tier",
        _management,
        'require(session, found.project_id, principal, "full")',
        f'require(session, found.project_id, {ANYONE}, "full")',
        f"{_CONVERSATIONS} -k stream_ends_with_the_access",
    ),
    changed(
        "management: somebody else's conversation",
        _management,
        "        Conversation.user_id == principal.user.id,\n",
        "",
        f"{_CONVERSATIONS} -k persons_alone",
    ),
    changed(
        "management: any project of the caller's is the one",
        _management,
        "access_for(principal.user))",
        "__import__('sqlalchemy').literal('owner:full'))",
        f"{_CONVERSATIONS} -k need_not_be_named",
    ),
    changed(
        "management: an answer goes on below the tier",
        _management,
        'standing = Standing.of(principal, project.id, "full")',
        "standing = Standing.of(principal, project.id)",
        f"{_CONVERSATIONS} -k stream_ends_with_the_access",
    ),
    changed(
        "management: nothing is looked up again where something is done",
        _toolbox,
        "if await fallen(session, [standing]):",
        "if not await fallen(session, [standing]) and False:",
        f"{_PROPOSALS} -k access_has_fallen",
    ),
    changed(
        "management: codes of other conversations",
        "app/management/proposals.py",
        "            Proposal.conversation_id == self.conversation_id, Proposal.code == code\n",
        "            Proposal.code == code\n",
        f"{_PROPOSALS} -k elsewhere",
    ),
    changed(
        "management: any credential of a person",
        "app/api/management.py",
        "if found.token_id is None:",
        "if found.token_id is None and False:",
        f"{_CONVERSATIONS} -k only_a_personal_token",
    ),
    changed(
        "management: conversations are chats like others",
        "app/chat/store.py",
        "        col(Conversation.channel) != MANAGEMENT,\n    )",
        "    )",
        f"{_CONVERSATIONS} -k no_part_of_a_persons_chats",
    ),
]
