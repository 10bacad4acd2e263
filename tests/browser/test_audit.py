import csv
import io
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
from playwright.async_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.people import api_of, browser_of, made
from tests.browser.running_server import RunningServer
from tests.browser.sharing import Reader, give, open_access, reader


async def _shared(project: Page, served: RunningServer) -> Reader:
    """A project given to somebody, and then further; the page shows what was changed in it."""
    grace = await reader(served)
    await open_access(project)
    await give(project, grace.name, "May use")
    await project.get_by_label(f"What {grace.name} may do").select_option(label="May edit")
    row = project.get_by_role("region", name="Who can see").get_by_role("listitem")
    await expect(row.filter(has_text=grace.email)).to_contain_text("May edit")
    await project.get_by_role("link", name="What was changed").click()
    await expect(project.get_by_role("heading", level=1)).to_have_text("Audit log")
    return grace


async def test_the_log_says_in_words_who_did_what_and_unfolds_what_changed(
    project: Page, served: RunningServer
) -> None:
    grace = await _shared(project, served)
    entries = project.locator("summary")
    await expect(entries.first).to_contain_text(
        f"ada@example.org changed what {grace.name} may do in"
    )
    await expect(entries.nth(1)).to_contain_text(f"gave {grace.name} “May use” in")
    await expect(entries.nth(2)).to_contain_text("made the project")
    await expect(entries).to_have_count(3)
    await entries.first.focus()
    await project.keyboard.press("Enter")
    row = project.get_by_role("row").filter(has_text="tier").first
    await expect(row.get_by_role("cell")).to_have_text(["May use", "May edit"])
    await expect(project.get_by_text("127.0.0.1").first).to_be_visible()
    assert await violations(project) == []
    await project.set_viewport_size({"width": 320, "height": 640})
    assert await violations(project) == []
    over: int = await project.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert over <= 0


async def test_what_the_assistant_did_is_told_as_its_doing(
    project: Page, served: RunningServer
) -> None:
    identity = urlsplit(project.url).path.split("/projects/")[1].split("/")[0]
    async with api_of(served.url) as ada:
        token = (await made(ada, "/tokens", {"name": "assistant"}))["secret"]
    async with httpx.AsyncClient(
        base_url=served.url, headers={"Authorization": f"Bearer {token}"}, timeout=30
    ) as client:
        path = "/api/v1/management/conversations"
        talk = (await made(client, path, {"projectId": identity}))["conversationId"]
        for said in ("remember The lamp burns oil.", "yes"):
            answer = await client.post(f"{path}/{talk}/messages", json={"message": said})
            assert answer.status_code == 200, answer.text
    await project.goto(f"{served.url}/app/settings/audit?projectId={identity}")
    entry = project.locator("summary").first
    await expect(entry).to_contain_text("to remember something through the assistant")
    await entry.click()
    await expect(project.get_by_text("Through", exact=True)).to_be_visible()
    assert await violations(project) == []


async def test_filters_narrow_the_log_stay_in_the_address_and_can_be_cleared(
    project: Page, served: RunningServer
) -> None:
    await _shared(project, served)
    entries = project.locator("summary")
    await project.get_by_label("What", exact=True).select_option(label="Projects")
    await expect(entries).to_have_count(1)
    await project.reload()
    await expect(entries).to_have_count(1)
    await expect(project.get_by_label("What", exact=True)).to_have_value("project")
    await project.get_by_label("Who", exact=True).fill("nobody@nowhere")
    await expect(project.get_by_text("No entry matches. Try other days")).to_be_visible()
    assert await violations(project) == []
    await project.get_by_label("Who", exact=True).fill("ADA@")
    await expect(entries).to_have_count(1)
    tomorrow = (datetime.now().astimezone() + timedelta(days=1)).date().isoformat()
    await project.get_by_label("From").fill(tomorrow)
    await expect(entries).to_have_count(0)
    await project.get_by_role("button", name="Clear").click()
    await expect(entries.nth(3)).to_be_visible()
    assert "?" not in project.url


async def test_the_log_goes_on_where_its_page_ends(project: Page, served: RunningServer) -> None:
    await _shared(project, served)
    await project.route(
        "**/audit-log?*",
        lambda route: route.continue_(url=route.request.url.replace("limit=50", "limit=2")),
    )
    await project.reload()
    entries = project.locator("summary")
    await expect(entries).to_have_count(2)
    await project.get_by_role("button", name="Show more").click()
    await expect(entries).to_have_count(3)
    await expect(entries.nth(2)).to_be_focused()
    await expect(project.get_by_role("button", name="Show more")).to_have_count(0)


async def test_the_log_is_saved_as_csv_with_the_filters_that_are_set(
    project: Page, served: RunningServer
) -> None:
    await _shared(project, served)
    await project.get_by_label("What", exact=True).select_option(label="Access to projects")
    await expect(project.locator("summary")).to_have_count(2)
    async with project.expect_download() as waiting:
        await project.get_by_role("button", name="Save as CSV").click()
    download = await waiting.value
    assert download.suggested_filename.endswith(".csv")
    text = (await download.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["action"] for row in rows] == ["grant.changed", "grant.created"]


async def test_a_log_that_cannot_be_read_says_so_and_is_tried_again(
    signed_in: Page, served: RunningServer
) -> None:
    await signed_in.route("**/audit-log?*", lambda route: route.abort())
    await signed_in.goto(f"{served.url}/app/settings/audit")
    await expect(signed_in.get_by_role("alert")).to_contain_text("does not answer")
    await signed_in.unroute("**/audit-log?*")
    await signed_in.get_by_role("button", name="Try again").click()
    await expect(signed_in.locator("summary").first).to_be_visible()


async def test_for_others_there_are_no_such_pages(
    served: RunningServer, chromium: Browser, first_run: object
) -> None:
    del first_run
    async with browser_of(chromium, served, (await reader(served)).person) as page:
        for place in ("audit", "usage"):
            await page.goto(f"{served.url}/app/settings/{place}")
            await expect(page.get_by_role("heading", level=1)).to_have_text("Not here")
