"""Whom a project is shared with in the tests, and how that is done on the screen."""

from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.browser.people import Made, api_of, made, make_person
from tests.browser.running_server import RunningServer


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody, and the name of a group that they are in."""

    person: Made
    group: str

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def email(self) -> str:
        return self.person.email


async def reader(served: RunningServer, *, role: str = "none") -> Reader:
    """Somebody new, alone in a new group of a new department; one search finds all three."""
    async with api_of(served.url) as ada:
        person = await make_person(ada, platformRole=role)
        mark = person.name.removeprefix("Grace ")
        department = (await made(ada, "/departments", {"name": f"Coast {mark}"}))["department"]
        body = {"name": f"Readers {mark}", "departmentId": department["id"]}
        group = (await made(ada, "/groups", body))["group"]
        await made(ada, f"/groups/{group['id']}/members", {"userIds": [person.id]})
    return Reader(person, group["name"])


async def open_access(page: Page) -> None:
    """From the project's own screen to its access."""
    await page.get_by_role("link", name="Private").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Access")


def found(page: Page) -> Locator:
    """What a search for whom to give something to shows."""
    return page.get_by_role("listbox", name="Found").get_by_role("option")


async def give(page: Page, name: str, tier: str) -> None:
    """On the screen of a project's access: give it to whom a search for the name finds."""
    field = page.get_by_role("combobox", name="Give access to")
    await field.fill(name)
    await expect(found(page).first).to_contain_text(name)
    await page.keyboard.press("Enter")
    await page.get_by_label("How far").select_option(label=tier)
    await page.get_by_role("button", name="Give access").click()
    await expect(page.get_by_label(f"What {name} may do")).to_be_visible()


async def take_back(page: Page, name: str) -> None:
    """On the same screen: take it from them again."""
    await page.get_by_role("button", name=f"Remove the access of {name}").click()
    await page.get_by_role("button", name="Remove", exact=True).click()
    await expect(page.get_by_label(f"What {name} may do")).to_have_count(0)
