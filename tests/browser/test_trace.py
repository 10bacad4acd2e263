"""Why these passages: what whoever looks after a project sees behind an answer."""

import asyncio
import json
import re

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.accessibility import violations
from tests.browser.screens import (
    PDF_PAGES,
    QUESTION,
    Upload,
    add_documents,
    answered,
    ask,
    ready,
)

WHY = "Why these passages"
TRACE = re.compile(r"/chat/messages/[^/]+/trace$")


def lamp_notes() -> Upload:
    """The page about the lamp once more, as a text."""
    return Upload("lamp notes.txt", "\n".join(PDF_PAGES[1]).encode(), "text/plain")


async def asked(project: Page, report: Upload, question: str = QUESTION) -> Locator:
    await add_documents(project, report, lamp_notes())
    await ready(project, report.name)
    await ready(project, "lamp notes.txt")
    await ask(project, question)
    return await answered(project)


async def opened(project: Page, answer: Locator) -> Locator:
    await answer.get_by_role("button", name=WHY).click()
    return project.get_by_role("dialog", name=WHY)


async def test_whoever_may_edit_sees_why_these_passages(project: Page, report: Upload) -> None:
    answer = await asked(project, report)

    dialog = await opened(project, answer)

    await expect(dialog.get_by_role("blockquote")).to_have_text(QUESTION)
    await expect(dialog).to_contain_text("The documents seem to speak of this")
    first = dialog.get_by_role("row").nth(1)
    await expect(first.get_by_role("rowheader")).to_contain_text("4,120 litres")
    await expect(first).to_contain_text("Source 1, cited")
    heads = dialog.get_by_role("columnheader")
    await expect(heads).to_have_text(
        ["Place", "Passage", "By meaning", "By words", "Score", "What became of it"]
    )
    assert await violations(project) == []
    await project.set_viewport_size({"width": 320, "height": 640})
    assert await violations(project) == []
    assert await dialog.evaluate("(each) => each.scrollWidth <= each.clientWidth")


async def test_it_is_opened_and_left_by_keys(project: Page, report: Upload) -> None:
    answer = await asked(project, report)
    button = answer.get_by_role("button", name=WHY)
    dialog = project.get_by_role("dialog", name=WHY)

    await button.focus()
    await project.keyboard.press("Enter")
    await expect(dialog.get_by_role("table")).to_be_visible()
    await project.keyboard.press("Escape")

    await expect(dialog).to_have_count(0)
    await expect(button).to_be_focused()


async def test_an_answer_that_found_nothing_shows_what_was_nearest(
    project: Page, report: Upload
) -> None:
    answer = await asked(project, report, "Which comet did Halley describe?")

    dialog = await opened(project, answer)

    await expect(dialog).to_contain_text("The documents do not seem to speak of this")
    await expect(dialog.get_by_role("row").nth(1)).to_contain_text("Held back")
    assert await violations(project) == []


async def test_waiting_a_failure_and_nothing_kept_are_said(project: Page, report: Upload) -> None:
    answer = await asked(project, report)
    go = asyncio.Event()

    async def late_failure(route: Route) -> None:
        await go.wait()
        await route.fulfill(status=503, body=json.dumps({"error": "busy", "message": "Busy."}))

    async def nothing(route: Route) -> None:
        await route.fulfill(body=json.dumps({"trace": None}), content_type="application/json")

    await project.route(TRACE, late_failure)
    dialog = await opened(project, answer)
    await expect(dialog.locator(".skeleton").first).to_be_visible()
    assert await violations(project) == []
    go.set()
    await expect(dialog.get_by_role("alert")).to_contain_text("Busy.")
    assert await violations(project) == []
    await project.unroute(TRACE)
    await project.route(TRACE, nothing)
    await dialog.get_by_role("button", name="Try again").click()
    await expect(dialog).to_contain_text("Nothing is kept about this answer")
    await expect(dialog.get_by_role("button", name="Done")).to_be_focused()
    assert await violations(project) == []


@pytest.mark.parametrize("tier", ["use", "edit"])
async def test_who_may_only_ask_has_no_such_button(
    project: Page, report: Upload, tier: str
) -> None:
    await asked(project, report)

    async def as_one_who_may(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        body["project"]["accessTier"] = tier
        await route.fulfill(response=answer, body=json.dumps(body))

    await project.route(re.compile(r"/projects/[0-9a-f-]{36}$"), as_one_who_may)
    await project.reload()
    answer = await answered(project)

    await expect(answer.get_by_role("button", name=WHY)).to_have_count(int(tier == "edit"))
