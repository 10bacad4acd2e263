import csv
import io

from playwright.async_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.running_server import RunningServer
from tests.browser.screens import QUESTION, Upload, add_documents, answered, ask, ready


async def test_answers_are_counted_by_person_project_and_model(
    project: Page, served: RunningServer, report: Upload
) -> None:
    name = await project.get_by_role("heading", level=1).inner_text()
    await add_documents(project, report)
    await ready(project, report.name)
    await ask(project, QUESTION)
    await answered(project)
    await project.goto(f"{served.url}/app/settings/usage")
    rows = project.locator("tbody").get_by_role("row")
    await expect(rows.filter(has_text="Ada Lovelace")).to_have_count(1)
    await project.get_by_label("Projects", exact=True).check()
    row = rows.filter(has_text=name)
    await expect(row.get_by_role("cell").first).to_have_text("1")
    # The built-in answerer has no price.
    await expect(row.get_by_role("cell").last).to_have_text("—")
    assert await violations(project) == []
    await project.get_by_label("Projects", exact=True).press("ArrowRight")
    await expect(project.get_by_role("columnheader", name="Model")).to_be_visible()
    await project.get_by_label("Other days").check()
    await project.get_by_label("To", exact=True).fill("2020-01-02")
    await project.get_by_label("From", exact=True).fill("2020-01-01")
    await expect(project.get_by_text("Nothing was asked in this time.")).to_be_visible()
    await project.set_viewport_size({"width": 320, "height": 640})
    assert await violations(project) == []
    await project.get_by_label("7 days").check()
    await expect(rows.first).to_be_visible()
    assert await violations(project) == []
    over: int = await project.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert over <= 0
    async with project.expect_download() as waiting:
        await project.get_by_role("button", name="Save as CSV").click()
    text = (await (await waiting.value).path()).read_text("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(text)))["answers"].isdigit()


async def test_usage_that_cannot_be_read_says_so_and_is_tried_again(
    signed_in: Page, served: RunningServer
) -> None:
    await signed_in.route("**/usage?*", lambda route: route.abort())
    await signed_in.goto(f"{served.url}/app/settings/usage")
    await expect(signed_in.get_by_role("alert")).to_contain_text("does not answer")
    await signed_in.unroute("**/usage?*")
    await signed_in.get_by_role("button", name="Try again").click()
    await expect(signed_in.get_by_role("alert")).to_have_count(0)
