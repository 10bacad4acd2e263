"""A project's integrations on their screen: made, put to use, changed, switched off, deleted."""

import re

from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.accessibility import violations
from tests.browser.people import browser_of
from tests.browser.running_server import RunningServer
from tests.browser.sharing import give, open_access, reader
from tests.browser.widget_page import OPENED, ask

DOMAINS = "Example.com\n*.shop.example"


async def open_integrations(page: Page) -> None:
    """From the project's own screen."""
    await page.get_by_role("button", name="Project actions").click()
    await page.get_by_role("menuitem", name="Integrations").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Integrations")
    await expect(page.locator(".skeleton")).to_have_count(0)


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name))


async def add(page: Page, name: str, *, kind: str = "A website", domains: str = "") -> str:
    """Add one; its token, once the dialog that shows it was put away."""
    await page.get_by_role("button", name="Add an integration").click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("radio", name=kind).check()
    await page.get_by_role("textbox", name="Domains").fill(domains)
    await page.get_by_role("button", name="Add", exact=True).click()
    token = await page.get_by_label("The token", exact=True).input_value()
    await page.get_by_role("button", name="Done").click()
    await expect(card(page, name)).to_be_visible()
    return token


async def choose(page: Page, name: str, action: str) -> None:
    await page.get_by_role("button", name=f"Actions for {name}").click()
    await page.get_by_role("menuitem", name=action).click()


async def overflow(page: Page) -> int:
    width: int = await page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return max(0, width)


async def test_one_is_added_by_keyboard_and_its_line_is_copied_whole(
    project: Page, served: RunningServer
) -> None:
    await open_integrations(project)
    await expect(project.get_by_text("Nobody else asks here yet")).to_be_visible()
    assert await violations(project) == []
    await project.get_by_role("button", name="Add an integration").press("Enter")
    await expect(project.get_by_role("dialog")).to_be_visible()
    assert await violations(project) == []
    await project.keyboard.type("Shop")
    await project.get_by_role("textbox", name="Domains").fill(DOMAINS)
    await project.get_by_label("Questions a day").fill("500")
    await project.get_by_label("Name").press("Enter")
    dialog = project.get_by_role("dialog", name="“Shop” may ask now")
    token = await dialog.get_by_label("The token", exact=True).input_value()
    assert re.fullmatch(r"lumen_int_\S{20,}", token)
    line = f'<script src="{served.url}/widget.js" data-integration-token="{token}"></script>'
    await expect(dialog.get_by_label("Script tag")).to_have_value(line)
    assert await violations(project) == []
    # What is shown once is not lost by a click beside it.
    await project.mouse.click(5, 5)
    await project.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await dialog.get_by_role("button", name="Copy").last.click()
    await expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    assert await project.evaluate("() => navigator.clipboard.readText()") == line
    await dialog.get_by_role("button", name="Done").click()
    await expect(project.get_by_role("button", name="Add an integration")).to_be_focused()
    shop = card(project, "Shop")
    for words in ("example.com", "*.shop.example", "500 questions a day", f"…{token[-4:]}"):
        await expect(shop).to_contain_text(words)
    assert token not in await project.content()
    assert await violations(project) == []
    await project.set_viewport_size({"width": 320, "height": 640})
    assert await violations(project) == []
    assert await overflow(project) == 0


async def test_a_websites_chat_is_tried_beside_the_line_that_is_copied(project: Page) -> None:
    await project.context.add_init_script(OPENED)
    await open_integrations(project)
    await project.get_by_role("button", name="Add an integration").click()
    await project.get_by_label("Name").fill("Shop")
    await project.get_by_role("radio", name="A website").check()
    await project.get_by_role("textbox", name="Domains").fill("shop.example.com")
    await project.get_by_role("button", name="Add", exact=True).click()
    frame = project.frame_locator("iframe[title='Preview of the chat']")
    chat = frame.get_by_role("dialog", name="Ask us")
    await ask(chat, "Is anybody there?")
    await expect(chat.locator(".answer")).not_to_be_empty()
    await expect(chat.locator(".said")).to_have_text("Is anybody there?")
    assert await violations(project) == []


async def test_the_line_is_shown_again_without_the_token(project: Page) -> None:
    await open_integrations(project)
    token = await add(project, "Bot", kind="A program of yours")
    await project.get_by_role("button", name="How to ask of Bot").click()
    line = project.get_by_label("A first question, for a terminal")
    await expect(line).to_have_value(re.compile(r"^curl -N http\S+/v1/chat/stream "))
    await expect(line).to_have_value(re.compile(f"lumen_int_…{token[-4:]}"))
    assert token not in await line.input_value()
    assert await violations(project) == []
    await project.set_viewport_size({"width": 320, "height": 640})
    assert await violations(project) == []
    await project.keyboard.press("Escape")
    await expect(project.get_by_role("dialog")).to_have_count(0)


async def test_one_is_changed_switched_off_and_given_a_new_token(project: Page) -> None:
    await open_integrations(project)
    first = await add(project, "Shop")
    await expect(card(project, "Shop")).to_contain_text("Name your domains")
    await choose(project, "Shop", "Edit")
    await expect(project.get_by_role("radio")).to_have_count(0)
    await project.get_by_label("Name").fill("Help desk")
    await project.get_by_label("Of one customer").fill("3")
    await project.get_by_label("When a customer asks for a person").uncheck()
    await project.get_by_role("button", name="Save").click()
    desk = card(project, "Help desk")
    await expect(desk).to_contain_text("3 for one customer")
    await expect(desk).to_contain_text("After 2 answers in a row that found nothing")
    await expect(project.get_by_role("button", name="Actions for Help desk")).to_be_focused()
    await choose(project, "Help desk", "Switch off")
    await expect(desk.get_by_text("Off", exact=True)).to_be_visible()
    assert await violations(project) == []
    await choose(project, "Help desk", "Switch on")
    await expect(desk.get_by_text("Off", exact=True)).to_have_count(0)
    await choose(project, "Help desk", "Draw a new token")
    await expect(project.get_by_role("dialog")).to_contain_text("refused at once")
    await project.get_by_role("button", name="Draw a new token").click()
    second = await project.get_by_label("The token", exact=True).input_value()
    assert second != first
    await project.get_by_role("button", name="Done").click()
    await expect(desk).to_contain_text(f"…{second[-4:]}")
    await project.reload()
    await expect(desk).to_contain_text(f"…{second[-4:]}")


async def test_one_is_deleted_after_a_question_that_says_what_goes(project: Page) -> None:
    await open_integrations(project)
    await add(project, "Shop")
    await choose(project, "Shop", "Delete")
    await expect(project.get_by_role("dialog", name="Delete “Shop”?")).to_contain_text(
        "conversations of its customers go with it"
    )
    assert await violations(project) == []
    await project.get_by_role("button", name="Cancel").click()
    await expect(card(project, "Shop")).to_be_visible()
    await choose(project, "Shop", "Delete")
    await project.get_by_role("button", name="Delete", exact=True).click()
    await expect(project.get_by_text("Nobody else asks here yet")).to_be_visible()
    await expect(project.get_by_role("button", name="Add an integration")).to_be_focused()


async def test_a_domain_that_is_none_is_marked_where_it_was_written(project: Page) -> None:
    await open_integrations(project)
    await project.get_by_role("button", name="Add an integration").click()
    await project.get_by_label("Name").fill("Shop")
    await project.get_by_role("textbox", name="Domains").fill(
        "example.com\nhttps://example.com/shop"
    )
    await project.get_by_label("Questions a minute").fill("0")
    await project.get_by_role("button", name="Add", exact=True).click()
    wrong = project.get_by_label("Questions a minute")
    await expect(wrong).to_be_focused()
    await wrong.fill("60")
    await project.get_by_role("button", name="Add", exact=True).click()
    wrong = project.get_by_role("textbox", name="Domains")
    await expect(wrong).to_have_attribute("aria-invalid", "true")
    await expect(wrong).to_be_focused()
    await expect(project.get_by_text("“https://example.com/shop” is no host")).to_be_visible()
    assert await violations(project) == []


async def test_a_list_that_cannot_be_read_says_so_and_is_tried_again(project: Page) -> None:
    await project.route("**/integrations", lambda route: route.abort())
    await project.get_by_role("button", name="Project actions").click()
    await project.get_by_role("menuitem", name="Integrations").click()
    await expect(project.get_by_role("alert")).to_contain_text("does not answer")
    assert await violations(project) == []
    await project.unroute("**/integrations")
    await project.get_by_role("button", name="Try again").click()
    await expect(project.get_by_text("Nobody else asks here yet")).to_be_visible()
    await expect(project.get_by_role("alert")).to_have_count(0)


async def test_who_may_not_manage_them_finds_no_way_there(
    project: Page, served: RunningServer, chromium: Browser
) -> None:
    address, grace = project.url, await reader(served)
    await open_access(project)
    await give(project, grace.name, "May edit")
    async with browser_of(chromium, served, grace.person) as page:
        await page.goto(address)
        await page.get_by_role("button", name="Project actions").click()
        await expect(page.get_by_role("menuitem", name="Access")).to_be_visible()
        await expect(page.get_by_role("menuitem", name="Integrations")).to_have_count(0)
        await page.goto(f"{address}/integrations")
        await expect(page.get_by_role("heading", level=1)).to_have_text("Not here")
