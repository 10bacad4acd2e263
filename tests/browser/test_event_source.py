"""A browser's own `EventSource` on another site's page: a question is asked once."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, Page

from app.bootstrap.parts import Models
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from tests.browser.door import door_to
from tests.http.chat.bench import LIMITS, Bench, open_bench
from tests.http.customers.shop import Shop, answered_by, open_shop
from tests.upstreams.openai_server import ANSWER, WORDS, OpenAIServer
from tests.waiting import eventually

LISTEN = """
url => {
  window.heard = [];
  window.source = new EventSource(url);
  window.opened = 0;
  source.onopen = () => { window.opened += 1; };
  source.onmessage = event => heard.push(JSON.parse(event.data));
}
"""
CLOSED = "() => window.source.readyState === EventSource.CLOSED"


@asynccontextmanager
async def blank_page(chromium: Browser) -> AsyncGenerator[Page]:
    """A page of a site that is not Lumen's."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n"
        writer.write(f"{head}<!doctype html><title>Shop</title>".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
    yield page
    await context.close()
    server.close()
    await server.wait_closed()


@pytest_asyncio.fixture(loop_scope="session")
async def bench(
    clone: Callable[[], AbstractContextManager[str]],
    embedder: LocalEmbedder,
    token_counter: ModelTokenCounter,
    tmp_path: Path,
) -> AsyncGenerator[Bench]:
    models = Models(embedder, token_counter)
    async with open_bench(
        clone, models, tmp_path, limits=replace(LIMITS, idle=30, whole=60)
    ) as built:
        yield built


def address(shop: Shop, base: str) -> str:
    query = "&".join(
        [f"integrationToken={shop.token}", "textContent=When%20is%20the%20rent%20due%3F"]
    )
    return f"{base}/conversation/sse?{query}"


async def test_a_lost_connection_is_resumed_and_a_whole_answer_is_the_end(
    bench: Bench, chromium: Browser
) -> None:
    shop = await open_shop(bench, kind="widget", allowed_domains=["127.0.0.1"])
    async with (
        OpenAIServer() as upstream,
        answered_by(bench, upstream, "steps"),
        door_to(bench.site.url) as door,
        blank_page(chromium) as page,
    ):
        await page.evaluate(LISTEN, address(shop, door.url))
        await eventually(lambda: upstream.questions == 1)
        upstream.release(2)
        await page.wait_for_function("() => heard.some(each => each.type === 'partial')")
        door.shut()
        upstream.release(2)
        door.reopen()
        await page.wait_for_function("() => opened === 2", timeout=20_000)
        upstream.release(len(WORDS))
        await page.wait_for_function(CLOSED, timeout=20_000)
        heard = await page.evaluate("heard")
        assert [each["type"] for each in heard].count("start") == 1
        assert "".join(each["delta"] for each in heard if each["type"] == "partial") == ANSWER
        assert heard[-1]["type"] == "final"
        assert heard[-1]["body"] == ANSWER
        assert (await shop.asked(), upstream.questions) == (1, 1)


async def test_a_page_that_is_not_named_hears_nothing(bench: Bench, chromium: Browser) -> None:
    shop = await open_shop(bench, kind="widget", allowed_domains=["shop.example"])
    async with blank_page(chromium) as page:
        await page.evaluate(LISTEN, address(shop, bench.site.url))
        await page.wait_for_function(CLOSED)
        assert await page.evaluate("[heard.length, opened]") == [0, 0]
    assert await shop.asked() == 0
