"""Every guard in the code has a mutation, and every mutation still stands in the code.

Whether each of them is caught takes minutes: `make mutations` says so.
"""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT
from tests.authorization.mutated.mutation import Mutation
from tests.authorization.mutations import MUTATIONS

GUARDS = (
    "require",
    "require_role",
    "own",
    "own_message",
    "access_for",
    "in_person",
    "sight_of",
    "person_to_reset",
    "_require_keeper",
    "check_admin",
    "check_creation",
    "check_change",
    "check_deletion",
)
_CALL = re.compile(rf"(?<![\w])(?:\w+\.)*({'|'.join(GUARDS)})\((?!\w+: )")

_ADMIN = "roles.check_admin(acting.user)\n    department = await _locked(session, department_id)"
_SIGHT = "sight = sight_of(principal.user)\n        async with database."

NO_GUARDS = {
    ("app/doctor/reach.py", 'reached = await require(session, project_id, principal, "use")'): (
        "the terminal asks about somebody else; it shows who may, and opens nothing"
    ),
    ("app/accounts/people.py", "roles.check_admin(acting.user)\n    user = await _locked"): (
        "the handler has asked before it takes grants back"
    ),
    ("app/accounts/departments.py", f"{_ADMIN}\n    gone"): "the same",
    (
        "app/api/projects.py",
        'reached = await resolver.require(session, project_id, principal, "use")',
    ): ("it looks up what the answer shows; the change was decided above"),
    ("app/api/groups.py", f"{_SIGHT}transaction() as session:\n            made"): (
        "the store decides by itself; this is for the answer"
    ),
    ("app/api/groups.py", f"{_SIGHT}transaction() as session:\n            await groups.change"): (
        "the same"
    ),
    ("app/chat/chat.py", "await store.own(session, user, conversation.id, lock=True)"): (
        "it locks; `own_message` has decided a few lines above"
    ),
    ("app/chat/kept_elsewhere.py", "await store.own(session, user, conversation_id)"): (
        "the id is made of the caller's own; their project was decided by the handler"
    ),
    ("app/accounts/roles.py", "    check_admin(actor)\n    if actor.id == target.id and "): (
        "callers have asked before they looked the person up"
    ),
    ("app/accounts/roles.py", "    check_admin(actor)\n    if actor.id == target.id:\n"): (
        "callers have asked before they looked the person up"
    ),
    ("app/accounts/roles.py", "    check_admin(actor)\n    _check_superadmin"): (
        "every caller in this module has asked already"
    ),
}
"""Calls that need no mutation, each with the reason."""


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_what_a_mutation_takes_out_stands_there_once(mutation: Mutation) -> None:
    text = (ROOT / mutation.file).read_text()
    assert text.count(mutation.source) == 1, (
        f"`{mutation.source}` stands {text.count(mutation.source)} times in {mutation.file}: "
        "change the mutation along with the code"
    )
    assert mutation.source != mutation.replacement
    ast.parse(text.replace(mutation.source, mutation.replacement))


def test_mutations_have_names_of_their_own() -> None:
    assert not [
        name for name, count in Counter(each.name for each in MUTATIONS).items() if count > 1
    ]


def test_every_guard_is_taken_out_by_a_mutation() -> None:
    forgotten = [
        f"{file}: {line}"
        for file in sorted(_modules())
        for line, at in _calls(file)
        if not any(start <= at < end for start, end in _spans(file))
    ]
    assert not forgotten, (
        "Add a mutation for these under tests/authorization/mutated/, or say in NO_GUARDS why they "
        f"guard nothing: {forgotten}"
    )


def test_what_guards_nothing_stands_there_once() -> None:
    for file, source in NO_GUARDS:
        assert (ROOT / file).read_text().count(source) == 1, source


def _modules() -> set[str]:
    return {str(path.relative_to(ROOT)) for path in Path(ROOT / "app").rglob("*.py")}


def _calls(file: str) -> list[tuple[str, int]]:
    text = (ROOT / file).read_text()
    found: list[tuple[str, int]] = []
    for call in _CALL.finditer(text):
        start = text.rfind("\n", 0, call.start()) + 1
        line = text[start : text.find("\n", start)].strip()
        if not line.startswith(("def ", "async def ")):
            found.append((line, call.start()))
    return found


def _spans(file: str) -> list[tuple[int, int]]:
    text = (ROOT / file).read_text()
    sources = [each.source for each in MUTATIONS if each.file == file]
    sources += [source for name, source in NO_GUARDS if name == file]
    starts = [(text.find(source), source) for source in sources]
    return [(start, start + len(source)) for start, source in starts if start >= 0]
