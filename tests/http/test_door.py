"""The door: names that are answered to, sites that may call, addresses that are text."""

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.fixtures.site import PASSWORD, OpenSite, Site

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADA = {"name": "Ada", "email": "ada@example.com", "password": PASSWORD}
LOGIN = {"email": "ada@example.com", "password": PASSWORD}
FRIEND = {"Origin": "https://app.example.com"}
STRANGER = {"Origin": "https://evil-app.example.com"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def named(standing: OpenSite) -> AsyncGenerator[Site]:
    """A site that has names, a friend, and Ada."""
    async with standing(
        public_url="https://lumen.example.com",
        allowed_hosts=["*.lumen.lan"],
        cors_origins=["https://app.example.com"],
    ) as site:
        body = {"superadmin": ADA, "setupToken": site.settings.setup_secret()}
        async with site.client() as client:
            assert (await client.post("/bootstrap/init", json=body)).status_code == 201
        yield site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bare(standing: OpenSite) -> AsyncGenerator[Site]:
    """A site that nobody has set up."""
    async with standing() as site:
        yield site


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:1", "lumen.example.com", "a.lumen.lan", "[::1]:8000"]
)
async def test_known_names_are_answered(named: Site, host: str) -> None:
    async with named.client() as client:
        answer = await client.get("/bootstrap/status", headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host",
    ["rebound.example.com", "lumen.lan", "evil-lumen.lan", "lumen.example.com.evil.io", "a@b", ""],
)
async def test_other_names_are_refused_everywhere(named: Site, host: str) -> None:
    async with named.client() as client:
        for path in ("/bootstrap/status", "/app", "/nothing", "/schema/openapi.json"):
            refused = await client.get(path, headers={"Host": host})
            assert (refused.status_code, refused.json()["error"]) == (400, "host_not_allowed")
            assert refused.json()["requestId"] == refused.headers["x-request-id"]


async def test_probes_ask_under_any_name(named: Site) -> None:
    async with named.client() as client:
        for path, status in (("/health/live", 200), ("/metrics", 404)):
            answer = await client.get(path, headers={"Host": "lumen-web.cluster.internal"})
            assert answer.status_code == status


@pytest.mark.parametrize("host", ["localhost.evil.io", "127.0.0.1.evil.io", "evil@localhost"])
async def test_a_look_alike_of_loopback_sets_nothing_up(bare: Site, host: str) -> None:
    async with bare.client() as client:
        refused = await client.post(
            "/bootstrap/init", json={"superadmin": ADA}, headers={"Host": host}
        )
        assert refused.status_code == 400
        assert (await client.get("/bootstrap/status")).json() == {"isInitialized": False}


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via"])
async def test_what_came_through_a_proxy_is_not_local(bare: Site, header: str) -> None:
    async with bare.client() as client:
        refused = await client.post(
            "/bootstrap/init", json={"superadmin": ADA}, headers={header: "localhost"}
        )
    assert (refused.status_code, refused.json()["error"]) == (403, "setup_token_required")


async def test_a_friend_may_ask_what_it_may_send(named: Site) -> None:
    asks = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x"}
    async with named.client() as client:
        for path in ("/auth/login", "/documents/projects/x", "/chat/messages/x/stream", "/nothing"):
            allowed = await client.options(path, headers=FRIEND | asks)
            assert allowed.status_code == 204
            assert allowed.headers["access-control-allow-origin"] == FRIEND["Origin"]
            assert "PUT" in allowed.headers["access-control-allow-methods"]
            sent = allowed.headers["access-control-allow-headers"].lower()
            assert "authorization" in sent
            assert "last-event-id" in sent
            assert "x-lumen-client" not in sent
            assert "access-control-allow-credentials" not in allowed.headers
            refused = await client.options(path, headers=STRANGER | asks)
            assert "access-control-allow-origin" not in refused.headers
            assert "access-control-allow-headers" not in refused.headers


@pytest.mark.parametrize("path", ["/bootstrap/status", "/auth/me", "/nothing", "/app"])
async def test_answers_name_the_friend_alone_and_vary(named: Site, path: str) -> None:
    async with named.client() as client:
        friendly = await client.get(path, headers=FRIEND)
        assert friendly.headers["access-control-allow-origin"] == FRIEND["Origin"]
        assert "x-request-id" in friendly.headers["access-control-expose-headers"].lower()
        for headers in (STRANGER, {"Origin": "null"}, {}):
            answer = await client.get(path, headers=headers)
            assert "access-control-allow-origin" not in answer.headers
            assert "origin" in answer.headers["vary"].lower()
        both = await client.get(path, headers=[*FRIEND.items(), *STRANGER.items()])
        assert both.headers.get("access-control-allow-origin") != STRANGER["Origin"]


async def test_a_friends_page_signs_in_and_never_gets_a_cookie(named: Site) -> None:
    async with named.client() as client:
        browser = FRIEND | {"X-Lumen-Client": "browser"}
        answer = await client.post("/auth/login", json=LOGIN, headers=browser)
        assert answer.status_code == 200
        assert "refreshToken" in answer.json()
        assert "set-cookie" not in answer.headers
        refused = await client.post("/auth/login", json=LOGIN, headers=STRANGER)
        assert (refused.status_code, refused.json()["error"]) == (403, "forbidden")


async def test_a_cookie_is_of_no_use_to_a_friends_page(named: Site) -> None:
    browser = {"X-Lumen-Client": "browser"}
    async with named.client() as client:
        await client.post("/auth/login", json=LOGIN, headers=browser)
        assert client.cookies
        across = await client.post("/auth/refresh", json={}, headers=browser | FRIEND)
        assert across.status_code == 401
        own = await client.post("/auth/refresh", json={}, headers=browser)
        assert own.status_code == 200


async def test_without_friends_nobody_is_named(bare: Site) -> None:
    async with bare.client() as client:
        answer = await client.get("/bootstrap/status", headers=FRIEND)
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/projects/%00", "/chat/search?q=a%00b", "/x/%ff", "/x?q=%ff"])
async def test_an_address_that_is_no_text_is_refused(named: Site, path: str) -> None:
    async with named.client() as client:
        token = (await client.post("/auth/login", json=LOGIN)).json()["accessToken"]
        refused = await client.get(path, headers={"Authorization": f"Bearer {token}"})
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
