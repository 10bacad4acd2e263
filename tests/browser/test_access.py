import re

from playwright.async_api import Browser, Page, ViewportSize, expect

from tests.browser.accessibility import violations
from tests.browser.people import browser_of
from tests.browser.running_server import RunningServer
from tests.browser.sharing import found, give, open_access, reader, take_back

NARROW: ViewportSize = {"width": 320, "height": 640}


async def test_a_project_is_shared_changed_and_taken_back(
    project: Page, served: RunningServer
) -> None:
    grace = await reader(served)
    await open_access(project)
    await give(project, grace.name, "May edit")
    await give(project, grace.group, "May use")
    people = project.get_by_role("region", name="Who can see this, and why")
    row = people.get_by_role("listitem").filter(has_text=grace.email)
    await expect(row).to_contain_text("May edit")
    await expect(row).to_contain_text("It was given to them")
    tier = project.get_by_label(f"What {grace.name} may do")
    await tier.focus()
    await tier.select_option(label="Full access")
    await expect(row).to_contain_text("Full access")
    await expect(tier).to_be_focused()
    await take_back(project, grace.name)
    await expect(row).to_contain_text(f"By the group {grace.group}")
    await take_back(project, grace.group)
    await expect(row).to_have_count(0)


async def test_the_reasons_for_ones_own_access_are_told_and_the_one_that_counts_marked(
    project: Page,
) -> None:
    await open_access(project)
    reasons = project.get_by_role("list", name="Why you have access").get_by_role("listitem")
    await expect(reasons).to_have_count(2)
    await expect(reasons.first).to_contain_text("You look after this server")
    await expect(reasons.first).to_contain_text("which is what counts")
    await expect(reasons.last).to_contain_text("You own this project")
    await expect(reasons.last).not_to_contain_text("which is what counts")


async def test_a_project_opened_to_everyone_says_so_at_its_head(
    project: Page, served: RunningServer, chromium: Browser
) -> None:
    address = project.url
    await open_access(project)
    await project.get_by_label("Everyone may use it").check()
    own = project.get_by_role("region", name="Your access")
    await expect(own).to_contain_text("Everyone with an account here may use it")
    await project.goto(address)
    await expect(project.get_by_role("link", name="Open to everyone")).to_be_visible()
    async with browser_of(chromium, served, (await reader(served)).person) as page:
        await page.goto(f"{address}/access")
        own = page.get_by_role("region", name="Your access")
        await expect(own).to_contain_text("You can ask, and read the documents.")
        await expect(page.get_by_role("radio")).to_have_count(0)
        await expect(page.get_by_role("combobox")).to_have_count(0)
        await expect(page.get_by_text("Who can see this, and why")).to_have_count(0)


async def test_a_grant_that_changes_nothing_says_why(project: Page, served: RunningServer) -> None:
    admin = await reader(served, role="admin")
    await open_access(project)
    await give(project, admin.name, "May use")
    row = project.get_by_role("list", name="Named for this project").get_by_role("listitem")
    await expect(row.filter(has_text=admin.email)).to_contain_text(
        "No effect now: looks after this server"
    )
    await give(project, admin.group, "May use")
    await project.get_by_label("Everyone may use it").check()
    await expect(row.filter(has_text=admin.group)).to_contain_text(
        "No effect now: everyone may use the project anyway"
    )


async def test_the_search_for_whom_to_give_it_to_works_by_keyboard_and_says_what_it_found(
    project: Page, served: RunningServer
) -> None:
    grace = await reader(served)
    mark = grace.name.removeprefix("Grace ")
    await open_access(project)
    field = project.get_by_role("combobox", name="Give access to")
    await project.get_by_role("button", name="Give access").click()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(project.get_by_text("Enter a name and choose whom you mean.")).to_be_visible()
    await field.fill(mark)
    options = found(project)
    await expect(options).to_have_count(3)
    await expect(options.nth(1)).to_contain_text(grace.email)
    assert await violations(project) == []
    await field.press("ArrowDown")
    chosen = await field.get_attribute("aria-activedescendant")
    assert chosen == await options.nth(1).get_attribute("id")
    await field.press("Enter")
    await expect(field).to_have_value(grace.name)
    await expect(options).to_have_count(0)
    await field.fill("nobody of this name")
    await expect(project.get_by_text("Nobody here is called").first).to_be_visible()
    await field.press("Escape")
    await expect(project.get_by_text("Nobody here is called").first).to_be_hidden()


async def test_who_hands_a_project_over_and_has_nothing_else_is_led_home(
    project: Page, served: RunningServer, chromium: Browser
) -> None:
    owner, heir = await reader(served), await reader(served)
    await open_access(project)
    address = project.url
    await _hand_over(project, owner.name)
    row = project.get_by_role("list", name="Named for this project").get_by_role("listitem")
    await expect(row.filter(has_text=owner.email)).to_contain_text("Owner")
    async with browser_of(chromium, served, owner.person) as page:
        await page.goto(address)
        await expect(page.get_by_role("region", name="Your access")).to_contain_text(
            "You own this project"
        )
        await _hand_over(page, heir.name)
        await expect(page).to_have_url(re.compile(r"/app$"))
        await expect(page.get_by_text("You no longer have access").first).to_be_visible()


async def _hand_over(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Hand over").click()
    dialog = page.get_by_role("dialog", name="Hand the project over")
    await dialog.get_by_role("combobox", name="New owner").fill(name)
    await found(page).filter(has_text=name).click()
    await dialog.get_by_role("button", name="Hand over").click()


async def test_access_is_accessible_and_fits_a_narrow_screen(
    project: Page, served: RunningServer
) -> None:
    grace = await reader(served)
    await open_access(project)
    await give(project, grace.name, "May edit")
    await expect(project.locator(".skeleton")).to_have_count(0)
    assert await violations(project) == []
    await project.set_viewport_size(NARROW)
    assert await violations(project) == []
    over: int = await project.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert over <= 0


async def test_those_who_may_only_use_a_project_are_offered_no_more(
    project: Page, served: RunningServer, chromium: Browser
) -> None:
    address, grace = project.url, await reader(served)
    await open_access(project)
    await give(project, grace.name, "May use")
    async with browser_of(chromium, served, grace.person) as page:
        await page.goto(address)
        await expect(page.get_by_text("Somebody who may edit this project")).to_be_visible()
        await expect(page.get_by_role("button", name="Add documents")).to_have_count(0)
        await page.get_by_role("button", name="Project actions").click()
        items = page.get_by_role("menuitem")
        await expect(items).to_have_text(["What answers remember", "Access"])


async def test_those_who_may_edit_change_neither_colour_nor_existence(
    project: Page, served: RunningServer, chromium: Browser
) -> None:
    address, grace = project.url, await reader(served)
    await open_access(project)
    await give(project, grace.name, "May edit")
    async with browser_of(chromium, served, grace.person) as page:
        await page.goto(address)
        await expect(page.get_by_role("button", name="Add documents").first).to_be_visible()
        await page.get_by_role("button", name="Project actions").click()
        await expect(page.get_by_role("menuitem", name="Delete")).to_have_count(0)
        await page.get_by_role("menuitem", name="Settings").click()
        await expect(page.get_by_role("radio")).to_have_count(0)
        await page.get_by_label("Instructions for answers").fill("Answer briefly.")
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
