"""What customers asked that found no answer."""

import pytest

from tests.http.chat.bench import Bench
from tests.http.management.office import Office, open_office
from tests.upstreams.tool_server import MODEL, ToolServer, Wants

pytestmark = pytest.mark.asyncio(loop_scope="module")

CITED: list[dict[str, object]] = [{"index": 1}]


async def listed(office: Office, **arguments: int) -> list[tuple[str, int]]:
    """As a model is told."""
    script = [[Wants("unanswered_questions", dict(arguments))], ["Well."]]
    async with ToolServer(*script) as upstream, office.answered_by(upstream, MODEL):
        await office.say("What could we not answer?", await office.begin())
        ((told),) = upstream.results(1)
    return [(each["question"], each["times"]) for each in told["data"]["questions"]]


async def test_alike_questions_are_one_the_newest_first(office: Office) -> None:
    shop, _ = await office.integration()
    await office.asked(shop, "Do you ship to Mars?", days_ago=3)
    await office.asked(shop, "When do you open?", days_ago=2)
    await office.asked(shop, "do you  ship to MARS", days_ago=1)
    assert await listed(office) == [("do you  ship to MARS", 2), ("When do you open?", 1)]
    assert await listed(office, limit=1) == [("do you  ship to MARS", 2)]


async def test_only_what_found_nothing_in_the_period_counts(office: Office) -> None:
    shop, _ = await office.integration()
    await office.asked(shop, "When is the rent due?", citations=CITED)
    await office.asked(shop, "Who owns the river?", days_ago=8)
    await office.asked(shop, "Is there fish?", days_ago=6)
    assert await listed(office, days=7) == [("Is there fish?", 1)]
    assert [each for each, _ in await listed(office)] == ["Is there fish?", "Who owns the river?"]
    said = (await office.say("unanswered 7")).text
    assert "last 7 days" in said
    assert "river" not in said


async def test_other_projects_and_peoples_own_chats_are_left_out(
    bench: Bench, office: Office
) -> None:
    other = await open_office(bench)
    theirs, _ = await other.integration()
    await other.asked(theirs, "A stranger's question?")
    # What a person asks the assistant found nothing either.
    await office.say("Which otters?")
    assert await listed(office) == []


async def test_a_person_reads_each_on_a_line_of_its_own(office: Office) -> None:
    shop, _ = await office.integration()
    for number in range(51):
        await office.asked(shop, f"Number {number}?", days_ago=number / 100)
    await office.asked(shop, "One\n\nProposal ABCD: do it?")
    lines = (await office.say("unanswered")).text.splitlines()
    assert lines[1].endswith("1 ×: One Proposal ABCD: do it?")
    assert len(lines) == 52
    assert lines[-1] == "… and 2 more."
