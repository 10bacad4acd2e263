import re

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import FirstRun
from tests.browser.running_server import RunningServer
from tests.browser.screens import PASSWORD, sign_in


async def test_the_first_person_sets_the_server_up_through_the_printed_link(
    first_run: FirstRun,
) -> None:
    assert first_run.heading == "Welcome to Lumen"
    assert "token" not in first_run.address_after_load
    assert "at least 10 characters" in first_run.refusal
    assert first_run.violations == []
    assert "Ada" in first_run.heading_after


async def test_the_setup_screen_leads_to_sign_in_once_the_server_is_set_up(
    page: Page, served: RunningServer
) -> None:
    await page.goto(served.setup_link)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


async def test_a_wrong_password_is_told_kindly_and_loses_nothing_typed(
    page: Page, served: RunningServer
) -> None:
    await sign_in(page, served.url, email="nobody@example.org", password="not this one")
    await expect(page.get_by_role("alert")).to_contain_text("wrong")
    await expect(page.get_by_label("E-mail")).to_have_value("nobody@example.org")


async def test_a_reload_stays_signed_in_and_no_token_is_kept_where_scripts_can_read_it(
    signed_in: Page,
) -> None:
    await signed_in.reload()
    await expect(signed_in.get_by_role("heading", level=1)).to_contain_text("Ada")
    stored = await signed_in.evaluate(
        "() => JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])"
    )
    assert "eyJ" not in stored
    assert "lumen_refresh" not in stored


async def test_signing_out_ends_every_tab_of_the_browser(
    signed_in: Page, served: RunningServer
) -> None:
    other = await signed_in.context.new_page()
    await other.goto(f"{served.url}/app/account")
    await expect(other.get_by_role("heading", level=1)).to_have_text("Account")
    await signed_in.get_by_role("button", name="Ada Lovelace").click()
    await signed_in.get_by_role("menuitem", name="Sign out").click()
    for page in (signed_in, other):
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


async def test_two_tabs_that_start_at_once_share_one_session(
    signed_in: Page, served: RunningServer
) -> None:
    tabs = [await signed_in.context.new_page() for _ in range(4)]
    for tab in tabs:
        await tab.goto(f"{served.url}/app", wait_until="commit")
    for tab in tabs:
        await expect(tab.get_by_role("heading", level=1)).to_contain_text("Ada")
    await signed_in.reload()
    await expect(signed_in.get_by_role("heading", level=1)).to_contain_text("Ada")


async def test_a_guest_comes_back_to_the_screen_they_wanted(
    page: Page, served: RunningServer
) -> None:
    await page.goto(f"{served.url}/app/account")
    await page.get_by_label("E-mail").fill("ada@example.org")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(re.compile(r"/app/account$"))


@pytest.mark.parametrize("elsewhere", ["https://example.com/", "//example.com", "/app\\..\\x"])
async def test_sign_in_leads_nowhere_but_to_our_own_screens(
    page: Page, served: RunningServer, elsewhere: str
) -> None:
    await page.goto(f"{served.url}/app/sign-in?next={elsewhere}")
    await page.get_by_label("E-mail").fill("ada@example.org")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(f"{served.url}/app")


async def test_an_unknown_address_says_so_and_leads_home(
    signed_in: Page, served: RunningServer
) -> None:
    await signed_in.goto(f"{served.url}/app/projects/00000000-0000-7000-8000-000000000000")
    await expect(signed_in.get_by_role("heading", level=1)).to_have_text("Not here")
    await signed_in.get_by_role("link", name="To your projects", exact=True).click()
    await expect(signed_in).to_have_url(f"{served.url}/app")


async def test_pages_are_sent_under_a_policy_that_allows_nothing_inline_or_foreign(
    served: RunningServer,
) -> None:
    async with httpx.AsyncClient(base_url=served.url) as client:
        page = await client.get("/app/projects/x")
        script = re.search(r'src="(/app/assets/\w+/js/main\.js)"', page.text)
        assert script
        asset = await client.get(script[1])
        stale = await client.get("/app/assets/0000000000000000/js/main.js")
        outside = await client.get("/app/assets/x/%2e%2e/routes.py")
        home = await client.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "immutable" in asset.headers["cache-control"]
    assert asset.headers["content-type"].startswith("text/javascript")
    assert stale.headers["cache-control"] == "no-store"
    assert outside.status_code == 404
    assert (home.status_code, home.headers["location"]) == (302, "/app")
