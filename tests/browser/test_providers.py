import re
from collections.abc import Sequence
from uuid import uuid4

from playwright.async_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.running_server import RunningServer
from tests.browser.slow_model import slow_model


async def add_provider(
    page: Page, url: str, base_url: str, *, key: str = "", models: Sequence[str] = ()
) -> str:
    """Add an endpoint through its screen, not as the default; its name."""
    name = f"Slow {uuid4().hex[:8]}"
    # A page that was just opened is not left while it still signs in.
    await expect(page.get_by_role("navigation", name="Places")).to_be_visible()
    await page.goto(f"{url}/app/settings/providers")
    await page.get_by_role("button", name="Add a provider").click()
    await page.get_by_label("Kind").select_option("other")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Address").fill(base_url)
    await page.get_by_label("Key").fill(key)
    named = models or [f"{name.lower().replace(' ', '-')}-1"]
    await page.get_by_role("textbox", name="Models").fill("\n".join(named))
    await page.get_by_label("Use it for new questions").uncheck()
    await page.get_by_role("button", name="Add", exact=True).click()
    await expect(page.get_by_role("heading", name=name)).to_be_visible()
    return name


async def remove_provider(page: Page, name: str) -> None:
    """Take it away again, on its screen."""
    await page.get_by_role("button", name=f"Actions for {name}").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("heading", name=name)).to_have_count(0)


async def choose_model(page: Page, name: str) -> None:
    await page.get_by_role("button", name=re.compile("^Model:")).click()
    await page.get_by_role("menuitemradio", name=re.compile(name)).click()


async def test_an_endpoint_is_added_tested_and_deleted(
    signed_in: Page, served: RunningServer
) -> None:
    async with slow_model() as model:
        model.gate.set()
        name = await add_provider(signed_in, served.url, model.url, key="sk-canary-4711")
        card = signed_in.get_by_role("listitem").filter(
            has=signed_in.get_by_role("heading", name=name)
        )
        await expect(card).to_contain_text("It answers")
        assert "bearer sk-canary-4711" in model.keys
    assert "sk-canary-4711" not in await signed_in.content()
    await card.get_by_role("button", name=f"Actions for {name}").click()
    await signed_in.get_by_role("menuitem", name="Edit").click()
    await expect(signed_in.get_by_text("A key ending in 4711 is stored")).to_be_visible()
    assert await violations(signed_in) == []
    await signed_in.get_by_role("button", name="Cancel").click()
    await remove_provider(signed_in, name)


async def test_an_endpoint_that_does_not_answer_says_so(
    signed_in: Page, served: RunningServer
) -> None:
    name = await add_provider(signed_in, served.url, "http://127.0.0.1:9/v1")
    card = signed_in.get_by_role("listitem").filter(has=signed_in.get_by_role("heading", name=name))
    await expect(card.get_by_role("alert")).to_contain_text("Nothing answers at this address")


async def test_the_built_in_answerer_says_what_it_is(
    signed_in: Page, served: RunningServer
) -> None:
    await signed_in.goto(f"{served.url}/app/settings/providers")
    await expect(signed_in.get_by_text("quoting the sentences").first).to_be_visible()
