"""What a visitor meets where a question can't be sent: refusals, limits, lengths, no connection."""

import pytest
from playwright.async_api import BrowserContext, expect

from tests.browser.accessibility import violations
from tests.browser.foreign_site import ForeignSite
from tests.browser.widget_page import ask, entries, opened, visit
from tests.upstreams.lumika_server import LumikaServer


@pytest.mark.parametrize(("status", "readable"), [(403, True), (403, False), (401, True)])
async def test_a_site_that_may_not_use_the_chat_is_told_so(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite, status: int, readable: bool
) -> None:
    lumika.script.status, lumika.script.readable = status, readable
    page = await visit(visitor, site.url)
    panel = await opened(page)
    await ask(panel, "Hello?")
    await expect(panel.get_by_role("alert")).to_contain_text("not open to this site")
    await expect(panel.get_by_label("Your message")).to_be_hidden()
    assert await violations(page) == []


async def test_a_limit_is_waited_out_and_what_was_written_stays(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    lumika.script.status, lumika.script.headers = 429, {"retry_after": "9"}
    page = await visit(visitor, site.url)
    await page.clock.install()
    panel = await opened(page)
    await ask(panel, "How many?")
    await expect(panel.get_by_text("You can ask again in 9 sec.")).to_be_visible()
    field = panel.get_by_label("Your message")
    await expect(field).to_have_value("How many?")
    await page.clock.run_for(4_000)
    await expect(panel.get_by_text("You can ask again in 5 sec.")).to_be_visible()
    await field.press("Enter")
    await expect(field).to_have_value("How many?")
    lumika.script.status = 200
    await page.clock.run_for(6_000)
    await expect(panel.get_by_text("You can ask again")).to_have_count(0)
    await field.press("Enter")
    await expect(panel.locator(".answer strong")).to_be_visible()


async def test_a_limit_ends_by_its_own_clock_whatever_else_is_said_meanwhile(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    page = await visit(visitor, site.url)
    await page.clock.install()
    panel = await opened(page)
    await ask(panel, "One?")
    await expect(panel.locator(".answer strong")).to_be_visible()
    lumika.script.status, lumika.script.headers = 429, {"retry_after": "9"}
    await ask(panel, "Two?")
    await expect(panel.get_by_text("You can ask again in 9 sec.")).to_be_visible()
    await panel.get_by_role("button", name="New conversation").click()
    await panel.get_by_role("button", name="Keep this one").click()
    lumika.script.status = 200
    await page.clock.run_for(10_000)
    await panel.get_by_label("Your message").press("Enter")
    await expect(panel.locator(".answer strong")).to_have_count(2)


async def test_what_is_too_long_is_kept_whole_and_sent_once_it_is_shorter(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    page = await visit(visitor, site.url)
    panel = await opened(page)
    field = panel.get_by_label("Your message")
    # An emoji is one character, here as at the server.
    await field.fill("🗼" * 3_999)
    await expect(panel.get_by_text("1 left", exact=True)).to_be_visible()
    text = "🗼" * 4_003
    await field.fill(text)
    await expect(panel.get_by_text("3 too many")).to_be_visible()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await field.press("Enter")
    await expect(panel.get_by_text("This message is too long.")).to_be_visible()
    await expect(field).to_have_value(text)
    assert await violations(page) == []
    assert lumika.script.asked == []
    await ask(panel, "How many?")
    await expect(panel.locator(".answer strong")).to_be_visible()
    await expect(panel.get_by_text("This message is too long.")).to_have_count(0)


async def test_a_proxy_that_takes_no_long_address_is_told_from_trouble(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    lumika.script.status = 414
    panel = await opened(await visit(visitor, site.url))
    await ask(panel, "Hello?")
    await expect(panel.get_by_text("This message is too long.")).to_be_visible()
    await expect(panel.get_by_label("Your message")).to_have_value("Hello?")


async def test_a_connection_that_comes_back_during_an_answer_lets_nothing_be_lost(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    lumika.script.gate.clear()
    page = await visit(visitor, site.url)
    panel = await opened(page)
    await ask(panel, "One?")
    await expect(panel.locator(".answer")).to_have_text("The lamp")
    await page.evaluate(
        """() => {
          for (const [name, value] of [["offline", false], ["online", true]]) {
            Object.defineProperty(navigator, "onLine", { value, configurable: true });
            dispatchEvent(new Event(name));
          }
        }"""
    )
    await ask(panel, "Two?")
    await expect(panel.get_by_label("Your message")).to_have_value("Two?")
    lumika.script.gate.set()
    await expect(panel.locator(".answer strong")).to_be_visible()
    await panel.get_by_label("Your message").press("Enter")
    await expect(panel.locator(".answer strong")).to_have_count(2)
    assert lumika.script.asked == ["One?", "Two?"]


async def test_offline_is_said_and_what_is_written_stays(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    page = await visit(visitor, site.url)
    panel = await opened(page)
    await visitor.set_offline(True)
    await expect(panel.get_by_text("You are offline.")).to_be_visible()
    await ask(panel, "Hello?")
    await expect(panel.get_by_label("Your message")).to_have_value("Hello?")
    await visitor.set_offline(False)
    await expect(panel.get_by_text("You are offline.")).to_have_count(0)
    await panel.get_by_role("button", name="Send").click()
    await expect(panel.locator(".answer strong")).to_be_visible()
    assert lumika.script.asked == ["Hello?"]


async def test_trouble_gives_back_what_was_written(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    lumika.script.status = 503
    panel = await opened(await visit(visitor, site.url))
    await ask(panel, "Hello?")
    await expect(panel.get_by_text("Try to send it again")).to_be_visible()
    await expect(panel.get_by_label("Your message")).to_have_value("Hello?")
    await expect(entries(panel)).to_have_count(0)
