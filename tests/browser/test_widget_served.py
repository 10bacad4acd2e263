"""The widget against the server itself: what a visitor of somebody else's site meets."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, expect
from sqlmodel import select

from app.audit.record import SERVER
from app.chat.tables import Conversation, Message
from app.integrations import store
from tests.browser.accessibility import violations
from tests.browser.door import door_to
from tests.browser.foreign_site import ForeignSite, foreign_site
from tests.browser.widget_page import ask, entries, opened, visit
from tests.fixtures.benches import OpenBench
from tests.http.chat.bench import QUESTION, Bench

NOTE = "She has asked three times already: canary-8431."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bench(opening: OpenBench) -> AsyncGenerator[Bench]:
    """A real site with a document that was read, for all tests of this file."""
    async with opening() as built:
        yield built


@dataclass
class Shop:
    """An integration of the bench's project, and a site that shows its widget."""

    bench: Bench
    integration: UUID
    token: str
    site: ForeignSite

    async def say(self, role: str, text: str, *, status: str | None = None) -> None:
        """Write into the one conversation there is, as the people behind it do."""
        async with self.bench.site.services.database.transaction() as session:
            query = select(Conversation).where(Conversation.integration_id == self.integration)
            conversation = (await session.exec(query)).one()
            conversation.status = status or conversation.status
            session.add_all(
                [conversation, Message(conversation_id=conversation.id, role=role, content=text)]
            )

    async def keys(self) -> set[str | None]:
        """The keys of its conversations."""
        async with self.bench.site.services.database.session() as session:
            query = select(Conversation).where(Conversation.integration_id == self.integration)
            return {row.customer_key for row in await session.exec(query)}


@pytest_asyncio.fixture(loop_scope="session")
async def shop(bench: Bench) -> AsyncGenerator[Shop]:
    async for made in open_shop(bench, ["localhost"]):
        yield made


async def open_shop(bench: Bench, domains: list[str], **limits: int) -> AsyncGenerator[Shop]:
    fields: dict[str, object] = {
        "name": "Shop", "kind": "widget", "allowed_domains": domains,
        "rate_limit_per_minute": 600, "customer_limit_per_minute": 600,
    }  # fmt: skip
    async with bench.site.services.database.transaction() as session:
        row, token = await store.create(session, SERVER, bench.project, {**fields, **limits})
        identity = row.id
    async with foreign_site(bench.site.url, token) as site:
        yield Shop(bench, identity, token, site)


async def test_a_visitor_asks_and_finds_the_thread_again_after_a_reload(
    visitor: BrowserContext, shop: Shop
) -> None:
    page = await visit(visitor, shop.site.url)
    panel = await opened(page)
    await ask(panel, QUESTION)
    await expect(panel.locator(".answer")).to_contain_text("Monday")
    await panel.get_by_role("button", name="Source 1: rent.txt").first.click()
    await expect(panel.locator(".sources blockquote").first).to_contain_text("Monday")
    assert await violations(page) == []
    await page.reload()
    panel = await opened(page)
    await expect(entries(panel)).to_have_count(2)
    await expect(panel.locator(".answer")).to_contain_text("Monday")
    await expect(panel.get_by_role("button", name="Source 1: rent.txt").first).to_be_visible()
    (key,) = await shop.keys()
    assert key is not None
    assert len(key) == 36


async def test_an_operators_word_appears_at_the_next_look_and_a_note_never_leaves(
    visitor: BrowserContext, shop: Shop
) -> None:
    # All bytes that the server sends are looked through, not what a screen makes of them.
    async with door_to(shop.bench.site.url) as door:
        shop.site.host = door.url
        panel = await opened(await visit(visitor, shop.site.url))
        await ask(panel, QUESTION)
        await expect(panel.locator(".answer")).to_contain_text("Monday")
        await shop.say("note", NOTE)
        await shop.say("operator", "Good morning, this is Morag. Pay on Tuesday, too.")
        await expect(panel.get_by_text("this is Morag")).to_be_visible(timeout=30_000)
        await expect(entries(panel)).to_have_count(3)
        heard = bytes(door.heard)
    assert b"this is Morag" in heard
    assert b"canary-8431" not in heard


async def test_where_people_answer_the_assistant_is_silent_and_says_so(
    visitor: BrowserContext, shop: Shop
) -> None:
    page = await visit(visitor, shop.site.url)
    panel = await opened(page)
    await ask(panel, QUESTION)
    await expect(panel.locator(".answer")).to_contain_text("Monday")
    await shop.say("note", NOTE, status="escalated")
    await ask(panel, "May I pay later?")
    await expect(panel.locator(".answer")).to_have_count(2)
    await expect(panel.locator(".answer").nth(1)).not_to_be_empty()
    await shop.say("operator", "You may.")
    await expect(panel.get_by_text("You may.")).to_be_visible(timeout=30_000)
    await expect(panel.locator(".said")).to_have_count(2)
    await page.reload()
    panel = await opened(page)
    await expect(panel.locator(".said")).to_have_count(2)
    await expect(panel.get_by_text("You may.")).to_be_visible()


@pytest.mark.parametrize("domain", ["shop.example.com", "*.localhost", "localhost:1"])
async def test_a_page_on_a_domain_that_is_not_listed_is_refused(
    visitor: BrowserContext, bench: Bench, domain: str
) -> None:
    async for shop in open_shop(bench, [domain]):
        page = await visit(visitor, shop.site.url)
        panel = await opened(page)
        await ask(panel, QUESTION)
        await expect(panel.get_by_role("alert")).to_contain_text("not open to this site")
        assert await shop.keys() == set()


async def test_a_token_that_was_rotated_is_refused(visitor: BrowserContext, shop: Shop) -> None:
    async with shop.bench.site.services.database.transaction() as session:
        row = await store.one(session, shop.bench.project, shop.integration, lock=True)
        await store.rotate(session, SERVER, row)
    panel = await opened(await visit(visitor, shop.site.url))
    await ask(panel, QUESTION)
    await expect(panel.get_by_role("alert")).to_contain_text("not open to this site")


async def test_a_visitor_who_asks_too_often_is_told_for_how_long_to_wait(
    visitor: BrowserContext, bench: Bench
) -> None:
    async for shop in open_shop(bench, [], customer_limit_per_minute=1):
        panel = await opened(await visit(visitor, shop.site.url))
        await ask(panel, QUESTION)
        await expect(panel.locator(".answer")).to_contain_text("Monday")
        await ask(panel, "And in May?")
        await expect(panel.get_by_text("You can ask again in")).to_be_visible()
        await expect(panel.get_by_label("Your message")).to_have_value("And in May?")


async def test_the_preview_takes_the_token_from_the_fragment_and_answers(
    visitor: BrowserContext, shop: Shop
) -> None:
    asked: list[str] = []
    visitor.on("request", lambda request: asked.append(request.url))
    wrong: list[str] = []
    visitor.on("console", lambda line: wrong.append(line.text) if line.type == "error" else None)
    look = "title=Ask%20the%20house&welcome=Come%20in.&position=bottom-left&accent=%237b2d8e&open"
    address = f"{shop.bench.site.url}/app/widget-preview?{look}"
    page = await visit(visitor, f"{address}#{shop.token}")
    panel = page.get_by_role("dialog", name="Ask the house")
    await expect(panel.get_by_text("Come in.")).to_be_visible()
    assert not [url for url in asked if shop.token in urlsplit(url).path + urlsplit(url).query]
    assert await violations(page) == []
    await ask(panel, QUESTION)
    await expect(panel.locator(".answer")).to_contain_text("Monday")
    assert wrong == []


async def test_the_preview_without_a_token_says_where_to_find_one(
    visitor: BrowserContext, bench: Bench
) -> None:
    page = await visit(visitor, f"{bench.site.url}/app/widget-preview")
    await expect(page.get_by_text("Open the preview from the integration")).to_be_visible()
    await expect(page.locator("lumen-chat")).to_have_count(0)
