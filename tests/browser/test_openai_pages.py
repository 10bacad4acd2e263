"""OpenAI's dialect from another site's page: a real browser's preflight, by an integration."""

from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser

from app.bootstrap.parts import Models
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from tests.browser.test_event_source import blank_page
from tests.http.chat.bench import QUESTION, Bench, open_bench
from tests.http.customers.shop import Shop, open_shop

ASK = """
async ([server, token, question]) => {
  const headers = {
    Authorization: `Bearer ${token}`, "Content-Type": "application/json", "X-Stainless-Lang": "js",
  };
  try {
    const models = await (await fetch(`${server}/v1/models`, { headers })).json();
    const body = JSON.stringify({
      model: models.data[0].id, messages: [{ role: "user", content: question }],
    });
    const url = `${server}/v1/chat/completions`;
    const answer = await fetch(url, { method: "POST", headers, body });
    return { status: answer.status, body: await answer.json() };
  } catch (error) {
    return { status: 0, body: error.name };
  }
}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def bench(
    clone: Callable[[], AbstractContextManager[str]],
    embedder: LocalEmbedder,
    token_counter: ModelTokenCounter,
    tmp_path: Path,
) -> AsyncGenerator[Bench]:
    async with open_bench(clone, Models(embedder, token_counter), tmp_path) as built:
        yield built


async def ask(chromium: Browser, shop: Shop) -> dict[str, Any]:
    """What a page on 127.0.0.1 hears."""
    async with blank_page(chromium) as page:
        return await page.evaluate(ASK, [shop.bench.site.url, shop.token, QUESTION])


async def test_a_named_page_asks_and_another_is_told_nothing(
    bench: Bench, chromium: Browser
) -> None:
    elsewhere = await open_shop(bench, allowed_domains=["shop.example"])
    unheard = {"status": 0, "body": "TypeError"}
    assert await ask(chromium, elsewhere) == unheard
    named = await open_shop(bench, allowed_domains=["127.0.0.1"])
    heard = await ask(chromium, named)
    assert heard["status"] == 200
    assert "Monday" in heard["body"]["choices"][0]["message"]["content"]
    # Its preflight is granted now, on behalf of the other one; the request still is refused.
    assert await ask(chromium, elsewhere) == unheard
    assert (await elsewhere.asked(), await named.asked()) == (0, 1)
