"""A provider from its kind to its first test, and who stands in for it."""

import asyncio
import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.accessibility import violations
from tests.browser.running_server import RunningServer
from tests.browser.slow_model import slow_model
from tests.browser.test_providers import add_provider, remove_provider
from tests.upstreams.openai_server import running_openai_server


async def open_form(page: Page, url: str) -> Locator:
    await page.goto(f"{url}/app/settings/providers")
    await page.get_by_role("button", name="Add a provider").click()
    return page.get_by_role("dialog", name="Add a provider")


async def test_a_kind_fills_the_form_and_says_where_its_key_is_made(
    signed_in: Page, served: RunningServer
) -> None:
    form = await open_form(signed_in, served.url)
    await form.get_by_label("Kind").select_option("mistral")
    await expect(form.get_by_label("Name")).to_have_value("Mistral")
    await expect(form.get_by_label("Address")).to_have_value("https://api.mistral.ai/v1")
    await expect(form.get_by_role("textbox", name="Models")).to_have_value(re.compile("mistral-"))
    link = form.get_by_role("link", name="Get a key")
    await expect(link).to_have_attribute("href", re.compile("^https://console.mistral.ai/"))
    await expect(form).to_contain_text("console.mistral.ai")
    await form.get_by_label("Kind").select_option("ollama")
    await expect(form.get_by_label("Address")).to_have_value(re.compile("127.0.0.1:11434"))
    await expect(link).to_have_count(0)
    assert await violations(signed_in) == []


async def test_the_form_opens_with_its_kinds_however_late_they_come(
    signed_in: Page, served: RunningServer
) -> None:
    asked, let_go = asyncio.Event(), asyncio.Event()

    async def held(route: Route) -> None:
        asked.set()
        await let_go.wait()
        await route.continue_()

    await signed_in.route("**/providers/presets", held)
    form = await open_form(signed_in, served.url)
    await asked.wait()
    await expect(form).to_have_count(0)
    let_go.set()
    await form.get_by_label("Kind").select_option("mistral")
    await expect(form.get_by_label("Name")).to_have_value("Mistral")


async def test_a_wrong_key_is_told_before_anything_is_saved(
    signed_in: Page, served: RunningServer
) -> None:
    async with running_openai_server() as upstream:
        upstream.key = "sk-right-0815"
        form = await open_form(signed_in, served.url)
        await form.get_by_label("Kind").select_option("other")
        await form.get_by_label("Name").fill("Checked first")
        await form.get_by_label("Address").fill(upstream.base_url)
        await form.get_by_label("Key").fill("sk-wrong")
        await form.get_by_role("textbox", name="Models").fill("plain")
        await form.get_by_role("button", name="Test it first").click()
        await expect(form.get_by_role("alert")).to_contain_text("The key is refused.")
        assert await violations(signed_in) == []
        await form.get_by_label("Key").fill("sk-right-0815")
        await form.get_by_role("button", name="Test it first").click()
        await expect(form.get_by_text(re.compile("It answers, in"))).to_be_visible()
        await form.get_by_label("Answers at once").fill("3")
        await form.get_by_text("Prices", exact=True).click()
        await form.get_by_label("Read, plain").fill("0.15")
        await form.get_by_label("Written, plain").fill("0.6")
        await form.get_by_label("Use it for new questions").uncheck()
        await form.get_by_role("button", name="Add", exact=True).click()
        card = signed_in.get_by_role("listitem").filter(
            has=signed_in.get_by_role("heading", name="Checked first")
        )
        await expect(card).to_contain_text("of 3 at once")
        await expect(card).to_contain_text("$0.15 read, $0.6 written")
        await expect(card.get_by_text(re.compile("It answers, in"))).to_be_visible()


async def test_models_that_are_left_out_are_read_from_the_endpoint(
    signed_in: Page, served: RunningServer
) -> None:
    async with slow_model() as model:
        model.gate.set()
        form = await open_form(signed_in, served.url)
        await form.get_by_label("Kind").select_option("other")
        await form.get_by_label("Name").fill("Listed by itself")
        await form.get_by_label("Address").fill(model.url)
        await form.get_by_label("Use it for new questions").uncheck()
        await form.get_by_role("button", name="Add", exact=True).click()
        listed = signed_in.get_by_role("list", name="Models of Listed by itself")
        await expect(listed).to_contain_text("slow-1")


@pytest_asyncio.fixture(loop_scope="session")
async def pair(signed_in: Page, served: RunningServer) -> AsyncGenerator[tuple[str, str]]:
    """Two models that could stand in, on the screen that orders them."""
    async with slow_model() as model:
        model.gate.set()
        names = [await add_provider(signed_in, served.url, model.url) for _ in range(2)]
    first, second = (_id(name) for name in names)
    yield first, second
    for name in names:
        await remove_provider(signed_in, name)


@pytest.mark.usefixtures("stand_ins")
async def test_who_stands_in_is_ordered_by_the_keyboard_and_by_dragging(
    signed_in: Page, pair: tuple[str, str]
) -> None:
    first, second = pair
    section = _stand_ins(signed_in)
    for each in (first, second):
        await _add(section, each)
        await expect(section.get_by_role("listitem").filter(has_text=each)).to_have_count(1)
    await section.get_by_role("button", name=f"Move up: {second}").press("Enter")
    assert await _order(section, first, second) == [second, first]
    # What a screen reader hears, once it is saved.
    await expect(signed_in.locator("#announcer")).to_contain_text(f"{second} is number ")
    await signed_in.reload()
    await expect(section.get_by_role("listitem").filter(has_text=first)).to_have_count(1)
    assert await _order(section, first, second) == [second, first]
    lines = section.get_by_role("listitem")
    await lines.filter(has_text=first).drag_to(lines.filter(has_text=second))
    await expect(signed_in.locator("#announcer")).to_contain_text(f"{first} is number ")
    assert await _order(section, first, second) == [first, second]
    assert await violations(signed_in) == []
    await _take_out(section, first, second)


@pytest.mark.usefixtures("stand_ins")
async def test_who_stands_in_is_saved_in_the_order_it_was_changed_in(
    signed_in: Page, pair: tuple[str, str]
) -> None:
    """The first save is held back: a second one must not overtake it."""
    first, second = pair
    section = _stand_ins(signed_in)
    await _add(section, first)
    await expect(signed_in.locator("#announcer")).to_contain_text(f"{first} stands in as number ")
    sent: list[str | None] = []
    held, let_go = asyncio.Event(), asyncio.Event()

    async def hold_the_first(route: Route) -> None:
        if route.request.method == "PUT":
            sent.append(route.request.post_data)
            held.set()
            await let_go.wait()
        await route.continue_()

    await signed_in.route("**/providers/fallback", hold_the_first)
    await _add(section, second)
    await held.wait()
    await section.get_by_role("button", name=f"Move up: {second}").press("Enter")
    assert await _order(section, first, second) == [second, first]
    assert len(sent) == 1
    let_go.set()
    await expect(signed_in.locator("#announcer")).to_contain_text(f"{second} is number ")
    await signed_in.reload()
    await expect(section.get_by_role("listitem").filter(has_text=first)).to_have_count(1)
    assert await _order(section, first, second) == [second, first]
    await _take_out(section, first, second)


def _stand_ins(page: Page) -> Locator:
    return page.get_by_role("region", name="When a model does not answer")


def _id(name: str) -> str:
    slug = name.lower().replace(" ", "-")
    return f"{slug}/{slug}-1"


async def _add(section: Locator, model: str) -> None:
    await section.get_by_label("A model to stand in").select_option(model)
    await section.get_by_role("button", name="Add to the list").click()


async def _take_out(section: Locator, *models: str) -> None:
    for model in models:
        await section.get_by_role("button", name=f"Take out: {model}").click()
        await expect(section.get_by_role("listitem").filter(has_text=model)).to_have_count(0)


async def _order(section: Locator, *models: str) -> list[str]:
    texts = await section.get_by_role("listitem").all_inner_texts()
    return [model for text in texts for model in models if model in text]
