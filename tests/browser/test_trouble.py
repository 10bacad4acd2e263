import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.accessibility import violations
from tests.browser.door import Door
from tests.browser.pdf import make_pdf
from tests.browser.running_server import RunningServer
from tests.browser.screens import (
    QUESTION,
    Upload,
    add_documents,
    answered,
    ask,
    document_row,
    make_project,
    ready,
    sign_in,
)
from tests.browser.slow_model import slow_model
from tests.browser.test_project_settings import open_answers
from tests.browser.test_providers import add_provider, choose_model, remove_provider
from tests.upstreams.openai_server import running_openai_server


async def test_files_that_cannot_be_read_say_what_to_do_and_the_others_go_on(
    project: Page, report: Upload
) -> None:
    empty = Upload("empty.pdf", b"")
    program = Upload("setup.exe", b"MZ\x90\x00" + bytes(200), "application/octet-stream")
    blank = Upload("scan.pdf", make_pdf([[]]))
    await add_documents(project, empty, program, blank, report)
    await ready(project, report.name)
    await expect(document_row(project, empty.name)).to_contain_text("empty")
    await expect(document_row(project, program.name)).to_contain_text("can't be read")
    await expect(document_row(project, blank.name)).to_contain_text("No text was found in it")
    await document_row(project, empty.name).get_by_role("button", name="Dismiss").click()
    await expect(document_row(project, empty.name)).to_have_count(0)


async def test_the_same_file_twice_is_one_document(project: Page, report: Upload) -> None:
    await add_documents(project, report)
    await ready(project, report.name)
    await add_documents(project, report)
    await expect(project.get_by_text("is already here").first).to_be_attached()
    await expect(document_row(project, report.name)).to_have_count(1)


@pytest.mark.usefixtures("first_run")
async def test_an_answer_cut_off_by_a_lost_connection_goes_on_by_itself(
    page: Page, door: Door, report: Upload
) -> None:
    async with slow_model() as model:
        await sign_in(page, door.url)
        name = await add_provider(page, door.url, model.url)
        await page.goto(f"{door.url}/app")
        await make_project(page)
        await add_documents(page, Upload(report.name, report.content + uuid4().hex.encode()))
        await ready(page, report.name)
        await choose_model(page, name)
        await ask(page, QUESTION)
        answer = page.get_by_role("article", name="Answer")
        await expect(answer).to_contain_text("The quiet lamp shows")
        door.shut()
        await expect(answer.get_by_text("Reconnecting…")).to_be_visible()
        model.gate.set()
        door.reopen()
        whole = await answered(page)
        await expect(whole.locator(".answer-body")).to_contain_text(
            "The quiet lamp shows one line at a time and waits for whoever reads it"
        )
        assert (await whole.locator(".answer-body").inner_text()).count("quiet") == 1


@pytest.mark.usefixtures("first_run")
async def test_an_answer_can_be_stopped_and_keeps_what_was_written(
    page: Page, door: Door, report: Upload
) -> None:
    async with slow_model() as model:
        await sign_in(page, door.url)
        name = await add_provider(page, door.url, model.url)
        await page.goto(f"{door.url}/app")
        await make_project(page)
        await add_documents(page, report)
        await ready(page, report.name)
        await choose_model(page, name)
        await ask(page, QUESTION)
        answer = page.get_by_role("article", name="Answer")
        await expect(answer).to_contain_text("The quiet lamp shows")
        await page.get_by_role("button", name="Stop the answer").click()
        await expect(answer).to_contain_text("You stopped this answer.")
        await expect(answer).to_contain_text("The quiet lamp shows")


@pytest.mark.usefixtures("first_run")
async def test_a_server_that_is_gone_is_named_and_the_question_is_kept(
    page: Page, door: Door
) -> None:
    await sign_in(page, door.url)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Ada")
    door.shut()
    await page.get_by_role("link", name="Home").click()
    await expect(page.get_by_role("alert")).to_contain_text("does not answer")
    door.reopen()
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Ada")


async def test_a_question_over_the_limit_is_counted_and_not_sent(project: Page) -> None:
    await project.get_by_label("Your question").fill("x" * 8001)
    await expect(project.get_by_text("8,001 of 8,000 characters")).to_be_visible()
    await expect(project.get_by_role("button", name="Ask", exact=True)).to_be_disabled()


async def test_a_refused_question_says_what_the_model_said_and_where_to_look(
    project: Page, served: RunningServer, report: Upload
) -> None:
    await add_documents(project, report)
    await ready(project, report.name)
    place = project.url
    async with running_openai_server() as upstream:
        name = await add_provider(project, served.url, upstream.base_url, models=["400-always"])
        await project.goto(place)
        await choose_model(project, name)
        await ask(project, QUESTION)
        notice = project.get_by_role("article", name="Answer").get_by_role("alert")
        await expect(notice).to_contain_text("The model's server refused the question.")
        await expect(notice.locator(".failure-detail")).to_contain_text("400")
        await expect(notice).not_to_contain_text("canary")
        assert await violations(project) == []
        await expect(project).to_have_url(re.compile(r"/c/[0-9a-f-]{36}$"))
        await project.reload()
        await expect(notice.locator(".failure-detail")).to_contain_text("400")
        await notice.get_by_role("link", name="Model providers").click()
        await remove_provider(project, name)


@asynccontextmanager
async def late(page: Page, address: str) -> AsyncIterator[None]:
    """Hold back what the page asks for at the address until the block ends."""
    held = asyncio.Event()

    async def wait(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route(address, wait)
    yield
    held.set()


@pytest.mark.usefixtures("stand_ins")
async def test_a_model_that_stands_in_is_named(
    project: Page, served: RunningServer, report: Upload
) -> None:
    await add_documents(project, report)
    await ready(project, report.name)
    place = project.url
    async with running_openai_server() as upstream:
        models = ["500-always", "plain"]
        name = await add_provider(project, served.url, upstream.base_url, models=models)
        heir = f"{name.lower().replace(' ', '-')}/plain"
        await project.get_by_label("A model to stand in").select_option(heir)
        await project.get_by_role("button", name="Add to the list").click()
        await expect(project.locator("#announcer")).to_contain_text("stands in")
        await project.goto(place)
        await open_answers(project)
        own = heir.replace("plain", "500-always")
        await project.get_by_label("Model", exact=True).select_option(own)
        await project.get_by_role("button", name="Save").click()
        await expect(project.get_by_role("button", name="Model: 500-always")).to_be_visible()
        await ask(project, QUESTION)
        answer = await answered(project)
        await expect(answer).to_contain_text(f"{heir} answers instead")
        await expect(project).to_have_url(re.compile(r"/c/[0-9a-f-]{36}$"))
        async with late(project, "**/providers/models"):
            await project.reload()
            await expect((await answered(project)).locator(".model")).to_have_text(heir)
        await expect((await answered(project)).locator(".model")).to_have_text("plain")
        await project.goto(f"{served.url}/app/settings/providers")
        await remove_provider(project, name)
