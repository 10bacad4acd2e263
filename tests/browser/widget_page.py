"""The widget on a page, as a visitor meets it and as a test looks at it."""

from playwright.async_api import BrowserContext, Locator, Page, expect

# The widget's shadow root is closed, to a test too: here alone it is opened, before any script.
OPENED = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (how) {
  return attach.call(this, { ...how, mode: "open" });
};
"""
TITLE = "Ask us"


async def visit(context: BrowserContext, url: str) -> Page:
    """A page of somebody else's site, with the widget in reach of the test."""
    await context.add_init_script(OPENED)
    page = await context.new_page()
    await page.goto(url)
    return page


async def opened(page: Page, title: str = TITLE) -> Locator:
    """The panel, opened by its launcher."""
    await page.get_by_role("button", name=title).click()
    panel = page.get_by_role("dialog", name=title)
    await expect(panel).to_be_visible()
    return panel


async def ask(panel: Locator, text: str) -> None:
    """Write and send."""
    await panel.get_by_label("Your message").fill(text)
    await panel.get_by_label("Your message").press("Enter")


def entries(panel: Locator) -> Locator:
    """What was said, questions and answers."""
    return panel.locator(".thread > li")
