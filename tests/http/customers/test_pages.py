"""Which pages may use an integration, and what their browsers are told."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import update

from app.integrations.tables import Integration
from tests.fixtures.site import open_site
from tests.http.chat.bench import QUESTION, Bench
from tests.http.customers.shop import PAGE, Shop, open_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

STRANGERS = [
    "null", "https://evil-shop.example", "https://shop.example.evil.io", "https://shopXexample",
    "https://shop.example@evil.io", "https://sub.shop.example", f"{PAGE}, https://evil.io",
    "https://shop.example.", "file://shop.example",
]  # fmt: skip
COMPLETIONS, MODELS = "/v1/chat/completions", "/v1/models"
CALLS = [
    "sse", "history", "/v1/chat", "/v1/chat/stream", "/chat", "/api/v1/customer/conversations",
    COMPLETIONS, MODELS, "/v1/models/house",
]  # fmt: skip
ASKED = {"model": "house", "messages": [{"role": "user", "content": QUESTION}]}


async def call(shop: Shop, which: str, **headers: str) -> httpx.Response:
    async with shop.client(**headers) as client:
        if which in {"sse", "history"}:
            return await client.get(f"/conversation/{which}", params=shop.query(key="a"))
        if which.startswith(MODELS):
            return await client.get(which, headers=shop.bearer)
        if which == COMPLETIONS:
            return await client.post(which, json=ASKED, headers=shop.bearer)
        keys = shop.bearer if which.startswith("/api") else shop.key
        body = {"sessionId": "a", "message": QUESTION}
        return await client.post(which, json=body, headers=keys)


def granted(answer: httpx.Response) -> str | None:
    assert len(answer.headers.get_list("access-control-allow-origin")) <= 1
    assert "access-control-allow-credentials" not in answer.headers
    assert "origin" in answer.headers["vary"].lower()
    return answer.headers.get("access-control-allow-origin")


@pytest.mark.parametrize("which", CALLS)
async def test_a_named_page_is_answered_and_named(bench: Bench, which: str) -> None:
    shop = await open_shop(bench, allowed_domains=["shop.example"])
    answer = await call(shop, which, Origin=PAGE)
    assert answer.status_code in {200, 201}, answer.text
    assert granted(answer) == PAGE
    own = await call(shop, which, Origin=bench.site.url)
    without = await call(shop, which)
    assert {own.status_code, without.status_code} <= {200, 201}
    assert (granted(own), granted(without)) == (None, None)


@pytest.mark.parametrize("which", CALLS)
async def test_other_pages_are_refused_and_not_named(bench: Bench, which: str) -> None:
    shop = await open_shop(bench, allowed_domains=["shop.example"])
    for origin in STRANGERS:
        answer = await call(shop, which, Origin=origin)
        assert (answer.status_code, granted(answer)) == (403, None), origin
    assert await shop.asked() == 0


async def test_a_refusal_behind_the_door_can_be_read_by_the_page(bench: Bench) -> None:
    shop = await open_shop(bench, allowed_domains=["shop.example"], rate_limit_per_minute=1)
    async with shop.client(Origin=PAGE) as client:
        wrong = await client.get("/conversation/sse", params=shop.query(text=""))
        assert (wrong.status_code, granted(wrong)) == (400, PAGE)
        seen = [await client.post("/v1/chat", json={}, headers=shop.key) for _ in range(2)]
        unknown = await client.post("/v1/chat", json={}, headers={"x-api-key": "lumen_int_x"})
    assert [(each.status_code, granted(each)) for each in seen] == [(400, PAGE), (429, PAGE)]
    assert "retry-after" in seen[1].headers["access-control-expose-headers"].lower()
    assert (unknown.status_code, granted(unknown)) == (401, None)


async def test_without_domains_every_page_may_ask(shop: Shop) -> None:
    for origin in ("https://anywhere.example", "null"):
        answer = await call(shop, "sse", Origin=origin)
        assert (answer.status_code, granted(answer)) == (200, origin)


async def test_a_preflight_is_granted_to_what_some_integration_names(bench: Bench) -> None:
    await open_shop(bench)
    others = await open_shop(bench)
    await _name_all(bench, ["shop.example"])
    asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-api-key"}
    async with others.client(**asks) as client:
        for path in ("/v1/chat/stream", "/chat", "/api/v1/customer/conversations/x/messages"):
            allowed = await client.options(path, headers={"Origin": PAGE})
            assert (allowed.status_code, granted(allowed)) == (204, PAGE)
            sent = allowed.headers["access-control-allow-headers"].lower()
            assert {"x-api-key", "x-widget-api-key", "authorization", "last-event-id"} <= {
                each.strip() for each in sent.split(",")
            }
            assert "x-lumen-client" not in sent
            for origin in STRANGERS:
                refused = await client.options(path, headers={"Origin": origin})
                assert (refused.status_code, granted(refused)) == (403, None)
                assert "access-control-allow-headers" not in refused.headers
    await others.switch_off()
    await _name_all(bench, ["elsewhere.example"])
    async with others.client(**asks) as client:
        gone = await client.options("/chat", headers={"Origin": PAGE})
    assert (gone.status_code, granted(gone)) == (403, None)


@pytest.mark.parametrize("path", [COMPLETIONS, MODELS, "/v1/models/house"])
async def test_a_preflight_of_openais_clients_is_granted_without_a_token(
    bench: Bench, path: str
) -> None:
    shop = await open_shop(bench)
    await _name_all(bench, ["shop.example"])
    asks = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type,x-stainless-lang",
    }
    async with shop.client(**asks) as client:
        allowed = await client.options(path, headers={"Origin": PAGE})
        assert (allowed.status_code, granted(allowed)) == (204, PAGE)
        # Browsers leave the credential out of the star: it has to be named.
        assert allowed.headers["access-control-allow-headers"] == "*, Authorization"
        assert "access-control-allow-credentials" not in allowed.headers
        for origin in STRANGERS:
            refused = await client.options(path, headers={"Origin": origin})
            assert (refused.status_code, granted(refused)) == (403, None), origin
            assert refused.json()["error"].keys() == {"message", "type", "param", "code"}


async def test_openais_paths_say_to_the_page_what_is_wrong_with_its_token(bench: Bench) -> None:
    shop = await open_shop(bench, allowed_domains=["shop.example"], rate_limit_per_minute=1)
    widget = await open_shop(bench, allowed_domains=["shop.example"], kind="widget")
    async with shop.client(Origin=PAGE) as client:
        bearers = [{}, {"Authorization": "Bearer lumen_int_x"}, widget.bearer, shop.bearer]
        seen = [
            await client.post(COMPLETIONS, json=ASKED, headers=headers)
            for headers in (*bearers, shop.bearer)
        ]
    assert [(each.status_code, granted(each)) for each in seen] == [
        (401, None), (401, None), (403, PAGE), (200, PAGE), (429, PAGE),
    ]  # fmt: skip


async def test_a_persons_token_is_none_of_an_integrations_page(bench: Bench) -> None:
    await open_shop(bench, allowed_domains=["shop.example"])
    answer = await bench.ada.get(MODELS, headers={"Origin": PAGE})
    assert (answer.status_code, granted(answer)) == (200, None)


async def test_a_page_that_the_server_lets_in_is_named_once(bench: Bench, tmp_path: Path) -> None:
    shop = await open_shop(bench, allowed_domains=["shop.example"])
    site = open_site(bench.site.services.database, bench.site.models, tmp_path, cors_origins=[PAGE])
    asks = {"Access-Control-Request-Method": "POST"}
    async with site as other, httpx.AsyncClient(base_url=other.url, headers={"Origin": PAGE}) as it:
        preflight = await it.options(COMPLETIONS, headers=asks)
        assert (preflight.status_code, granted(preflight)) == (204, PAGE)
        assert "x-setup-token" in preflight.headers["access-control-allow-headers"].lower()
        for headers in (shop.bearer, {"Authorization": bench.ada.headers["authorization"]}):
            answer = await it.get(MODELS, headers=headers)
            assert (answer.status_code, granted(answer)) == (200, PAGE)


async def test_a_preflight_with_a_token_asks_for_its_integration_alone(bench: Bench) -> None:
    await open_shop(bench, allowed_domains=["elsewhere.example"])
    shop = await open_shop(bench, allowed_domains=["shop.example"])
    asks: dict[str, Any] = {
        "params": shop.query(), "headers": {"Access-Control-Request-Method": "GET"},
    }  # fmt: skip
    async with shop.client(Origin="https://elsewhere.example") as client:
        assert (await client.options("/conversation/sse", **asks)).status_code == 403
    async with shop.client(Origin=PAGE) as client:
        assert (await client.options("/conversation/sse", **asks)).status_code == 204


async def test_cookies_mean_nothing_here(bench: Bench) -> None:
    shop = await open_shop(bench, allowed_domains=["shop.example"])
    answer = await call(shop, "sse", Origin=PAGE, Cookie="lumen_refresh=x; a=b")
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers


async def _name_all(bench: Bench, domains: list[str]) -> None:
    async with bench.site.services.database.transaction() as session:
        await session.exec(update(Integration).values(allowed_domains=domains))
