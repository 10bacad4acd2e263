from playwright.async_api import Page, Route, expect

from tests.browser.accessibility import violations
from tests.browser.running_server import RunningServer
from tests.browser.test_providers import add_provider, remove_provider


async def test_what_is_wrong_stands_first_with_the_page_that_mends_it(
    signed_in: Page, served: RunningServer
) -> None:
    name = await add_provider(signed_in, served.url, "http://127.0.0.1:9/v1")
    await signed_in.get_by_role("link", name="Health").click()
    await expect(signed_in.get_by_role("heading", level=1)).to_have_text("Health")
    first = signed_in.locator(".check-group").first
    await expect(first.get_by_text("What to do:").first).to_be_visible(timeout=20_000)
    await expect(first).to_contain_text("runbooks/")
    await expect(signed_in.get_by_role("region", name="In order")).to_be_visible()
    assert await violations(signed_in) == []
    await signed_in.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await first.get_by_role("button", name="Copy runbooks/").first.click()
    copied: str = await signed_in.evaluate("() => navigator.clipboard.readText()")
    assert copied.startswith("runbooks/")
    assert copied.endswith(".md")
    await signed_in.set_viewport_size({"width": 320, "height": 640})
    assert await violations(signed_in) == []
    over: int = await signed_in.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert over <= 0
    await signed_in.goto(f"{served.url}/app/settings/providers")
    await remove_provider(signed_in, name)


async def test_checks_that_cannot_be_read_say_so_and_are_run_again(
    signed_in: Page, served: RunningServer
) -> None:
    await signed_in.route("**/system/checks", lambda route: route.abort())
    await signed_in.goto(f"{served.url}/app/system")
    await expect(signed_in.get_by_role("alert").first).to_contain_text("does not answer")
    await signed_in.unroute("**/system/checks")
    await signed_in.get_by_role("button", name="Run again").click()
    await expect(signed_in.get_by_role("heading", name="Database").first).to_be_visible(
        timeout=20_000
    )


async def test_a_change_of_the_embedding_model_shows_how_far_it_is(
    signed_in: Page, served: RunningServer
) -> None:
    await signed_in.goto(f"{served.url}/app/system")
    panel = signed_in.get_by_role("region", name="Search by meaning")
    await expect(panel).to_contain_text("dimensions")
    await expect(panel.get_by_role("progressbar")).to_have_count(0)
    # The shared server is not changed under the other tests: this is what it would answer.
    filling = {"name": "bge-m3", "dimensions": 1024, "error": None, "done": 412, "total": 1000}
    active = {"name": "minilm", "dimensions": 384, "error": None}
    states = iter([filling, filling | {"done": 700}])

    async def answer(route: Route) -> None:
        await route.fulfill(json={"active": active, "next": next(states, None)})

    await signed_in.route("**/system/embedding", answer)
    await signed_in.reload()
    await expect(panel.get_by_role("progressbar")).to_have_attribute("max", "1000")
    await expect(panel).to_contain_text("41 %")
    assert await violations(signed_in) == []
    await expect(panel).to_contain_text("700 of 1,000 passages", timeout=30_000)
    await expect(panel.get_by_role("progressbar")).to_have_count(0, timeout=30_000)
