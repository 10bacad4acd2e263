"""One's own account: name, password, and where one is signed in."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.people import THEIRS, Made, api_of, browser_of, make_person
from tests.browser.running_server import RunningServer

pytestmark = pytest.mark.usefixtures("first_run")

_KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"
USER_AGENTS = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox on Linux",
    f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) {_KHTML} Version/18.5 Mobile/15E148 "
    "Safari/604.1": "Safari on an iPhone",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {_KHTML} Chrome/137.0.0.0 Safari/537.36 "
    "Edg/137.0.0.0": "Edge on Windows",
    f"Mozilla/5.0 (Linux; Android 15; Pixel 9) {_KHTML} Chrome/137.0.0.0 Mobile "
    "Safari/537.36": "Chrome on Android",
    "curl/8.14.1": "A program (curl)",
    "<img src=x onerror=alert(1)>": "An unknown browser",
    "": "An unknown browser",
}


async def _somebody(served: RunningServer) -> Made:
    async with api_of(served.url) as ada:
        return await make_person(ada)


async def _open_account(page: Page, served: RunningServer) -> None:
    await page.goto(f"{served.url}/app/account")
    await expect(page.get_by_text("This one")).to_be_visible()


async def test_a_new_name_stands_everywhere_at_once(
    served: RunningServer, chromium: Browser
) -> None:
    person = await _somebody(served)
    async with browser_of(chromium, served, person) as page:
        await _open_account(page, served)
        await page.get_by_role("button", name="Change name").click()
        await page.get_by_role("dialog").get_by_label("Name").fill("Rear Admiral Hopper")
        await page.get_by_role("button", name="Save").click()
        you = page.get_by_role("region", name="You")
        await expect(you.get_by_text("Rear Admiral Hopper")).to_be_visible()
        await expect(page.get_by_role("button", name="Rear Admiral Hopper")).to_be_visible()


async def test_a_refused_password_is_told_at_its_field_and_a_good_one_ends_other_sessions(
    served: RunningServer, chromium: Browser
) -> None:
    person = await _somebody(served)
    async with (
        browser_of(chromium, served, person) as page,
        browser_of(chromium, served, person) as other,
    ):
        await _open_account(page, served)
        await page.get_by_role("button", name="Change password").click()
        current, new = page.get_by_label("Current password"), page.get_by_label("New password")
        change = page.get_by_role("button", name="Change it")
        await current.fill(THEIRS)
        await new.fill("password12")
        await change.click()
        await expect(new).to_have_attribute("aria-invalid", "true")
        await expect(new).to_be_focused()
        assert await violations(page) == []
        await current.fill("not this one at all")
        await new.fill(f"{THEIRS} and dawn")
        await change.click()
        await expect(current).to_have_attribute("aria-invalid", "true")
        await expect(new).to_have_value(f"{THEIRS} and dawn")
        await current.fill(THEIRS)
        await change.click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page.get_by_role("list", name="Where you are signed in")).to_be_visible()
        await other.reload()
        await expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Account")


async def test_a_session_is_ended_from_the_list(served: RunningServer, chromium: Browser) -> None:
    person = await _somebody(served)
    async with (
        browser_of(chromium, served, person) as page,
        browser_of(chromium, served, person) as other,
    ):
        await _open_account(page, served)
        assert await violations(page) == []
        rows = page.get_by_role("list", name="Where you are signed in").get_by_role("listitem")
        await expect(rows).to_have_count(2)
        await expect(rows.first).to_contain_text("This one")
        await expect(rows.first).to_contain_text("Chrome on Linux")
        await expect(rows.first.get_by_role("button")).to_have_count(0)
        await rows.nth(1).get_by_role("button", name="Sign out").click()
        await expect(rows).to_have_count(1)
        await other.get_by_role("button", name=person.name).click()
        await other.get_by_role("menuitem", name="Account").click()
        await expect(other.get_by_role("heading", level=1)).to_have_text("Sign in")


async def test_all_other_sessions_are_ended_together(
    served: RunningServer, chromium: Browser
) -> None:
    person = await _somebody(served)
    async with browser_of(chromium, served, person) as page:
        for _ in range(2):
            async with api_of(served.url, email=person.email, password=THEIRS):
                pass
        await _open_account(page, served)
        rows = page.get_by_role("list", name="Where you are signed in").get_by_role("listitem")
        await expect(rows).to_have_count(3)
        await expect(rows.nth(1)).to_contain_text("A program (python-httpx)")
        everywhere = page.get_by_role("button", name="Sign out everywhere else")
        await everywhere.click()
        await page.get_by_role("button", name="Sign out", exact=True).last.click()
        await expect(rows).to_have_count(1)
        await expect(everywhere).to_be_hidden()


@pytest.mark.parametrize(("user_agent", "words"), USER_AGENTS.items())
async def test_a_device_is_named_in_plain_words(
    page: Page, served: RunningServer, user_agent: str, words: str
) -> None:
    await page.goto(f"{served.url}/app/sign-in")
    source = await page.locator("script[type=module]").get_attribute("src")
    assert source
    module = source.replace("/main.js", "/account/devices.js")
    told = await page.evaluate(
        "async ([module, agent]) => (await import(module)).deviceWords(agent)", [module, user_agent]
    )
    assert told == words
