"""A real server and a real Chromium for all tests of this folder."""

import os
import shutil
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browser import running_server
from tests.browser.accessibility import violations
from tests.browser.door import Door, door_to
from tests.browser.foreign_site import ForeignSite, foreign_site
from tests.browser.pdf import make_pdf
from tests.browser.running_server import RunningServer
from tests.browser.screens import EMAIL, PASSWORD, PDF_PAGES, Upload, make_project, sign_in
from tests.upstreams.lumika_server import LumikaServer, fresh_token, lumika_server

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
# Nothing but the pages under test is fetched: no sign-in, updates, models or hints of Google's.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--no-default-browser-check",
    "--disable-domain-reliability", "--disable-features=Translate,OptimizationHints,MediaRouter",
]  # fmt: skip
# A wait that ends early fails a test for the machine's load; a passing one never waits this long.
expect.set_options(timeout=20_000)
SMALL = {"width": 1280, "height": 800}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here drive a browser, in one event loop, so that it is started once."""
    absent = pytest.mark.skip(reason="No chromium is installed here: apt install chromium.")
    loop = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(loop, append=False)
            if CHROMIUM is None:
                item.add_marker(absent)


@dataclass(frozen=True, slots=True)
class FirstRun:
    """What the first person met."""

    heading: str
    address_after_load: str
    violations: list[str]
    refusal: str
    heading_after: str


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served(testrun_uid: str) -> AsyncGenerator[RunningServer]:
    """The server, started by whichever test worker comes first."""
    folder = running_server.folder_for(testrun_uid)
    with running_server.locked(folder):
        (folder / "users" / str(os.getpid())).touch()
        if not (folder / "pid").exists():
            running_server.launch(folder)
    try:
        yield await running_server.printed(folder)
    finally:
        running_server.leave(folder)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def first_run(served: RunningServer, chromium: Browser) -> FirstRun:
    """Set the server up through its screen, once; workers that come later read what was met."""
    with running_server.locked(served.folder):
        done = served.folder / "set-up.json"
        if done.exists():
            return msgspec.json.decode(done.read_bytes(), type=FirstRun)
        context = await chromium.new_context(viewport=SMALL)
        seen = await _set_up(await context.new_page(), served.setup_link)
        await context.close()
        done.write_bytes(msgspec.json.encode(seen))
    return seen


async def _set_up(page: Page, link: str) -> FirstRun:
    await page.goto(link)
    heading = page.get_by_role("heading", level=1)
    await expect(heading).to_have_text("Welcome to Lumen")
    first, address, found = await heading.inner_text(), page.url, await violations(page)
    await page.get_by_label("Name").fill("Ada Lovelace")
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_label("Password").fill("short")
    await page.get_by_role("button", name="Set up Lumen").click()
    refusal = page.locator(".wrong:visible")
    await expect(refusal).to_be_visible()
    said = await refusal.inner_text()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Set up Lumen").click()
    await expect(heading).to_contain_text("Ada")
    return FirstRun(first, address, found, said, await heading.inner_text())


@pytest_asyncio.fixture(loop_scope="session")
async def context(chromium: Browser, first_run: FirstRun) -> AsyncGenerator[BrowserContext]:
    """A browser's profile of its own, on a server that is set up."""
    del first_run
    context = await chromium.new_context(viewport=SMALL)
    context.set_default_timeout(15_000)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(chromium: Browser) -> AsyncGenerator[BrowserContext]:
    """A visitor's browser, which must meet no error of a script's."""
    context = await chromium.new_context(viewport=SMALL)
    context.set_default_timeout(15_000)
    mistakes: list[str] = []
    context.on("weberror", lambda error: mistakes.append(str(error.error)))
    yield context
    await context.close()
    assert mistakes == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> AsyncGenerator[Page]:
    """A page that must not report an error of its own."""
    page = await context.new_page()
    mistakes: list[str] = []
    page.on("pageerror", lambda error: mistakes.append(str(error)))
    yield page
    assert mistakes == []


@pytest_asyncio.fixture(loop_scope="session")
async def signed_in(page: Page, served: RunningServer) -> Page:
    """Home, as the one who set the server up."""
    await sign_in(page, served.url)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Ada")
    return page


@pytest_asyncio.fixture(loop_scope="session")
async def project(signed_in: Page) -> Page:
    """An empty project of the test's own."""
    await make_project(signed_in)
    return signed_in


@pytest_asyncio.fixture(loop_scope="session")
async def lumika() -> AsyncGenerator[LumikaServer]:
    """What the widget speaks to, doing what a test says."""
    async with lumika_server() as served:
        yield served


@pytest_asyncio.fixture(loop_scope="session")
async def site(lumika: LumikaServer) -> AsyncGenerator[ForeignSite]:
    """Somebody else's site, with the widget on it."""
    async with foreign_site(lumika.url, fresh_token()) as opened_site:
        yield opened_site


@pytest.fixture
def stand_ins(served: RunningServer) -> Generator[None]:
    """The server's list of models that stand in: one for all, so one test at a time."""
    with running_server.locked(served.folder, "stand-ins"):
        yield


@pytest.fixture
def report() -> Upload:
    """Three pages about lighthouses."""
    return Upload("lighthouse report.pdf", make_pdf(PDF_PAGES))


@pytest_asyncio.fixture(loop_scope="session")
async def door(served: RunningServer) -> AsyncGenerator[Door]:
    async with door_to(served.url) as opened:
        yield opened
