"""What is wrong with a request, dialect by dialect: the status and the body of its section."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlmodel import col, update

from app.access.tables import ShareLink
from app.asgi import MAX_BODY_BYTES
from ingest.corpus.tables import now
from tests.http.chat.bench import QUESTION, Bench
from tests.http.chat.sharing import FOLLOW_UP, UNKNOWN, Shared, a_guest, run, share
from tests.http.customers.shop import Shop, open_shop

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = "application/json"
BEGIN = "/api/v1/customer/conversations"
BEGUN: dict[UUID, str] = {}
NDJSON_SAYS = {
    400: "Invalid request payload", 401: "Unauthorized", 403: "Forbidden", 404: "Not found",
    429: "Too many requests",
}  # fmt: skip
NATIVE_SAYS = {
    400: "invalid_request",
    401: "unauthenticated",
    403: "forbidden",
    413: "file_too_large",
}
OPENAI_SAYS = {
    400: "invalid_request", 401: "invalid_api_key", 403: "forbidden", 413: "request_too_large",
}  # fmt: skip


@dataclass(frozen=True)
class Way:
    """A call that takes an integration's token.

    Attributes:
        section: Of the wire contract; its refusals are checked by it.
        path: `{}` stands for a conversation.
        token: The header that holds it, or the parameter where there is none.
        given: What a good request holds, in its body or else in its query.
        asked: Which of it is the question; None where nothing is asked.
        large: The status of a body that is too large.
        ok: The status of what is answered.
    """

    section: str
    path: str
    token: str
    given: Mapping[str, Any] = field(default_factory=dict)
    asked: str | None = None
    posts: bool = True
    large: int = 400
    ok: int = 200

    async def send(
        self,
        shop: Shop,
        token: str | None,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **changed: Any,
    ) -> httpx.Response:
        """The call with this token, and with these changes."""
        sent, given = dict(headers or {}), {**self.given, **changed}
        query: dict[str, Any] = {}
        if token is not None and self.token == "integrationToken":
            query = {self.token: token}
        elif token is not None:
            sent[self.token] = f"Bearer {token}".strip() if self.token == "Authorization" else token
        content: dict[str, Any] = {"params": {**query, **given}}
        if self.posts:
            content = {"json": given} if body is None else {"content": body}
            sent.setdefault("Content-Type", JSON)
        path = self.path
        if "{}" in path:
            path = path.format(await conversation_of(shop))
        async with shop.client(**sent) as client:
            return await client.request("POST" if self.posts else "GET", path, **content)

    def check(self, answer: httpx.Response, status: int) -> None:
        """That it is a refusal of this section's."""
        assert answer.status_code == status, (self.path, answer.status_code, answer.text)
        said = answer.json()
        if self.section == "7c":
            assert said == {"error": NDJSON_SAYS[status]}
        elif self.section == "7d":
            assert said.keys() == {"error"}
            assert isinstance(said["error"], str)
        elif self.section == "8":
            assert said.keys() == {"error"}
            assert said["error"].keys() == {"message", "type", "param", "code"}
            assert said["error"]["code"] == OPENAI_SAYS[status]
        else:
            assert {"error", "message", "requestId"} <= said.keys()
            assert said["error"] == NATIVE_SAYS[status]


async def conversation_of(shop: Shop) -> str:
    """One of the integration's, begun while its token was good."""
    if shop.row.id not in BEGUN:
        async with shop.client(**shop.bearer) as client:
            BEGUN[shop.row.id] = (await client.post(BEGIN)).json()["conversationId"]
    return BEGUN[shop.row.id]


LINE = {"sessionId": "s", "message": QUESTION}
SSE = Way(
    "7a", "/conversation/sse", "integrationToken", {"textContent": QUESTION}, "textContent",
    posts=False,
)  # fmt: skip
HISTORY = Way(
    "7a", "/conversation/history", "integrationToken", {"conversationId": "a"}, posts=False
)
LINES = Way("7c", "/v1/chat/stream", "x-api-key", LINE, "message")
ALIAS = Way("7c", "/chat", "x-widget-api-key", LINE, "message")
WHOLE = Way("7c", "/v1/chat", "x-api-key", LINE, "message")
OPENED = Way("7d", BEGIN, "Authorization", ok=201)
DELTA = Way("7d", f"{BEGIN}/{{}}/messages", "Authorization", {"message": QUESTION}, "message")
SAID = Way("7d", f"{BEGIN}/{{}}/messages", "Authorization", posts=False)
MODELS = Way("8", "/v1/models", "Authorization", posts=False)
COMPLETION = Way(
    "8", "/v1/chat/completions", "Authorization",
    {"model": "house", "messages": [{"role": "user", "content": QUESTION}]}, large=413,
)  # fmt: skip
WAYS = [SSE, HISTORY, LINES, ALIAS, WHOLE, OPENED, DELTA, SAID, MODELS, COMPLETION]


def of(ways: list[Way]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("way", ways, ids=lambda way: way.path)


EVERY = of(WAYS)
ASKING = of([way for way in WAYS if way.asked])
POSTING = of([way for way in WAYS if way.posts and way.given])


@EVERY
@pytest.mark.parametrize("token", [None, "", "x", "lumen_int_x", f"lumen_int_{'A' * 43}"])
async def test_a_token_of_nobody(shop: Shop, way: Way, token: str | None) -> None:
    way.check(await way.send(shop, token), 401)
    assert await shop.asked() == 0


@EVERY
@pytest.mark.parametrize("end", [Shop.rotate, Shop.switch_off, Shop.delete])
async def test_a_token_that_has_ended(
    shop: Shop, way: Way, end: Callable[[Shop], Awaitable[None]]
) -> None:
    assert (await way.send(shop, shop.token)).status_code == way.ok
    await end(shop)
    way.check(await way.send(shop, shop.token), 401)


@of([SSE, HISTORY, LINES, ALIAS, WHOLE])
async def test_a_persons_token_is_none_of_these(shop: Shop, bench: Bench, way: Way) -> None:
    personal = (await bench.ada.post("/tokens", json={"name": "t"})).json()["secret"]
    way.check(await way.send(shop, personal), 401)


@of([OPENED, DELTA, SAID])
async def test_a_persons_token_is_known_and_refused(shop: Shop, bench: Bench, way: Way) -> None:
    personal = (await bench.ada.post("/tokens", json={"name": "t"})).json()["secret"]
    way.check(await way.send(shop, personal), 403)


DOMAINS = ["example.com", "*.shop.example", "localhost:3000", "xn--bcher-kva.example"]
STRANGERS = [
    "null", "https://example.com.evil.com", "https://evilexample.com", "https://example.com.",
    "https://www.example.com", "https://shop.example", "https://evilshop.example",
    "http://localhost:3001", "http://localhost", "https://xn--exmple-cua.com",
    "https://xn--bcher-kva.example.evil.com", "https://example.com@evil.com", "example.com",
    "https://evil.com/example.com", "https://example.com https://evil.com",
]  # fmt: skip
FRIENDS = [
    "https://example.com", "https://EXAMPLE.com", "https://example.com:8443",
    "https://a.shop.example", "http://localhost:3000", "https://xn--bcher-kva.example",
]  # fmt: skip


@EVERY
async def test_pages_of_other_sites(bench: Bench, way: Way) -> None:
    shop = await open_shop(bench, allowed_domains=DOMAINS)
    for origin in STRANGERS:
        refused = await way.send(shop, shop.token, headers={"Origin": origin})
        way.check(refused, 403)
        assert "access-control-allow-origin" not in refused.headers, origin
    if way.asked:
        # Whatever else is wrong, a stranger learns nothing about it.
        wrong = {way.asked: ""}
        way.check(await way.send(shop, shop.token, headers={"Origin": "null"}, **wrong), 403)
    assert await shop.asked() == 0


@EVERY
async def test_pages_that_are_named_however_they_are_written(bench: Bench, way: Way) -> None:
    shop = await open_shop(bench, allowed_domains=DOMAINS)
    for origin in FRIENDS:
        answer = await way.send(shop, shop.token, headers={"Origin": origin})
        assert answer.status_code == way.ok, (origin, answer.text)
        assert answer.headers["access-control-allow-origin"] == origin


@ASKING
@pytest.mark.parametrize("text", ["", " \n\t", "\x00", "x" * 4_001])
async def test_messages_that_are_none_or_too_long(shop: Shop, way: Way, text: str) -> None:
    assert way.asked is not None
    way.check(await way.send(shop, shop.token, **{way.asked: text}), 400)
    longest = await way.send(shop, shop.token, **{way.asked: "x" * 4_000})
    assert longest.status_code == way.ok
    assert await shop.asked() == 1


@pytest.mark.parametrize("content", ["", " ", "x" * 8_001, None, 1, [{"type": "image_url"}]])
async def test_messages_of_openais_that_are_none_or_too_long(shop: Shop, content: Any) -> None:
    told = [{"role": "user", "content": content}]
    COMPLETION.check(await COMPLETION.send(shop, shop.token, messages=told), 400)
    assert await shop.asked() == 0


@of([ALIAS])
@pytest.mark.parametrize("session", ["", "x" * 129, "a b", "a/b", "ä", "a\n", None, 1, ["s"]])
async def test_sessions_out_of_the_pattern(shop: Shop, way: Way, session: Any) -> None:
    way.check(await way.send(shop, shop.token, sessionId=session), 400)
    for fits in ("x", "Az09._:-", "x" * 128):
        assert (await way.send(shop, shop.token, sessionId=fits)).status_code == 200


@of([SSE, HISTORY])
async def test_keys_that_are_too_long(shop: Shop, way: Way) -> None:
    way.check(await way.send(shop, shop.token, conversationId="x" * 129), 400)
    assert (await way.send(shop, shop.token, conversationId="x" * 128)).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"afterId": "garbage"}, {"afterId": "1"}, {"afterId": f"{UUID(int=1)}x"},
        {"limit": "0"}, {"limit": "201"}, {"limit": "-1"}, {"limit": "1.5"}, {"limit": "ten"},
    ],
)  # fmt: skip
async def test_cursors_and_pages_that_are_none(shop: Shop, query: dict[str, str]) -> None:
    HISTORY.check(await HISTORY.send(shop, shop.token, **query), 400)


async def test_conversations_of_another_integration(shop: Shop, bench: Bench) -> None:
    other = await open_shop(bench)
    async with other.client(**other.bearer) as client:
        theirs = (await client.post(BEGIN)).json()["conversationId"]
    await other.sse(key="a")
    await other.lines("s")
    async with shop.client(**shop.bearer) as client:
        for identity in (theirs, str(UUID(int=1)), "garbage"):
            path = f"{BEGIN}/{identity}/messages"
            DELTA.check(await client.post(path, json={"message": QUESTION}), 404)
            SAID.check(await client.get(path), 404)
    # Keys are each integration's own: the same one is another conversation, and an empty one.
    for key in ("a", "s"):
        assert (await shop.history(key))["messages"] == []


@POSTING
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b"[" * 50_000])
async def test_bodies_that_are_none(shop: Shop, way: Way, body: bytes) -> None:
    way.check(await way.send(shop, shop.token, body=body), 400)
    assert await shop.asked() == 0


@of([LINES, ALIAS, WHOLE, DELTA])
@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "a", JSON + "x"]
)
async def test_bodies_of_another_type(shop: Shop, way: Way, kind: str) -> None:
    way.check(await way.send(shop, shop.token, headers={"Content-Type": kind}), 400)
    assert await shop.asked() == 0


@POSTING
async def test_bodies_over_the_limit(shop: Shop, way: Way) -> None:
    way.check(await way.send(shop, shop.token, body=b" " * (MAX_BODY_BYTES + 1)), way.large)
    assert await shop.asked() == 0


@POSTING
async def test_the_token_comes_ahead_of_the_payload(shop: Shop, way: Way) -> None:
    for token in (None, "lumen_int_x"):
        way.check(await way.send(shop, token, body=b"{}"), 401)


@of([LINES, ALIAS, WHOLE])
async def test_limits_come_ahead_of_the_token_and_of_pages(bench: Bench, way: Way) -> None:
    shop = await open_shop(bench, rate_limit_per_minute=1, allowed_domains=DOMAINS)
    stranger = {"Origin": "https://evilexample.com"}
    way.check(await way.send(shop, shop.token, body=b"{", headers=stranger), 403)
    spent = await way.send(shop, shop.token, body=b"{", headers=stranger)
    way.check(spent, 429)
    assert int(spent.headers["retry-after"]) > 0


async def unknown(bench: Bench) -> Shared:
    del bench
    return Shared("", UNKNOWN, "", "")


async def revoked(bench: Bench) -> Shared:
    link = await share(bench, bench.ada, maxFollowUps=3)
    assert (await bench.ada.delete(f"/shares/{link.share}")).status_code < 300
    return link


async def expired(bench: Bench) -> Shared:
    link = await share(bench, bench.ada, maxFollowUps=3)
    this = col(ShareLink.id) == UUID(link.share)
    await run(bench, update(ShareLink).where(this).values(expires_at=now() - timedelta(seconds=1)))
    return link


@pytest.mark.parametrize(
    ("make", "status", "code"),
    [(unknown, 404, "not_found"), (revoked, 410, "gone"), (expired, 410, "gone")],
)
async def test_links_that_open_nothing(
    bench: Bench, make: Callable[[Bench], Awaitable[Shared]], status: int, code: str
) -> None:
    link = await make(bench)
    async with a_guest(bench) as guest:
        refused = [
            await guest.get(link.path),
            await guest.post(f"{link.path}/messages", json=FOLLOW_UP),
            await guest.get(f"{link.path}/messages/{UUID(int=1)}/stream"),
        ]
    for answer in refused:
        assert (answer.status_code, answer.json()["error"]) == (status, code)
        assert {"message", "requestId"} <= answer.json().keys()


async def test_links_whose_questions_are_used_up(bench: Bench) -> None:
    link = await share(bench, bench.ada, maxFollowUps=1)
    async with a_guest(bench) as guest:
        path = f"{link.path}/messages"
        assert (await guest.post(path, json=FOLLOW_UP)).status_code == 200
        spent = await guest.post(path, json=FOLLOW_UP)
        assert (spent.status_code, spent.json()["error"]) == (403, "follow_ups_spent")
        assert (await guest.get(link.path)).status_code == 200
