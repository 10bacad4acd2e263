from uuid import uuid4

from playwright.async_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.people import browser_of
from tests.browser.running_server import RunningServer
from tests.browser.screens import QUESTION, Upload, add_documents, ask, ready
from tests.browser.sharing import give, open_access, reader, take_back
from tests.browser.slow_model import slow_model
from tests.browser.test_providers import add_provider, choose_model


async def test_a_project_taken_back_while_it_is_open_says_so_and_asks_for_no_more(
    project: Page, served: RunningServer, chromium: Browser
) -> None:
    address, grace = project.url, await reader(served)
    await open_access(project)
    await give(project, grace.name, "May edit")
    async with browser_of(chromium, served, grace.person) as page:
        await page.clock.install()
        await page.goto(address)
        await expect(page.get_by_role("button", name="Add documents").first).to_be_visible()
        await take_back(project, grace.name)
        await expect(page.get_by_role("alert")).to_contain_text("has ended")
        await expect(page.get_by_role("button", name="Add documents")).to_have_count(0)
        await expect(page.get_by_label("Your question")).to_have_count(0)
        assert await violations(page) == []
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.clock.run_for(30_000)  # Longer than the longest pause between two tries.
        await page.get_by_role("alert").get_by_role("link", name="To your projects").click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text("Grace")
        assert not [url for url in asked if "/documents/" in url]


async def test_an_answer_in_flight_ends_with_the_access_and_no_question_can_follow(
    project: Page, served: RunningServer, chromium: Browser, report: Upload
) -> None:
    address, grace = project.url, await reader(served)
    async with slow_model() as model:
        await add_documents(project, Upload(report.name, report.content + uuid4().hex.encode()))
        await ready(project, report.name)
        await open_access(project)
        await give(project, grace.name, "May use")
        other = await project.context.new_page()
        await other.goto(f"{served.url}/app")
        name = await add_provider(other, served.url, model.url)
        async with browser_of(chromium, served, grace.person) as page:
            await page.goto(address)
            await choose_model(page, name)
            await ask(page, QUESTION)
            answer = page.get_by_role("article", name="Answer")
            await expect(answer).to_contain_text("The quiet lamp shows")
            await take_back(project, grace.name)
            await expect(answer.get_by_role("alert")).to_contain_text("has ended")
            await expect(page.get_by_label("Your question")).to_have_count(0)
            await expect(answer.get_by_role("button", name="Try again")).to_have_count(0)
            await expect(answer).to_contain_text("The quiet lamp shows")
            assert await violations(page) == []


async def test_a_question_after_access_was_lost_says_so_instead_of_offering_to_try_again(
    project: Page, served: RunningServer, chromium: Browser
) -> None:
    address, grace = project.url, await reader(served)
    await open_access(project)
    await give(project, grace.name, "May use")
    async with browser_of(chromium, served, grace.person) as page:
        await page.goto(f"{address}/c/new")
        await expect(page.get_by_label("Your question")).to_be_visible()
        await take_back(project, grace.name)
        await ask(page, QUESTION)
        await expect(page.get_by_text("Your access to").last).to_be_visible()
        await expect(page.get_by_label("Your question")).to_have_count(0)
        await expect(page.get_by_role("button", name="Try again")).to_have_count(0)
