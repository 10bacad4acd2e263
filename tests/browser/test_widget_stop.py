"""A visitor has an answer stopped, by mouse and keyboard."""

from collections.abc import AsyncGenerator

import pytest_asyncio
from playwright.async_api import BrowserContext, Locator, Page, expect

from tests.browser.accessibility import violations
from tests.browser.foreign_site import ForeignSite
from tests.browser.widget_page import ask, entries, opened, visit
from tests.upstreams.lumika_server import LumikaServer
from tests.waiting import eventually

PIECES = ["one ", "two ", "three ", "four"]


@pytest_asyncio.fixture(loop_scope="session")
async def counting(lumika: LumikaServer) -> AsyncGenerator[LumikaServer]:
    """Answers of four words, of which two come by themselves."""
    lumika.script.pieces = PIECES
    lumika.script.gate.clear()
    yield lumika
    lumika.script.gate.set()


async def asked(visitor: BrowserContext, site: ForeignSite) -> tuple[Page, Locator]:
    """A page whose question is half answered."""
    page = await visit(visitor, site.url)
    panel = await opened(page)
    await ask(panel, "Count.")
    await expect(panel.locator(".answer")).to_have_text("one two")
    return page, panel


async def test_what_was_written_stays_and_says_that_it_was_stopped(
    visitor: BrowserContext, counting: LumikaServer, site: ForeignSite
) -> None:
    page, panel = await asked(visitor, site)
    assert await violations(page) == []
    await expect(panel.get_by_role("button", name="Send")).to_be_hidden()
    await panel.get_by_role("button", name="Stop the answer").click()
    await expect(panel.get_by_text("You stopped this answer.")).to_be_visible()
    await expect(panel.locator(".answer")).to_have_text("one two")
    await expect(panel.locator(".answer")).not_to_have_attribute("data-live", "")
    await expect(page.get_by_role("status").filter(has_text="You stopped")).to_be_attached()
    await expect(panel.get_by_role("button", name="Stop the answer")).to_be_hidden()
    assert await violations(page) == []
    assert len(counting.script.stops) == 1
    await page.reload()
    panel = await opened(page)
    await expect(panel.get_by_text("You stopped this answer.")).to_be_visible()
    await expect(panel.locator(".answer")).to_have_text("one two")


async def test_the_keyboard_stops_it_and_goes_on_in_the_field(
    visitor: BrowserContext, counting: LumikaServer, site: ForeignSite
) -> None:
    page, panel = await asked(visitor, site)
    field = panel.get_by_label("Your message")
    await field.fill("Meanwhile")
    # What is being written is not sent, and stops nothing.
    await field.press("Enter")
    assert counting.script.stops == []
    await field.press("Tab")
    await expect(panel.get_by_role("button", name="Stop the answer")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(panel.get_by_text("You stopped this answer.")).to_be_visible()
    await expect(field).to_be_focused()
    await expect(field).to_have_value("Meanwhile")
    counting.script.gate.set()
    await page.keyboard.press("Enter")
    await expect(panel.locator(".answer").last).to_have_text("one two three four")
    assert counting.script.asked == ["Count.", "Meanwhile"]


async def test_an_answer_that_could_not_be_stopped_goes_on_and_may_be_stopped_again(
    visitor: BrowserContext, counting: LumikaServer, site: ForeignSite
) -> None:
    page, panel = await asked(visitor, site)
    counting.script.refuses_stops = True
    await panel.get_by_role("button", name="Stop the answer").click()
    await expect(panel.get_by_text("The answer could not be stopped.")).to_be_visible()
    assert await violations(page) == []
    await panel.get_by_role("button", name="Stop the answer").click()
    await expect(panel.get_by_text("You stopped this answer.")).to_be_visible()
    await expect(entries(panel)).to_have_count(2)


async def test_an_answer_that_is_left_behind_is_stopped(
    visitor: BrowserContext, counting: LumikaServer, site: ForeignSite
) -> None:
    _, panel = await asked(visitor, site)
    await panel.get_by_role("button", name="New conversation").click()
    await panel.get_by_role("button", name="Begin anew").click()
    await expect(entries(panel)).to_have_count(0)
    await eventually(lambda: len(counting.script.stops) == 1)
    await expect(panel.get_by_role("button", name="Send")).to_be_visible()
