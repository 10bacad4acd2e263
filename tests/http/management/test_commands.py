"""Without a model, the assistant obeys fixed commands; what changes anything is confirmed."""

import pytest

from app.management.commands import HELP
from tests.http.chat.bench import Bench
from tests.http.management.office import Office, open_office

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_is_no_command_is_answered_with_those_there_are(office: Office) -> None:
    answer = await office.say("Could you have a look around?")
    assert answer.text.endswith(HELP)
    assert answer.text.startswith("This project has no model")
    assert (await office.say("help")).text == HELP


async def test_each_thing_is_shown(office: Office) -> None:
    await office.instruct("Speak of otters.")
    await office.remember("Otters like fish.", "The river is cold.")
    await office.document("rent.txt")
    await office.document("scan.pdf", status="failed", error_code="no_text", error_message="Empty!")
    shop, token = await office.integration(allowed_domains=["shop.example"], daily_budget=7)
    await office.asked(shop, "Do you ship\nto Mars?")
    shown = {
        command: (await office.say(command)).text
        for command in (
            "project", "instructions", "memories", "documents", "documents failed",
            "integrations", "unanswered", "inbox",
        )
    }  # fmt: skip
    assert "Instructions:\n  | Speak of otters." in shown["project"]
    assert shown["instructions"] == shown["project"]
    assert shown["memories"].splitlines()[1:] == ["1. Otters like fish.", "2. The river is cold."]
    assert shown["documents"].splitlines() == [
        "2 documents, newest first:", "- scan.pdf (failed: Empty!)", "- rent.txt (ready)",
    ]  # fmt: skip
    assert "rent.txt" not in shown["documents failed"]
    assert "Shop (widget, on): open to shop.example; 60 requests" in shown["integrations"]
    assert "7 questions a day" in shown["integrations"]
    assert "1 ×: Do you ship to Mars?" in shown["unanswered"]
    assert shown["inbox"].startswith("0 conversations with people, 1 with the assistant")
    everything = "\n".join(shown.values())
    assert token not in everything
    assert shop.token_last4 not in everything
    assert await office.by_assistant() == []


async def test_an_empty_project_says_so(office: Office) -> None:
    told = [
        (await office.say(command)).text
        for command in ("memories", "documents", "integrations", "unanswered 7", "cancel")
    ]
    assert told == [
        "Answers remember nothing yet.",
        "There is no such document.",
        "There are no integrations.",
        "In the last 7 days every question of a customer was answered.",
        "Nothing is proposed, so nothing is dropped.",
    ]


async def test_instructions_change_when_they_are_confirmed_and_not_before(office: Office) -> None:
    await office.instruct("Be brief.")
    proposed = await office.say("instructions add Speak of otters.\nproposal ABCD: do it")
    assert "instructions now:\n  | Be brief.\n" in proposed.text
    # What somebody wrote can't pass for the assistant's own words.
    assert "then:\n  | Be brief.\n  | Speak of otters.\n  | proposal ABCD: do it\n" in proposed.text
    assert "15 minutes" in proposed.text
    assert await office.instructions() == "Be brief."
    done = await office.say(f"confirm {proposed.code.lower()}")
    assert done.text == "Done: change the project's instructions. The audit log has it."
    new = "Be brief.\nSpeak of otters.\nproposal ABCD: do it"
    assert await office.instructions() == new
    (entry,) = await office.audited("project.changed")
    assert (entry.actor_id, entry.actor_name, entry.via) == (
        office.user.id, office.user.email, "assistant",
    )  # fmt: skip
    assert (entry.before, entry.after) == (
        {"instructions": "Be brief."}, {"instructions": new},
    )  # fmt: skip


async def test_memories_are_added_reworded_and_forgotten(office: Office) -> None:
    await office.remember("Otters like fish.", "The river is cold.")
    for command in ("remember  Nets \n are banned.", "reword 1 Otters love fish.", "forget 2"):
        proposed = await office.say(command)
        await office.say(f"confirm {proposed.code}")
    assert await office.remembered() == ["Otters love fish.", "Nets are banned."]
    told = {entry.action: (entry.before, entry.after) for entry in await office.by_assistant()}
    assert told == {
        "memory.created": (None, {"text": "Nets are banned."}),
        "memory.changed": ({"text": "Otters like fish."}, {"text": "Otters love fish."}),
        "memory.removed": ({"text": "The river is cold."}, None),
    }


async def test_a_document_is_deleted_or_read_again(office: Office) -> None:
    rent = await office.document("Rent 2026.txt")
    failed = {"status": "failed", "error_code": "no_text", "error_message": "No text."}
    scan = await office.document("scan.pdf", **failed)
    deleting = await office.say("delete document rent 2026.TXT")
    assert "  | Rent 2026.txt\n" in deleting.text
    assert await office.found(rent)
    await office.say("yes")
    assert await office.found(rent) is None
    assert "did not fail" not in (await office.say("retry scan.pdf")).text
    await office.say("Ja, bitte!")
    fresh = await office.found(scan)
    assert fresh
    assert (fresh.status, fresh.version) == ("queued", 2)
    assert (await office.say("retry scan.pdf")).text == "“scan.pdf” did not fail: it is queued."
    actions = [entry.action for entry in await office.by_assistant()]
    assert actions == ["document.deleted", "document.retried"]


@pytest.mark.parametrize(
    ("command", "field", "value"),
    [
        ("disable shop", "is_enabled", False),
        ("rename integration 1 to The  shop", "name", "The shop"),
        ("domains Shop: a.example, *.B.example", "allowed_domains", ["a.example", "*.b.example"]),
        ("limit Shop: 30", "rate_limit_per_minute", 30),
        ("customer limit Shop: 5", "customer_limit_per_minute", 5),
        ("budget Shop: 100", "daily_budget", 100),
    ],
)
async def test_an_integration_is_changed(
    office: Office, command: str, field: str, value: object
) -> None:
    shop, _ = await office.integration()
    proposed = await office.say(command)
    assert getattr(await office.integration_now(shop), field) == getattr(shop, field)
    await office.say(f"confirm {proposed.code}")
    assert getattr(await office.integration_now(shop), field) == value
    (entry,) = await office.audited("integration.changed")
    assert entry.via == "assistant"
    assert entry.after is not None
    assert list(entry.after.values()) == [value]


async def test_what_ends_a_limit_is_understood(office: Office) -> None:
    shop, _ = await office.integration(
        daily_budget=5, allowed_domains=["a.example"], is_enabled=False
    )
    for command in ("budget Shop: none", "domains Shop: all", "enable Shop"):
        await office.say(f"confirm {(await office.say(command)).code}")
    found = await office.integration_now(shop)
    assert (found.daily_budget, found.allowed_domains, found.is_enabled) == (None, [], True)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("forget 3", "There is no memory 3. There are 1."),
        (f"remember {'x' * 501}", "Write what to remember in 1 to 500 characters."),
        (f"instructions set {'x' * 8001}", "Instructions have 8000 characters at most."),
        ("instructions set Be brief.", "It stands so already: there is nothing to change."),
        ("enable Shop", "It stands so already: there is nothing to change."),
        ("disable Otters", "There is no integration “Otters”."),
        ("delete document nothing.txt", "There is no document “nothing.txt”. Write its whole name"),
        ("delete document 00000000-0000-0000-0000-000000000000", "There is no such document"),
        ("domains Shop: com/evil", "“com/evil” is no host."),
        ("limit Shop: 0", "This does not fit: Expected `int` >= 1 - at `$.rateLimitPerMinute`."),
        ("unanswered 999", "This does not fit: Expected `int` <= 366 - at `$.days`."),
    ],
)
async def test_what_cannot_be_done_is_not_even_proposed(
    office: Office, command: str, why: str
) -> None:
    await office.instruct("Be brief.")
    await office.remember("One.")
    await office.integration()
    answer = await office.say(command)
    assert answer.text.startswith(why)
    assert answer.codes == []
    assert await office.proposals() == []


async def test_a_name_that_several_have_is_asked_about(office: Office) -> None:
    first, second = [await office.document("twin.txt") for _ in range(2)]
    answer = await office.say("delete document twin.txt")
    assert str(first.id) in answer.text
    proposed = await office.say(f"delete document {second.id}")
    await office.say(f"confirm {proposed.code}")
    assert await office.found(first)
    assert await office.found(second) is None


async def test_an_integrations_name_that_two_have_is_asked_about(office: Office) -> None:
    (first, _), (second, _) = [await office.integration("Twin") for _ in range(2)]
    assert (await office.say("disable twin")).text.startswith("Several integrations")
    await office.say(f"confirm {(await office.say('disable 2')).code}")
    assert (await office.integration_now(first)).is_enabled
    assert not (await office.integration_now(second)).is_enabled


async def test_a_long_list_says_how_much_more_there_is(office: Office) -> None:
    for number in range(101):
        await office.document(f"{number}.txt")
    lines = (await office.say("documents")).text.splitlines()
    assert (lines[0], len(lines)) == ("101 documents, newest first:", 102)
    assert lines[-1] == "… and 1 more."


async def test_nobody_reaches_into_another_project(bench: Bench, office: Office) -> None:
    other = await open_office(bench, "Others' instructions.")
    theirs = await other.document("theirs.txt")
    await other.integration("Theirs")
    await other.remember("Theirs.")
    for command in (f"delete document {theirs.id}", "delete document theirs.txt", "forget 1"):
        assert (await office.say(command)).codes == []
    shown = [(await office.say(each)).text for each in ("documents", "integrations", "memories")]
    assert "heirs" not in "".join(shown)


async def test_a_full_memory_says_so_before_it_proposes(office: Office) -> None:
    await office.remember(*(f"Fact {number}." for number in range(50)))
    answer = await office.say("remember One more.")
    assert answer.text == "A project remembers 50 facts at most. Delete one first."
