"""What an issuer could send, and nobody is let in by it."""

import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import AsyncGenerator, Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from sqlmodel import delete

from app.accounts.tables import SignInFailure
from app.bootstrap.parts import Models
from app.db.engine import Database
from tests.fixtures.issuer import CLIENT, ELLIPTIC, OTHER, RSA, SECRET, Issuer, loopback_issuer
from tests.fixtures.site import Site, open_site
from tests.http.sign_on.browser import PROBLEM, Browser
from tests.http.signing import entries

INVALID = f"{PROBLEM}sign_on_invalid"
UNREACHABLE = f"{PROBLEM}issuer_unreachable"


@pytest.fixture
async def issuer() -> AsyncGenerator[Issuer]:
    async with loopback_issuer() as running:
        yield running


@pytest.fixture
async def site(
    database: Database, models: Models, tmp_path: Path, issuer: Issuer
) -> AsyncGenerator[Site]:
    settings = {
        "oidc_issuer": issuer.url,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "public_url": "https://lumen.test",
    }
    async with open_site(database, models, tmp_path, **settings) as site:
        await (await site.set_up()).aclose()
        yield site


def unsigned(claims: dict[str, Any], algorithm: str = "none") -> str:
    parts = [{"alg": algorithm, "kid": "first"}, claims]
    return ".".join([*(_encoded(json.dumps(part).encode()) for part in parts), ""])


def by_shared_secret(claims: dict[str, Any], secret: bytes) -> str:
    signed = unsigned(claims, "HS256").removesuffix(".")
    return f"{signed}.{_encoded(hmac.digest(secret, signed.encode(), sha256))}"


def _encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).decode().rstrip("=")


async def test_the_token_of_a_good_issuer_lets_in(browser: Browser) -> None:
    assert await browser.sign_on(page="/app/projects") == "/app/projects"
    assert await browser.me() is not None


async def test_no_token_lets_in_whose_claims_are_not_for_this_attempt(
    browser: Browser, issuer: Issuer, database: Database
) -> None:
    at = int(time.time())
    bad: dict[str, dict[str, object]] = {
        "nonce of another attempt": {"nonce": "another"},
        "no nonce": {"nonce": None},
        "nonces": {"nonce": ["x"]},
        "for another client": {"aud": "another"},
        "for several, asked by another": {"aud": [CLIENT, "another"], "azp": "another"},
        "for several, asked by nobody": {"aud": [CLIENT, "another"]},
        "asked by another": {"azp": "another"},
        "for nobody": {"aud": None},
        "of another issuer": {"iss": "https://evil.example"},
        "of nobody": {"iss": None},
        "of several": {"iss": [issuer.url]},
        "run out": {"exp": at - 120, "iat": at - 900},
        "for ever": {"exp": None},
        "not yet": {"nbf": at + 600},
        "about nobody": {"sub": None},
        "about a number": {"sub": 7},
        "about nothing": {"sub": ""},
        "about too much": {"sub": "s" * 256},
        "about what can't be kept": {"sub": "a\0b"},
    }
    seen: dict[str, str] = {}
    for name, claims in bad.items():
        issuer.claims = claims
        seen[name] = await browser.sign_on()
    assert seen == dict.fromkeys(bad, INVALID)
    assert await browser.me() is None
    assert len(await entries(database, "session.refused")) == len(bad)


async def test_no_token_lets_in_that_the_issuer_did_not_sign(
    browser: Browser, issuer: Issuer
) -> None:
    bad: dict[str, Callable[[dict[str, Any]], str]] = {
        "none": unsigned,
        "None": lambda claims: unsigned(claims, "None"),
        "RS256 without a signature": lambda claims: unsigned(claims, "RS256"),
        "the public key as a secret": lambda claims: by_shared_secret(
            claims, RSA.as_pem(private=False)
        ),
        "the client's secret": lambda claims: by_shared_secret(claims, SECRET.encode()),
        "another's key under the same name": lambda claims: jwt.encode(
            {"alg": "RS256", "kid": "first"}, claims, OTHER
        ),
        "a key of its own in the header": lambda claims: jwt.encode(
            {"alg": "RS256", "kid": "own", "jwk": OTHER.as_dict(private=False)}, claims, OTHER
        ),
        "changed behind the signature": lambda claims: _changed(issuer.signed(claims)),
        "words": lambda _: "no.token.atall",
        "too long": lambda claims: issuer.signed({**claims, "x": "x" * 65536}),
        "nothing": lambda _: "",
    }
    seen: dict[str, str] = {}
    for name, token in bad.items():
        issuer.token = token
        seen[name] = await browser.sign_on()
    assert seen == dict.fromkeys(bad, INVALID)
    assert await browser.me() is None


def _changed(token: str) -> str:
    header, body, signature = token.split(".")
    half = len(body) // 2
    other = "A" if body[half] != "A" else "B"
    return ".".join([header, body[:half] + other + body[half + 1 :], signature])


async def test_claims_at_the_edge_are_taken(browser: Browser, issuer: Issuer) -> None:
    at = int(time.time())
    for claims in (
        {"aud": [CLIENT]},
        {"aud": [CLIENT, "another"], "azp": CLIENT},
        {"exp": at - 20},  # Clocks differ by some seconds.
    ):
        issuer.claims = claims
        assert await browser.sign_on() == "/app"


async def test_a_new_key_is_looked_up_once_and_other_kinds_do_no_harm(
    browser: Browser, issuer: Issuer
) -> None:
    assert await browser.sign_on() == "/app"
    issuer.key, issuer.algorithm = ELLIPTIC, "ES256"
    assert await browser.sign_on() == INVALID  # Not published: read anew, and still not there.
    issuer.published = [RSA, ELLIPTIC]
    assert await browser.sign_on() == "/app"
    assert issuer.asked.count("/jwks") == 3
    assert issuer.asked.count("/.well-known/openid-configuration") == 1


async def test_userinfo_fills_in_what_the_token_does_not_say_and_must_be_of_the_same_person(
    browser: Browser, issuer: Issuer
) -> None:
    issuer.claims = {"email": None, "email_verified": None, "groups": None}
    issuer.userinfo = {"sub": "other", "email": "ada@example.com", "email_verified": True}
    assert await browser.sign_on() == INVALID
    issuer.userinfo["sub"] = "someone"
    assert await browser.sign_on() == "/app"
    me = await browser.me()
    assert me is not None
    assert me["email"] == "ada@example.com"


async def test_one_source_does_not_vouch_for_the_address_of_the_other(
    browser: Browser, issuer: Issuer
) -> None:
    issuer.claims = {"email": "ada@example.com", "email_verified": None}
    issuer.userinfo = {"sub": "someone", "email_verified": True}
    assert await browser.sign_on() == f"{PROBLEM}email_unverified"


@pytest.mark.parametrize(
    ("path", "status", "headers"),
    [
        ("/.well-known/openid-configuration", 500, {}),
        ("/.well-known/openid-configuration", 200, {}),
        ("/.well-known/openid-configuration", 302, {"location": "/elsewhere"}),
        ("/token", 503, {}),
        ("/token", 307, {"location": "/elsewhere"}),
        ("/jwks", 500, {}),
        ("/jwks", 301, {"location": "/elsewhere"}),
        ("/userinfo", 500, {}),
    ],
)
async def test_an_issuer_that_fails_is_a_problem_and_no_redirect_is_followed(
    browser: Browser, issuer: Issuer, path: str, status: int, headers: dict[str, str]
) -> None:
    issuer.claims = {"email": None}
    issuer.answers = {path: (status, headers)}
    where = await browser.start()
    if where.startswith(issuer.url):
        where = await browser.come_back(await browser.at_the_issuer(where, "someone"))
    assert where in {UNREACHABLE, INVALID if path == "/token" else UNREACHABLE}
    assert "/elsewhere" not in issuer.asked
    issuer.answers, issuer.userinfo = {}, {"sub": "someone", "email": "z@example.com"}
    assert await browser.sign_on() == "/app"  # What failed is not kept.


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": None},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
    ],
)
async def test_an_issuer_that_describes_itself_oddly_is_not_believed(
    browser: Browser, issuer: Issuer, metadata: dict[str, object]
) -> None:
    issuer.metadata = metadata
    assert await browser.start() == UNREACHABLE


async def test_after_too_many_failures_the_issuer_is_not_asked_any_more(
    browser: Browser, issuer: Issuer, database: Database
) -> None:
    for _ in range(50):
        assert await browser.come_back({"state": "x"}) == f"{PROBLEM}sign_on_expired"
    assert await browser.sign_on() == f"{PROBLEM}rate_limited"
    assert "/token" not in issuer.asked
    async with database.transaction() as session:
        await session.exec(delete(SignInFailure))
    assert await browser.sign_on() == "/app"
