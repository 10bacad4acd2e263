import re

from playwright.async_api import Browser, Locator, Page, expect

from tests.browser.accessibility import violations
from tests.browser.running_server import RunningServer
from tests.browser.screens import QUESTION, Upload, add_documents, answered, ask, ready

NARROW = {"width": 320, "height": 640}
FOLLOW_UP = "Who taught the others to repair valves?"


async def ask_for_a_link(page: Page, report: Upload) -> str:
    """From an empty project to a request that waits; the conversation's address."""
    await add_documents(page, report)
    await ready(page, report.name)
    await ask(page, QUESTION)
    await answered(page)
    await page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog", name="Share this conversation")
    await dialog.get_by_label("Why, for the admin who decides").fill("For the harbour master")
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Ask for a link").click()
    await expect(dialog.get_by_text("An admin decides")).to_be_visible()
    await dialog.get_by_role("button", name="Done").click()
    return page.url


async def open_requests(page: Page, served: RunningServer) -> Locator:
    """The newest request on the admins' screen."""
    await page.goto(f"{served.url}/app/settings/shares")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Share requests")
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", level=2)).first


async def approve(page: Page, served: RunningServer, *, follow_ups: int = 0) -> str:
    """Approve the newest request; the link."""
    entry = await open_requests(page, served)
    await expect(entry.get_by_text("For the harbour master")).to_be_visible()
    assert await violations(page) == []
    await entry.get_by_role("button", name="Look and approve").click()
    dialog = page.get_by_role("dialog", name=re.compile("^Share this with everybody"))
    shown = dialog.get_by_role("region", name="What would be shown")
    await expect(shown.get_by_role("article", name="Answer")).to_contain_text("4,120 litres")
    if follow_ups:
        await dialog.get_by_label("Guests may ask").check()
        await dialog.get_by_label("How many").fill(str(follow_ups))
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Approve").click()
    link = page.get_by_role("textbox", name="The link")
    await expect(link).to_have_value(re.compile("/app/share/lumen_share_"))
    return await link.input_value()


async def test_a_conversation_is_shared_read_gone_on_with_and_taken_back(
    project: Page, served: RunningServer, chromium: Browser, report: Upload
) -> None:
    conversation = await ask_for_a_link(project, report)
    link = await approve(project, served, follow_ups=1)
    guests = await chromium.new_context()
    guest = await guests.new_page()
    mistakes: list[str] = []
    asked: list[str] = []
    guest.on("pageerror", lambda error: mistakes.append(str(error)))
    guest.on("request", lambda request: asked.append(request.url))
    await guest.goto(link)
    await expect(guest.get_by_role("heading", level=1)).to_have_text(QUESTION)
    await _quote_opens_in_place(guest, report)
    await _one_follow_up(guest)
    await guest.reload()
    await expect(guest.get_by_text("Asked by guests since")).to_be_visible()
    await expect(guest.get_by_label("Your question")).to_be_disabled()

    await project.goto(conversation)
    await _take_back(project, link)
    await guest.reload()
    await expect(guest.get_by_role("heading", level=1)).to_have_text("This link was taken back")
    assert await violations(guest) == []
    assert mistakes == []
    assert all("/share/" in url for url in asked if "/app/" not in url), asked
    await guests.close()


async def _take_back(page: Page, link: str) -> None:
    await page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog", name="Share this conversation")
    await expect(dialog.get_by_role("textbox", name="The link")).to_have_value(link)
    await expect(dialog.get_by_text("1 of 1 question asked")).to_be_visible()
    await dialog.get_by_role("button", name="Ask for another link").click()
    await expect(dialog.get_by_label("Why, for the admin who decides")).to_be_focused()
    assert await violations(page) == []
    await dialog.get_by_role("button", name="Take it back").click()
    await page.get_by_role("button", name="Take it back").last.click()
    await expect(dialog.get_by_text("Taken back")).to_be_visible()


async def _quote_opens_in_place(guest: Page, report: Upload) -> None:
    assert await violations(guest) == []
    number = guest.get_by_role("button", name=re.compile(r"^Source \d")).first
    await number.focus()
    await guest.keyboard.press("Enter")
    quote = guest.get_by_role("figure")
    await expect(quote).to_contain_text(report.name)
    await expect(quote.locator("blockquote")).to_contain_text("4,120 litres")
    assert await violations(guest) == []
    await guest.keyboard.press("Escape")
    await expect(quote).to_have_count(0)
    await expect(number).to_be_focused()


async def _one_follow_up(guest: Page) -> None:
    await expect(guest.get_by_text("1 question left")).to_be_visible()
    await ask(guest, FOLLOW_UP)
    answer = guest.get_by_role("article", name="Answer").last
    await expect(answer).to_contain_text("Morag Sinclair", timeout=30_000)
    await answer.get_by_role("button", name=re.compile(r"^Source \d")).first.click()
    await expect(answer.get_by_role("figure").locator("blockquote")).to_contain_text("valves")
    await expect(guest.get_by_text("The questions of this link are used up")).to_be_visible()
    await guest.set_viewport_size(NARROW)
    assert await violations(guest) == []
    assert await guest.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def test_a_rejected_request_says_why_and_a_link_that_leads_nowhere_says_so(
    project: Page, served: RunningServer, report: Upload
) -> None:
    conversation = await ask_for_a_link(project, report)
    entry = await open_requests(project, served)
    await entry.get_by_role("button", name="Reject").click()
    dialog = project.get_by_role("dialog", name="Reject this request?")
    await dialog.get_by_label("Why, for whoever asked").fill("Names are in it")
    await dialog.get_by_role("button", name="Reject").click()
    await expect(dialog).to_have_count(0)
    await project.goto(conversation)
    await project.get_by_role("button", name="Share", exact=True).click()
    dialog = project.get_by_role("dialog", name="Share this conversation")
    await expect(dialog.get_by_text("Names are in it")).to_be_visible()

    await project.goto(f"{served.url}/app/share/lumen_share_nothing")
    await expect(project.get_by_role("heading", level=1)).to_have_text("This link leads nowhere")
    assert await violations(project) == []


async def test_a_server_that_does_not_answer_is_told_apart_from_a_link_that_is_gone(
    page: Page, served: RunningServer
) -> None:
    await page.route("**/share/lumen_share_x", lambda route: route.abort())
    await page.route("**/app/share/**", lambda route: route.continue_())
    await page.goto(f"{served.url}/app/share/lumen_share_x")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Lumen can't be reached")
    await page.unroute("**/share/lumen_share_x")
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("This link leads nowhere")
