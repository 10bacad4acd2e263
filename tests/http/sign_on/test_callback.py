"""The way back from the issuer: in the browser that went, once, and to a page of ours."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from app.accounts.oidc_attempts import Attempt
from app.accounts.tokens import PERSONAL_PREFIX
from app.api.sign_on import own_page
from ingest.corpus.tables import now
from tests.fixtures.oidc_provider import Provider
from tests.fixtures.site import PASSWORD, Site
from tests.http.sign_on.browser import PROBLEM, Browser
from tests.http.sign_on.conftest import Opening
from tests.http.signing import BROWSER, person

EXPIRED = f"{PROBLEM}sign_on_expired"


@pytest.fixture(autouse=True)
def someone(issuer: Provider) -> None:
    issuer.knows("someone", email="someone@example.com", email_verified=True)


async def test_an_answer_is_taken_only_in_the_browser_that_asked(
    site: Site, browser: Browser
) -> None:
    other, third = Browser(site), Browser(site)
    await other.start()
    answer = await browser.at_the_issuer(await browser.start(), "someone")
    assert await other.come_back(answer) == EXPIRED
    assert await third.come_back(answer) == EXPIRED
    assert await browser.come_back({**answer, "state": answer["state"][:-1]}) == EXPIRED
    assert await other.me() is None
    await other.close()
    await third.close()


async def test_a_code_is_good_once_even_where_the_cookie_is_put_back(browser: Browser) -> None:
    answer = await browser.at_the_issuer(await browser.start(), "someone")
    kept = browser.client.cookies["lumen_sign_on"]
    assert await browser.come_back(answer) == "/app"
    assert "lumen_sign_on" not in browser.client.cookies
    assert await browser.come_back(answer) == EXPIRED
    browser.client.cookies.set("lumen_sign_on", kept, path="/auth/oidc")
    assert await browser.come_back(answer) == f"{PROBLEM}sign_on_refused"


async def test_a_cookie_that_is_old_or_not_ours_is_worth_nothing(
    site: Site, browser: Browser
) -> None:
    secret = site.settings.secret()
    attempt = Attempt.begin("/app")
    body = jwt.decode(attempt.sealed(secret), secret, algorithms=["HS256"])
    old = jwt.encode({**body, "exp": now() - timedelta(seconds=1)}, secret, algorithm="HS256")
    other = jwt.encode({**body, "typ": "access"}, secret, algorithm="HS256")
    for cookie in (old, other, attempt.sealed("o" * 32), "x", PERSONAL_PREFIX):
        browser.client.cookies.set("lumen_sign_on", cookie, path="/auth/oidc")
        assert await browser.come_back({"state": attempt.state, "code": "c"}) == EXPIRED
        browser.client.cookies.clear()


async def test_an_attempt_is_no_access_token(site: Site) -> None:
    sealed = Attempt.begin("/app").sealed(site.settings.secret())
    async with site.client(sealed) as client:
        assert (await client.get("/auth/me")).status_code == 401


async def test_who_says_no_at_the_issuer_is_told_so(browser: Browser) -> None:
    where = await browser.start()
    state = parse_qs(urlsplit(where).query)["state"][0]
    answer = await browser.at_the_issuer(where, None)
    assert answer["error"] == "access_denied"
    # This provider leaves the state out, which the standard demands.
    assert await browser.come_back({**answer, "state": state}) == f"{PROBLEM}sign_on_refused"


async def test_a_wrong_secret_is_a_refusal_without_the_issuers_words(opening: Opening) -> None:
    async with opening(oidc_client_secret="wrong") as site, await site.set_up():
        browser = Browser(site)
        assert await browser.sign_on() == f"{PROBLEM}sign_on_refused"
        await browser.close()


async def test_an_answer_in_the_name_of_another_issuer_is_refused(browser: Browser) -> None:
    answer = await browser.at_the_issuer(await browser.start(), "someone")
    wrong = {**answer, "iss": "https://evil.example"}
    assert await browser.come_back(wrong) == f"{PROBLEM}sign_on_invalid"


async def test_the_cookies_are_for_no_script_and_no_other_site(browser: Browser) -> None:
    answer = await browser.client.get("/auth/oidc/start")
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/auth/oidc"))
    assert answer.headers["cache-control"] == "no-store"
    await browser.sign_on()
    assert browser.client.cookies["lumen_refresh"]
    assert "code_challenge_method=S256" in answer.headers["location"]


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/app",
        "//evil.example/app",
        "/\\evil.example",
        "/app\\..\\evil",
        "/application",
        "/app/../auth/logout",
        "/app/%2e%2e/auth",
        "/app/x\r\nSet-Cookie: a=b",
        "/auth/me",
        "javascript:alert(1)",
        "app",
        "",
    ],
)
def test_only_our_own_screens_are_come_back_to(page: str) -> None:
    assert own_page(page) == "/app"


@pytest.mark.parametrize(
    "page", ["/app", "/app/", "/app/projects/1", "/app/search?q=a%20b&project=1/2"]
)
def test_our_own_screens_are(page: str) -> None:
    assert own_page(page) == page


async def test_without_an_issuer_there_is_nothing_here(
    opening: Opening,
) -> None:
    async with opening(oidc_issuer=None) as site, site.client() as client:
        assert (await client.get("/auth/oidc/start")).status_code == 404
        assert (await client.get("/auth/oidc/callback")).status_code == 404
        ways = (await client.get("/auth/ways")).json()
    assert ways == {"password": True, "oidc": None}


async def test_the_screen_is_told_which_ways_there_are(opening: Opening) -> None:
    async with (
        opening(oidc_name="Example login", local_sign_in=False) as site,
        site.client() as client,
    ):
        ways = (await client.get("/auth/ways")).json()
    button = {"name": "Example login", "startUrl": "/auth/oidc/start"}
    assert ways == {"password": False, "oidc": button}


async def test_with_local_sign_in_off_no_password_and_no_link_works(opening: Opening) -> None:
    async with opening(local_sign_in=False) as site, await site.set_up() as ada:
        bob = await person(site, "Bob")
        login = {"email": "bob@example.com", "password": PASSWORD}
        change = {"currentPassword": PASSWORD, "newPassword": "seventeen quiet herons"}
        token = {"token": "lumen_link_x"}
        answers = [
            await ada.post("/auth/login", json=login),
            await ada.post("/users/me/password", json=change),
            await ada.post(f"/users/{bob.id}/link"),
            await ada.post("/auth/links/open", json=token),
            await ada.post("/auth/links/accept", json={**token, "password": "herons and owls"}),
        ]
        refusals = {(answer.status_code, answer.json()["error"]) for answer in answers}
        assert refusals == {(403, "local_sign_in_off")}
        made = await ada.post("/users", json={"name": "Cas", "email": "cas@example.com"})
        assert made.status_code == 201
        assert "invitation" not in made.json()
        browser = Browser(site)
        assert await browser.sign_on() == "/app"
        assert (await browser.client.post("/auth/refresh", json={}, headers=BROWSER)).is_success
        await browser.close()
