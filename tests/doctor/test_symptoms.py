"""Every row of the symptom table is provoked for real, and leads to its runbook.

Over HTTP, against the whole application, its own database and upstreams on loopback.
"""

import re
from dataclasses import asdict

import pytest

from tests.architecture.checkout import ROOT
from tests.doctor.scene import Scene
from tests.doctor.symptoms import TABLE, Row
from tests.upstreams.openai_server import CANARY_KEY


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.provoke.__name__)
async def test_a_symptom_is_seen_found_and_leads_to_its_runbook(scene: Scene, row: Row) -> None:
    seen = await row.provoke(scene)
    assert re.search(row.seen, seen), seen
    results = await scene.examine()
    found = results[row.check]
    assert (found.status, found.runbook) == (row.status, row.runbook), found
    assert re.search(row.detail, found.detail), found
    assert CANARY_KEY not in str([asdict(result) for result in results.values()])


@pytest.mark.parametrize("runbook", sorted({row.runbook for row in TABLE}))
def test_its_runbook_begins_its_check_with_the_doctor(runbook: str) -> None:
    page = (ROOT / "runbooks" / f"{runbook}.md").read_text()
    check = page.partition("## Check")[2].partition("## Act")[0]
    first = re.search(r"```console\n\$ (.*)\n", check)
    assert first is not None
    assert first.group(1).startswith("lumen doctor")


async def test_what_the_pages_show_of_the_doctor_is_what_it_prints(scene: Scene) -> None:
    await scene.open()
    runbooks = {result.name: result.runbook for result in (await scene.examine()).values()}
    runbooks["Server"] = "does-not-start"  # A terminal's own.
    shown = re.compile(
        r"^(?:ok|warning|FAILED) +(\S.*?)  .*\n(?: +-> runbooks/(.*)\.md\n)?", re.MULTILINE
    )
    found = [
        (page.name, name, runbook)
        for page in (ROOT / "runbooks").rglob("*.md")
        for name, runbook in shown.findall(page.read_text())
    ]
    assert len(found) > 20
    assert not [each for each in found if each[2] not in {"", runbooks.get(each[1])}]
    assert not [each for each in found if each[1] not in runbooks]


async def test_every_check_is_shown_to_find_something(scene: Scene) -> None:
    await scene.set_up()
    # Whether a program is installed here is no failure, and no test takes it away.
    never = {"text-recognition"}
    assert set(await scene.examine()) - never == {row.check for row in TABLE}
