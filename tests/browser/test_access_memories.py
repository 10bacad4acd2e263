from playwright.async_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.people import browser_of
from tests.browser.running_server import RunningServer
from tests.browser.sharing import give, open_access, reader


async def _open(page: Page) -> None:
    await page.get_by_role("button", name="Project actions").click()
    await page.get_by_role("menuitem", name="What answers remember").click()


async def test_what_answers_remember_is_added_changed_in_place_and_forgotten(
    project: Page,
) -> None:
    await _open(project)
    await project.get_by_label("Add something to remember").fill("Amounts are in euros.")
    await project.get_by_role("button", name="Remember", exact=True).click()
    remembered = project.get_by_role("list", name="Remembered").get_by_role("listitem")
    await expect(remembered).to_contain_text(["Amounts are in euros."])
    await expect(project.get_by_label("Add something to remember")).to_have_value("")
    await project.get_by_role("button", name="Change “Amounts").click()
    await project.keyboard.press("Escape")
    await expect(project.get_by_role("button", name="Change “Amounts")).to_be_focused()
    await project.keyboard.press("Enter")
    await project.get_by_label("What to remember").fill("Amounts are in pounds.")
    assert await violations(project) == []
    await project.get_by_role("button", name="Save").click()
    await expect(remembered).to_contain_text(["Amounts are in pounds."])
    await project.reload()
    await _open(project)
    await expect(remembered).to_contain_text(["Amounts are in pounds."])
    await project.get_by_role("button", name="Forget “Amounts").click()
    await project.get_by_role("button", name="Forget", exact=True).click()
    await expect(remembered).to_contain_text(["Nothing yet."])


async def test_those_who_may_only_use_a_project_read_what_answers_remember(
    project: Page, served: RunningServer, chromium: Browser
) -> None:
    address, grace = project.url, await reader(served)
    await _open(project)
    await project.get_by_label("Add something to remember").fill("The board meets in Wick.")
    await project.get_by_role("button", name="Remember", exact=True).click()
    await expect(project.get_by_text("The board meets in Wick.")).to_be_visible()
    await project.get_by_role("button", name="Done").click()
    await open_access(project)
    await give(project, grace.name, "May use")
    async with browser_of(chromium, served, grace.person) as page:
        await page.goto(address)
        await _open(page)
        dialog = page.get_by_role("dialog", name="What the answers should remember")
        await expect(dialog).to_contain_text("The board meets in Wick.")
        await expect(dialog.get_by_role("textbox")).to_have_count(0)
        await expect(dialog.get_by_role("button")).to_have_text(["Done"])
