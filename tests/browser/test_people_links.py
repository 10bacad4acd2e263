"""One-time links and other ways in, as those meet them who are not signed in yet."""

import json
import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.people import THEIRS, api_of, browser_of, choose, find, make_person
from tests.browser.running_server import RunningServer

pytestmark = pytest.mark.usefixtures("first_run")


async def test_a_link_for_a_new_password_replaces_the_old_one(
    signed_in: Page, served: RunningServer, chromium: Browser
) -> None:
    async with api_of(served.url) as ada:
        person = await make_person(ada)
    await find(signed_in, served, person)
    await choose(signed_in, person, "Link for a new password")
    dialog = signed_in.get_by_role("dialog", name="A new password for Grace")
    link = await dialog.get_by_role("textbox", name="Link for a new password").input_value()
    await expect(dialog.get_by_text(re.compile(r"It works once, until .+ \(in "))).to_be_visible()
    async with browser_of(chromium, served, person) as theirs:
        await theirs.goto(link)
        await expect(theirs.get_by_role("heading", level=1)).to_have_text("Hello, Grace")
        await theirs.get_by_label("Password").fill("password12")
        await theirs.get_by_role("button", name="Save and sign in").click()
        await expect(theirs.get_by_label("Password")).to_have_attribute("aria-invalid", "true")
        assert await violations(theirs) == []
        await theirs.get_by_label("Password").fill(f"{THEIRS} again")
        await theirs.get_by_role("button", name="Save and sign in").click()
        await expect(theirs.get_by_role("button", name=person.name)).to_be_visible()
    async with api_of(served.url, email=person.email, password=f"{THEIRS} again") as client:
        assert (await client.get("/auth/me")).status_code == 200


async def test_a_spent_link_says_what_to_do(served: RunningServer, chromium: Browser) -> None:
    async with api_of(served.url) as ada:
        person = await make_person(ada, invited=True)
        assert person.link
        again = await ada.post(f"/users/{person.id}/link")
        assert again.status_code == 201, again.text
    async with browser_of(chromium, served) as page:
        await page.goto(person.link)
        await expect(page.get_by_role("heading", level=1)).to_have_text("This link no longer works")
        await expect(page.get_by_text("ask the person who sent it")).to_be_visible()
        assert await violations(page) == []
        # Neither reloading nor going back brings a secret back into the address.
        await page.reload()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Open your link again")
        assert page.url == f"{served.url}/app/welcome"
        await page.get_by_role("link", name="To sign-in").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


async def test_a_link_opened_by_somebody_else_says_who_is_here(
    signed_in: Page, served: RunningServer
) -> None:
    async with api_of(served.url) as ada:
        person = await make_person(ada, invited=True)
    assert person.link
    await signed_in.goto(person.link)
    await expect(signed_in.get_by_text("Ada Lovelace is signed in here.")).to_be_visible()
    await signed_in.get_by_label("Password").fill(THEIRS)
    await signed_in.get_by_role("button", name="Start").click()
    await expect(signed_in.get_by_role("button", name=person.name)).to_be_visible()


async def _with_ways(page: Page, ways: dict[str, object]) -> None:
    """Have the server say that these are the ways in; another configuration takes a restart."""
    await page.route("**/auth/ways", lambda route: route.fulfill(body=json.dumps(ways)))


ISSUER = {"name": "Example ID", "startUrl": "/auth/oidc/start"}


async def test_single_sign_on_alone_leaves_no_password_to_ask(
    page: Page, served: RunningServer
) -> None:
    await _with_ways(page, {"password": False, "oidc": ISSUER})
    await page.goto(f"{served.url}/app/account")
    button = page.get_by_role("link", name="Sign in with Example ID")
    start = f"{served.url}/auth/oidc/start?next=%2Fapp%2Faccount"
    await expect(button).to_have_attribute("href", start)
    await expect(page.get_by_label("Password")).to_have_count(0)
    assert await violations(page) == []


async def test_where_no_passwords_are_taken_no_link_is_offered(
    signed_in: Page, served: RunningServer
) -> None:
    async with api_of(served.url) as ada:
        person = await make_person(ada)
    await _with_ways(signed_in, {"password": False, "oidc": ISSUER})
    await find(signed_in, served, person)
    await signed_in.get_by_role("button", name=f"Actions for {person.name}").click()
    await expect(signed_in.get_by_role("menuitem", name="Edit")).to_be_visible()
    await expect(signed_in.get_by_role("menuitem", name=re.compile("ink"))).to_have_count(0)
    await signed_in.keyboard.press("Escape")
    await signed_in.get_by_role("button", name="Add a person").click()
    form = signed_in.get_by_role("dialog", name="Add a person")
    await expect(form.get_by_text("They sign in with single sign-on")).to_be_visible()
    await expect(form.get_by_role("radio")).to_have_count(0)


async def test_both_ways_stand_beside_each_other(page: Page, served: RunningServer) -> None:
    await _with_ways(page, {"password": True, "oidc": ISSUER})
    await page.goto(f"{served.url}/app/sign-in?next=https://example.com/app")
    button = page.get_by_role("link", name="Sign in with Example ID")
    await expect(button).to_have_attribute("href", f"{served.url}/auth/oidc/start?next=%2Fapp")
    await expect(page.get_by_label("E-mail")).to_be_focused()
    assert await violations(page) == []


@pytest.mark.parametrize(
    ("code", "words"), [("account_inactive", "inactive"), ("<b>made up</b>", "did not work")]
)
async def test_what_went_wrong_elsewhere_is_said_once(
    page: Page, served: RunningServer, code: str, words: str
) -> None:
    await page.goto(f"{served.url}/app/sign-in?problem={code}&next=/app/account")
    await expect(page.get_by_role("alert")).to_contain_text(words)
    assert page.url == f"{served.url}/app/sign-in?next=%2Fapp%2Faccount"
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    await expect(page.get_by_role("alert")).to_have_count(0)
