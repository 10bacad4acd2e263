"""Draws the README's pictures anew, from a server of its own with a quarterly report.

    python -m tests.browser.pictures

It needs Chromium, the sample documents beside the checkout, and the fonts that the design names
(fonts-inter and fonts-urw-base35 in Debian): with others the pictures look like another product.
"""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

import httpx
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.browser import running_server
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.foreign_site import ForeignSite, foreign_site
from tests.browser.people import api_of, made
from tests.browser.picture_file import drawn
from tests.browser.pictures_model import NAME, Writer
from tests.browser.running_server import ROOT, RunningServer
from tests.browser.screens import EMAIL, PASSWORD, answered, ask, sign_in
from tests.browser.widget_page import OPENED
from tests.fixtures.samples import samples
from tests.waiting import eventually_async

PICTURES = ROOT / "runbooks" / "images"
WIDE: ViewportSize = {"width": 1280, "height": 800}
SITE: ViewportSize = {"width": 960, "height": 720}
REPORT = "2023 Q3 NVDA.pdf"
QUESTION = "What was Data Center revenue in the third quarter?"
ANSWER = """\
Data Center revenue for the third quarter of fiscal year 2024 was **$14.51 billion**, up 279% from \
a year ago and up 41% from the previous quarter \
{Data Center revenue for the third quarter of fiscal year 2024 was $14.51 billion}.

- **What drove it:** strong sales of the NVIDIA HGX platform were driven by global demand for the \
training and inferencing of large language models {Strong sales of the NVIDIA HGX platform}.
- **Who bought:** CSPs drove roughly half of Data Center revenue, while consumer internet \
companies and enterprises comprised approximately the other half \
{CSPs drove roughly half of Data Center revenue}.
- **Networking** was up 155% from a year ago {Networking was up 155% from a year ago}.
"""
STYLE = """
body { margin: 0; font: 17px/1.65 Inter, sans-serif; color: #22303c; background: #fff; }
main { max-width: 24rem; padding: 4.5rem 4rem; }
h1 { margin: 0 0 1rem; font-size: 2.2rem; line-height: 1.15; letter-spacing: -0.025em; }
h1, p { text-wrap: balance; }
p { margin: 0 0 1.2rem; color: #52616d; }
"""
BODY = """<h1>Figures, as we filed them</h1>
<p>Quarterly and annual reports of our companies, whole and searchable, from the first page to the
last footnote.</p><p>Looking for one number? Ask in the corner: each answer shows the page that it
was read on.</p>"""


@asynccontextmanager
async def _server() -> AsyncGenerator[RunningServer]:
    folder = running_server.folder_for(f"pictures{os.getpid()}")
    (folder / "users" / str(os.getpid())).touch()
    running_server.launch(folder)
    try:
        yield await running_server.printed(folder)
    finally:
        running_server.leave(folder)


async def _set_up(served: RunningServer) -> None:
    (token,) = parse_qs(urlsplit(served.setup_link).query)["token"]
    person = {"name": "Ada Lovelace", "email": EMAIL, "password": PASSWORD}
    async with httpx.AsyncClient(base_url=served.url, trust_env=False) as client:
        headers = {"X-Setup-Token": token}
        await client.post("/bootstrap/init", json={"superadmin": person}, headers=headers)


async def _fill(ada: httpx.AsyncClient, writer: Writer) -> str:
    """A project with a report that was read, answered by the writer; its id."""
    project = (await made(ada, "/projects", {"name": "Quarterly reports"}))["project"]["id"]
    provider = {"name": "House", "slug": "house", "type": "openai", "models": [NAME]}
    where = {"baseUrl": writer.base_url, "apiKey": "none", "isDefault": True}
    await made(ada, "/providers", {**provider, **where})
    content = (samples("sec-10q") / REPORT).read_bytes()
    path = f"/documents/projects/{project}"
    await ada.post(path, files=[("files", (REPORT, content))])

    async def is_ready() -> bool | None:
        (document,) = (await ada.get(path)).json()["documents"]
        return document["status"] == "ready" or None

    await eventually_async(is_ready, seconds=120)
    return project


async def _draw(page: Page, name: str) -> None:
    await page.evaluate("() => document.fonts.ready")
    (PICTURES / f"{name}.png").write_bytes(await drawn(page))


async def _answer(browser: Browser, served: RunningServer, project: str) -> None:
    """An answer beside the page that it stands on, light and dark."""
    page = await browser.new_page(viewport=WIDE, reduced_motion="reduce")
    await sign_in(page, served.url)
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Ada")
    await page.goto(f"{served.url}/app/projects/{project}")
    await ask(page, QUESTION)
    answer = await answered(page)
    await answer.locator(".answer-body button.chip").first.click()
    await expect(page.locator(".page-frame img")).to_be_visible()
    await page.locator(".question").evaluate("(question) => question.scrollIntoView()")
    await page.evaluate("() => scrollTo(0, 0)")
    await page.mouse.move(0, 0)
    for name, scheme in (("answer", "light"), ("answer-dark", "dark")):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await _draw(page, name)


async def _widget(browser: Browser, site: ForeignSite) -> None:
    """The chat on somebody's site, with a source unfolded."""
    site.css, site.body = STYLE, BODY
    site.attributes["data-title"] = "Ask the reports"
    page = await browser.new_page(viewport=SITE, reduced_motion="reduce")
    await page.add_init_script(OPENED)
    await page.goto(site.url)
    await page.get_by_role("button", name="Ask the reports").click()
    panel = page.get_by_role("dialog", name="Ask the reports")
    await panel.get_by_label("Your message").fill(QUESTION)
    await panel.get_by_label("Your message").press("Enter")
    await panel.get_by_role("button", name="Source").first.click()
    await panel.get_by_label("Your message").focus()
    await panel.locator(".scroller").evaluate("(scroller) => { scroller.scrollTop = 84; }")
    await _draw(page, "widget")


async def main() -> None:
    """Draw all of them."""
    async with (
        _server() as served,
        Writer(ANSWER) as writer,
        async_playwright() as playwright,
    ):
        await _set_up(served)
        async with api_of(served.url) as ada:
            project = await _fill(ada, writer)
            shop = {"name": "Site", "kind": "widget", "allowedDomains": ["localhost"]}
            token = (await made(ada, f"/projects/{project}/integrations", shop))["token"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        await _answer(browser, served, project)
        async with foreign_site(served.url, token) as site:
            await _widget(browser, site)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
