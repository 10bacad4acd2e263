"""People: invited, changed, shut out and deleted, on the screens alone."""

import re
from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.people import THEIRS, api_of, browser_of, choose, find, made, make_person
from tests.browser.running_server import RunningServer

pytestmark = pytest.mark.usefixtures("first_run")


async def test_an_invitation_leads_to_a_password_and_in(
    signed_in: Page, served: RunningServer, chromium: Browser
) -> None:
    email = f"grace-{uuid4().hex[:8]}@example.org"
    await signed_in.get_by_role("button", name="Ada Lovelace").click()
    await signed_in.get_by_role("menuitem", name=re.compile("^Settings")).click()
    await expect(signed_in.get_by_role("heading", level=1)).to_have_text("People")
    assert await violations(signed_in) == []
    await signed_in.get_by_role("button", name="Add a person").click()
    form = signed_in.get_by_role("dialog", name="Add a person")
    await form.get_by_label("Name").fill("Grace Hopper")
    await form.get_by_label("E-mail").fill(email)
    assert await violations(signed_in) == []
    await form.get_by_role("button", name="Add").click()
    dialog = signed_in.get_by_role("dialog", name="An invitation for Grace")
    link = await dialog.get_by_role("textbox", name="Invitation link").input_value()
    assert await violations(signed_in) == []
    await dialog.get_by_role("button", name="Done").click()
    row = signed_in.get_by_role("listitem").filter(has_text=email)
    await expect(row.get_by_text("Invited")).to_be_visible()
    async with browser_of(chromium, served) as theirs:
        await theirs.goto(link)
        await expect(theirs.get_by_role("heading", level=1)).to_have_text("Welcome, Grace")
        assert theirs.url == f"{served.url}/app/welcome"
        assert await violations(theirs) == []
        await theirs.get_by_label("Password").fill(THEIRS)
        await theirs.get_by_role("button", name="Start").click()
        await expect(theirs.get_by_role("heading", level=1)).to_contain_text("Grace")
        await expect(theirs.get_by_role("button", name="Grace Hopper")).to_be_visible()
    await signed_in.reload()
    await expect(row.get_by_text("Invited")).to_have_count(0)


async def test_a_deactivated_persons_page_falls_back_to_sign_in(
    signed_in: Page, served: RunningServer, chromium: Browser
) -> None:
    async with api_of(served.url) as ada:
        person = await make_person(ada)
    async with browser_of(chromium, served, person) as theirs:
        row = await find(signed_in, served, person)
        await choose(signed_in, person, "Deactivate")
        await signed_in.get_by_role("button", name="Deactivate").click()
        await expect(row.get_by_text("Inactive")).to_be_visible()
        await theirs.get_by_role("button", name=person.name).click()
        await theirs.get_by_role("menuitem", name="Account").click()
        await expect(theirs.get_by_role("heading", level=1)).to_have_text("Sign in")
        await choose(signed_in, person, "Activate")
        await expect(row.get_by_text("Inactive")).to_have_count(0)
        await theirs.get_by_label("E-mail").fill(person.email)
        await theirs.get_by_label("Password").fill(THEIRS)
        await theirs.get_by_role("button", name="Sign in").click()
        await expect(theirs.get_by_role("heading", level=1)).to_have_text("Account")


async def test_a_member_finds_no_settings(served: RunningServer, chromium: Browser) -> None:
    async with api_of(served.url) as ada:
        person = await make_person(ada)
    async with browser_of(chromium, served, person) as page:
        await page.get_by_role("button", name=person.name).click()
        await expect(page.get_by_role("menuitem", name="Account")).to_be_visible()
        await expect(page.get_by_role("menuitem", name=re.compile("^Settings"))).to_have_count(0)
        for place in ("", "/people", "/departments", "/providers"):
            await page.goto(f"{served.url}/app/settings{place}")
            await expect(page.get_by_role("heading", level=1)).to_have_text("Not here")


async def test_an_admin_is_offered_nothing_about_those_above(
    served: RunningServer, chromium: Browser
) -> None:
    async with api_of(served.url) as ada:
        admin = await make_person(ada, "Barbara", platformRole="admin")
        engineer = await make_person(ada, "Alan", platformRole="engineer")
        member = await make_person(ada)
    async with browser_of(chromium, served, admin) as page:
        row = await find(page, served, engineer)
        await expect(row.get_by_text("Engineer")).to_be_visible()
        await expect(row.get_by_role("button")).to_have_count(0)
        await find(page, served, member)
        await choose(page, member, "Edit")
        form = page.get_by_role("dialog", name=f"Edit {member.name}")
        await expect(form.get_by_label("Position")).to_be_visible()
        await expect(form.get_by_label("Role on this server")).to_have_count(0)


async def test_an_edit_keeps_what_was_typed_when_it_is_refused(
    signed_in: Page, served: RunningServer
) -> None:
    async with api_of(served.url) as ada:
        person, other = await make_person(ada), await make_person(ada)
        department = await made(ada, "/departments", {"name": f"Research {uuid4().hex[:8]}"})
    row = await find(signed_in, served, person)
    await choose(signed_in, person, "Edit")
    form = signed_in.get_by_role("dialog", name=f"Edit {person.name}")
    field, save = form.get_by_label("E-mail"), form.get_by_role("button", name="Save")
    await field.fill(other.email)
    await form.get_by_label("Department").select_option(department["department"]["name"])
    await save.click()
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_have_value(other.email)
    await field.fill(person.email)
    await save.click()
    await expect(row.get_by_text(department["department"]["name"])).to_be_visible()


async def test_whose_projects_remain_is_named_before_a_person_goes(
    signed_in: Page, served: RunningServer
) -> None:
    title = f"Lighthouses {uuid4().hex[:8]}"
    async with api_of(served.url) as ada:
        person = await make_person(ada)
        project = (await made(ada, "/projects", {"name": title}))["project"]
        moved = await ada.patch(f"/projects/{project['id']}", json={"ownerId": person.id})
        assert moved.status_code == 200, moved.text
        row = await find(signed_in, served, person)
        await choose(signed_in, person, "Delete")
        await signed_in.get_by_role("button", name="Delete").click()
        await expect(
            signed_in.get_by_role("dialog").get_by_role("link", name=title)
        ).to_be_visible()
        assert await violations(signed_in) == []
        await signed_in.get_by_role("button", name="Close").click()
        gone = await ada.delete(f"/projects/{project['id']}")
        assert gone.status_code == 200, gone.text
    await choose(signed_in, person, "Delete")
    await signed_in.get_by_role("button", name="Delete").click()
    await expect(row).to_have_count(0)


async def test_the_list_goes_on_and_its_filters_are_in_the_address(
    signed_in: Page, served: RunningServer
) -> None:
    async with api_of(served.url) as ada:
        name = f"Many {uuid4().hex[:8]}"
        department = (await made(ada, "/departments", {"name": name}))["department"]
        for _ in range(52):
            await make_person(ada, "Zoe", invited=True, departmentId=department["id"])
    await signed_in.goto(f"{served.url}/app/settings/people?search=zoe")
    await signed_in.get_by_label("Department").select_option(name)
    await expect(signed_in.get_by_text("52 people", exact=True)).to_be_visible()
    assert f"department={department['id']}" in signed_in.url
    await signed_in.reload()
    rows = signed_in.get_by_role("list", name="People", exact=True).locator("> li")
    await expect(rows).to_have_count(50)
    await expect(signed_in.get_by_label("Department")).to_have_value(department["id"])
    await signed_in.get_by_role("button", name="Show more").click()
    await expect(rows).to_have_count(52)
    await expect(signed_in.get_by_role("button", name="Show more")).to_have_count(0)
    await signed_in.get_by_role("searchbox").fill("nobody is called this")
    await expect(signed_in.get_by_text("Nobody matches.")).to_be_visible()
    await signed_in.get_by_role("button", name="Show everyone").click()
    await expect(rows.first).to_be_visible()
    assert signed_in.url == f"{served.url}/app/settings/people"


async def test_signing_somebody_out_everywhere_ends_their_browser(
    signed_in: Page, served: RunningServer, chromium: Browser
) -> None:
    async with api_of(served.url) as ada:
        person = await make_person(ada)
    async with browser_of(chromium, served, person) as theirs:
        await find(signed_in, served, person)
        await choose(signed_in, person, "Sign out everywhere")
        await signed_in.get_by_role("button", name="Sign out", exact=True).click()
        await expect(signed_in.get_by_text("Signed out in 1 place.").first).to_be_visible()
        await theirs.reload()
        await expect(theirs.get_by_role("heading", level=1)).to_have_text("Sign in")
