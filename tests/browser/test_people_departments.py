"""Departments, the groups in them, and whom a manager meets there."""

from uuid import uuid4

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.people import api_of, browser_of, made, make_person
from tests.browser.running_server import RunningServer

pytestmark = pytest.mark.usefixtures("first_run")


async def test_a_department_is_made_renamed_and_deleted(
    signed_in: Page, served: RunningServer
) -> None:
    name = f"Research {uuid4().hex[:8]}"
    await signed_in.goto(f"{served.url}/app/settings/departments")
    add = signed_in.get_by_role("button", name="Add a department")
    await add.click()
    await signed_in.get_by_label("Name").fill(name)
    await signed_in.get_by_label("What it does").fill("Reads papers.")
    await signed_in.get_by_role("button", name="Add", exact=True).click()
    row = signed_in.get_by_role("listitem").filter(has_text=name)
    await expect(row).to_contain_text("0 people · 0 groups")
    assert await violations(signed_in) == []
    await add.click()
    await signed_in.get_by_label("Name").fill(name.upper())
    await signed_in.get_by_role("button", name="Add", exact=True).click()
    await expect(signed_in.get_by_label("Name")).to_have_attribute("aria-invalid", "true")
    await signed_in.get_by_role("button", name="Cancel").click()
    await row.get_by_role("button", name=f"Actions for {name}").click()
    await signed_in.get_by_role("menuitem", name="Edit").click()
    await signed_in.get_by_label("Name").fill(f"{name} and more")
    await signed_in.get_by_role("button", name="Save").click()
    await expect(row.get_by_role("link")).to_contain_text(f"{name} and more")
    await row.get_by_role("button", name=f"Actions for {name}").click()
    await signed_in.get_by_role("menuitem", name="Delete").click()
    await signed_in.get_by_role("button", name="Delete the department").click()
    await expect(row).to_have_count(0)
    await expect(add).to_be_focused()


async def test_people_join_and_leave_a_group_by_the_keyboard(
    signed_in: Page, served: RunningServer
) -> None:
    async with api_of(served.url) as ada:
        body = {"name": f"Legal {uuid4().hex[:8]}"}
        department = (await made(ada, "/departments", body))["department"]
        person = await make_person(ada)
    await signed_in.goto(f"{served.url}/app/settings/departments/{department['id']}")
    await signed_in.get_by_role("button", name="Add a group").click()
    await signed_in.get_by_label("Name", exact=True).fill("Reviewers")
    await signed_in.get_by_label("Name in single sign-on").fill(f"lumen-{uuid4().hex[:8]}")
    await signed_in.get_by_role("button", name="Add", exact=True).click()
    field = signed_in.get_by_role("combobox", name="Add people to Reviewers")
    await expect(field).to_be_focused()
    await signed_in.keyboard.type(person.email)
    option = signed_in.get_by_role("option", name=person.name)
    await expect(option).to_have_attribute("aria-selected", "true")
    assert await violations(signed_in) == []
    await signed_in.keyboard.press("Enter")
    members = signed_in.get_by_role("list", name="Members of Reviewers").get_by_role("listitem")
    await expect(members).to_have_count(1)
    await expect(members.first).to_contain_text(person.email)
    await expect(signed_in.get_by_text("1 member", exact=True)).to_be_visible()
    await expect(field).to_be_focused()
    # Whoever is in it already is not offered again.
    await signed_in.keyboard.type(person.email)
    await expect(signed_in.get_by_text("Nobody else matches.")).to_be_visible()
    await members.first.get_by_role("button", name=f"Remove {person.name}").press("Enter")
    await expect(members).to_have_count(0)
    await expect(field).to_be_focused()
    await signed_in.reload()
    await expect(signed_in.get_by_text("0 members", exact=True)).to_be_visible()


async def test_the_screens_of_people_fit_a_narrow_window(
    signed_in: Page, served: RunningServer
) -> None:
    async with api_of(served.url) as ada:
        body = {"name": f"Long words {uuid4().hex}", "description": "Everything " * 20}
        department = (await made(ada, "/departments", body))["department"]
        group = {"name": f"Group {uuid4().hex}", "externalName": f"lumen-{uuid4().hex}"}
        made_group = await made(ada, "/groups", {**group, "departmentId": department["id"]})
        person = await make_person(ada, f"Maria{'e' * 40}", departmentId=department["id"])
        group_id = made_group["group"]["id"]
        await made(ada, f"/groups/{group_id}/members", {"userIds": [person.id]})
    await signed_in.set_viewport_size({"width": 320, "height": 640})
    settings = f"{served.url}/app/settings"
    shown = signed_in.get_by_text(person.email)
    for path in (f"people?search={person.email}", f"departments/{department['id']}"):
        await signed_in.goto(f"{settings}/{path}")
        await expect(shown.first).to_be_visible()
        assert await _cut_off(signed_in) == 0
    await signed_in.get_by_role("button", name="1 member").click()
    await expect(shown).to_have_count(2)
    assert await _cut_off(signed_in) == 0
    for place, name in (("settings/departments", "Departments"), ("account", "Account")):
        await signed_in.goto(f"{served.url}/app/{place}")
        await expect(signed_in.get_by_role("heading", level=1)).to_have_text(name)
        await expect(signed_in.locator(".skeleton")).to_have_count(0)
        assert await _cut_off(signed_in) == 0


async def _cut_off(page: Page) -> int:
    """Pixels by which what is on the page is wider than the page."""
    width: int = await page.evaluate(
        "() => { const page = document.querySelector('.page');"
        " return page.scrollWidth - page.clientWidth; }"
    )
    return width


async def test_a_manager_meets_one_department_and_no_other(
    served: RunningServer, chromium: Browser
) -> None:
    async with api_of(served.url) as ada:
        own, other = [
            (await made(ada, "/departments", {"name": f"{name} {uuid4().hex[:8]}"}))["department"]
            for name in ("Sales", "Elsewhere")
        ]
        manager = await make_person(ada, "Katherine", orgPosition="manager", departmentId=own["id"])
        colleague = await make_person(ada, "Dorothy", departmentId=own["id"])
        stranger = await make_person(ada, "Dorothy", departmentId=other["id"])
    async with browser_of(chromium, served, manager) as page:
        await page.get_by_role("button", name=manager.name).click()
        await page.get_by_role("menuitem", name="Your department").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text(own["name"])
        people = page.get_by_role("list", name=f"People of {own['name']}")
        await expect(people.get_by_text(colleague.email)).to_be_visible()
        await expect(people.get_by_role("button")).to_have_count(0)
        assert await violations(page) == []
        await page.get_by_role("button", name="Add a group").click()
        await expect(page.get_by_label("Name in single sign-on")).to_have_count(0)
        await page.get_by_label("Name").fill("Keepers")
        await page.get_by_role("button", name="Add", exact=True).click()
        await page.get_by_role("combobox", name="Add people to Keepers").fill("Dorothy")
        await expect(page.get_by_role("option")).to_have_count(1)
        await expect(page.get_by_role("option")).to_contain_text(colleague.email)
        assert stranger.email not in await page.content()
        for place in (f"departments/{other['id']}", "departments", "people", "providers"):
            await page.goto(f"{served.url}/app/settings/{place}")
            await expect(page.get_by_role("heading", level=1)).to_have_text("Not here")
