"""People of a test's own, and browsers of theirs."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from tests.browser.running_server import RunningServer
from tests.browser.screens import EMAIL, PASSWORD, sign_in

# Strong enough for the server, and the same for everybody whom a test makes.
THEIRS = "nine quiet herons at dusk"
SMALL: ViewportSize = {"width": 1280, "height": 800}


@dataclass(frozen=True, slots=True)
class Made:
    """Somebody whom a test made; `password` is THEIRS where they were given one."""

    id: str
    name: str
    email: str
    link: str | None


@asynccontextmanager
async def api_of(
    url: str, *, email: str = EMAIL, password: str = PASSWORD
) -> AsyncGenerator[httpx.AsyncClient]:
    """A client of the HTTP API, signed in."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:
        answer = await client.post("/auth/login", json={"email": email, "password": password})
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['accessToken']}"
        yield client


async def made(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    """What the server made of this; it must have."""
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def make_person(
    client: httpx.AsyncClient, first: str = "Grace", *, invited: bool = False, **fields: Any
) -> Made:
    """Somebody with a name that no other test uses; invited people have no password yet."""
    mark = uuid4().hex[:8]
    body = {"name": f"{first} {mark}", "email": f"{first.lower()}-{mark}@example.org", **fields}
    if not invited:
        body["password"] = THEIRS
    answer = await made(client, "/users", body)
    user = answer["user"]
    return Made(user["id"], user["name"], user["email"], answer.get("invitation", {}).get("url"))


@asynccontextmanager
async def browser_of(
    chromium: Browser, served: RunningServer, person: Made | None = None
) -> AsyncGenerator[Page]:
    """Another browser, in which this person is signed in; nobody, where none is given."""
    context = await chromium.new_context(viewport=SMALL)
    context.set_default_timeout(15_000)
    page = await context.new_page()
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    if person:
        await sign_in(page, served.url, email=person.email, password=THEIRS)
        await expect(page.get_by_role("heading", level=1)).to_contain_text(person.name.split()[0])
    yield page
    await context.close()
    assert mistakes == []


async def find(page: Page, served: RunningServer, person: Made) -> Locator:
    """The person's row in the list of people."""
    await page.goto(f"{served.url}/app/settings/people")
    await page.get_by_role("searchbox", name="Find by name or e-mail").fill(person.email)
    row = page.get_by_role("listitem").filter(has_text=person.email)
    await expect(page.get_by_text("1 person", exact=True)).to_be_visible()
    return row


async def choose(page: Page, person: Made, action: str) -> None:
    """Open the menu of the person's row and choose."""
    await page.get_by_role("button", name=f"Actions for {person.name}").click()
    await page.get_by_role("menuitem", name=action, exact=True).click()
