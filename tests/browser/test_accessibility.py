import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.running_server import RunningServer
from tests.browser.screens import QUESTION, Upload, add_documents, answered, ask, ready


async def test_axe_finds_what_is_wrong(signed_in: Page) -> None:
    await signed_in.evaluate(
        "() => document.querySelector('main').append(document.createElement('button'))"
    )
    assert any("button-name" in found for found in await violations(signed_in))


async def test_sign_in_is_accessible(page: Page, served: RunningServer) -> None:
    await page.goto(f"{served.url}/app")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator(".wrong:visible").first).to_be_visible()
    assert await violations(page) == []


@pytest.mark.parametrize(
    "path", ["/app", "/app/account", "/app/settings/providers", "/app/system", "/app/none"]
)
async def test_screens_are_accessible(signed_in: Page, served: RunningServer, path: str) -> None:
    await signed_in.goto(f"{served.url}{path}")
    await expect(signed_in.get_by_role("heading", level=1)).to_be_visible()
    # The checks of the server take a while where something does not answer.
    await expect(signed_in.locator(".skeleton")).to_have_count(0, timeout=20_000)
    assert await violations(signed_in) == []
    await signed_in.set_viewport_size({"width": 320, "height": 640})
    assert await violations(signed_in) == []
    assert await _overflow(signed_in) == 0


async def test_project_answer_and_source_are_accessible_and_fit_a_narrow_screen(
    project: Page, report: Upload
) -> None:
    assert await violations(project) == []
    await add_documents(project, report, Upload("empty.pdf", b""))
    await ready(project, report.name)
    assert await violations(project) == []
    await ask(project, QUESTION)
    answer = await answered(project)
    assert await violations(project) == []
    await answer.get_by_role("button", name=re.compile(r"^Source \d")).first.click()
    source = project.get_by_role("dialog", name=report.name)
    await expect(source.get_by_role("img")).to_be_visible()
    assert await violations(project) == []
    await project.keyboard.press("Escape")
    await project.set_viewport_size({"width": 320, "height": 640})
    assert await _overflow(project) == 0
    await answer.get_by_role("button", name=re.compile(r"^Source \d")).first.click()
    await expect(source.get_by_role("img")).to_be_visible()
    assert await violations(project) == []
    assert await _overflow(project) == 0


async def _overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window."""
    width: int = await page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    return max(0, width)


async def test_the_side_is_a_drawer_on_a_narrow_screen(project: Page) -> None:
    await project.set_viewport_size({"width": 320, "height": 640})
    side = project.get_by_role("navigation", name="Places")
    await expect(side).to_be_hidden()
    await project.get_by_role("button", name="Open the side").click()
    await expect(side.get_by_role("link", name="New conversation")).to_be_visible()
    assert await violations(project) == []
    await project.keyboard.press("Escape")
    await expect(side).to_be_hidden()


async def test_the_scheme_is_the_readers_choice_and_lasts(signed_in: Page) -> None:
    await signed_in.emulate_media(color_scheme="light")
    light = await _ground(signed_in)
    await signed_in.get_by_role("button", name="Ada Lovelace").click()
    await signed_in.get_by_role("menuitemradio", name="Dark").click()
    dark = await _ground(signed_in)
    await signed_in.reload()
    await expect(signed_in.get_by_role("heading", level=1)).to_be_visible()
    assert dark != light
    assert await _ground(signed_in) == dark


async def _ground(page: Page) -> str:
    color: str = await page.evaluate(
        "() => getComputedStyle(document.documentElement).backgroundColor"
    )
    return color
