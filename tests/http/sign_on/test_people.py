"""Who comes in by single sign-on, with a real provider; the superadmin is Ada."""

import pytest
from sqlmodel import col, select, update

from app.accounts.tables import User
from app.db.engine import Database
from tests.fixtures.oidc_provider import Provider
from tests.fixtures.site import Site
from tests.http.sign_on.browser import PROBLEM, Browser
from tests.http.sign_on.conftest import Opening
from tests.http.signing import entries, person


async def people(database: Database) -> list[User]:
    async with database.session() as session:
        return list(await session.exec(select(User).order_by(col(User.id))))


async def test_somebody_new_comes_in_as_an_ordinary_member(
    site: Site, browser: Browser, issuer: Provider, database: Database
) -> None:
    issuer.knows("s-bob", email="Bob@Example.com", email_verified=True, name="Bob Byrne")
    assert await browser.sign_on("s-bob", "/app/projects/1?tab=chat") == "/app/projects/1?tab=chat"
    me = await browser.me()
    assert me is not None
    assert (me["email"], me["name"]) == ("bob@example.com", "Bob Byrne")
    assert (me["platformRole"], me["orgPosition"]) == ("none", "member")
    async with site.client(await browser.token()) as client:
        (session,) = (await client.get("/auth/sessions")).json()["sessions"]
        assert session["way"] == "oidc"
    (entry,) = await entries(database, "user.created")
    assert (entry.target_name, entry.actor_name) == ("bob@example.com", "bob@example.com")


async def test_the_subject_counts_and_not_the_address(
    browser: Browser, issuer: Provider, database: Database
) -> None:
    issuer.knows("s-eve", email="eve@example.com", email_verified=True, name="Eve")
    await browser.sign_on("s-eve")
    issuer.knows("s-eve", email="ada@example.com", email_verified=True, name="Ada now")
    assert await browser.sign_on("s-eve") == "/app"
    me = await browser.me()
    assert me is not None
    assert me["email"] == "eve@example.com"
    assert len(await people(database)) == 2


async def test_a_verified_address_finds_its_account_the_superadmins_too(
    browser: Browser, issuer: Provider, database: Database
) -> None:
    issuer.knows("s-ada", email="ADA@example.com", email_verified=True, name="Somebody")
    assert await browser.sign_on("s-ada") == "/app"
    me = await browser.me()
    assert me is not None
    assert (me["email"], me["platformRole"], me["name"]) == ("ada@example.com", "superadmin", "Ada")
    (entry,) = await entries(database, "user.linked")
    assert entry.after == {"issuer": issuer.url, "subject": "s-ada"}


@pytest.mark.parametrize("verified", [{"email_verified": False}, {}, {"email_verified": "false"}])
async def test_an_unverified_address_opens_nobodys_account(
    browser: Browser, issuer: Provider, database: Database, verified: dict[str, object]
) -> None:
    issuer.knows("s-thief", email="ada@example.com", **verified)
    assert await browser.sign_on("s-thief") == f"{PROBLEM}email_unverified"
    assert await browser.me() is None
    assert [user.subject for user in await people(database)] == [None]


async def test_an_account_that_is_somebodys_is_not_given_to_another(
    browser: Browser, issuer: Provider
) -> None:
    issuer.knows("s-first", email="max@example.com", email_verified=True)
    issuer.knows("s-second", email="max@example.com", email_verified=True)
    assert await browser.sign_on("s-first") == "/app"
    browser.client.cookies.clear()
    assert await browser.sign_on("s-second") == f"{PROBLEM}email_taken"
    assert await browser.me() is None


async def test_an_issuer_that_says_nothing_of_verification_makes_new_people_only(
    browser: Browser, issuer: Provider
) -> None:
    issuer.knows("s-quiet", email="quiet@example.com")
    assert await browser.sign_on("s-quiet") == "/app"


async def test_without_a_usable_address_nobody_comes_in(
    site: Site, browser: Browser, issuer: Provider
) -> None:
    await person(site, "Kim")
    kelvin = "kim@example.com".replace("k", "\N{KELVIN SIGN}")
    for email in (None, "no address", 7, kelvin, "kim@example.com\x00"):
        issuer.knows("s-none", email=email, email_verified=True)
        assert await browser.sign_on("s-none") == f"{PROBLEM}email_missing"


async def test_who_is_deactivated_stays_outside(
    browser: Browser, issuer: Provider, database: Database
) -> None:
    issuer.knows("s-gone", email="gone@example.com", email_verified=True)
    await browser.sign_on("s-gone")
    async with database.transaction() as session:
        gone = col(User.email) == "gone@example.com"
        await session.exec(update(User).where(gone).values(is_active=False))
    assert await browser.sign_on("s-gone") == f"{PROBLEM}account_inactive"
    assert await browser.me() is None


async def test_an_inactive_account_is_not_even_linked(
    site: Site, browser: Browser, issuer: Provider, database: Database
) -> None:
    await person(site, "Kim", is_active=False)
    issuer.knows("s-kim", email="kim@example.com", email_verified=True)
    assert await browser.sign_on("s-kim") == f"{PROBLEM}account_inactive"
    assert not [user for user in await people(database) if user.subject]


async def test_where_nobody_new_comes_in_those_who_were_made_before_do(
    opening: Opening, issuer: Provider
) -> None:
    issuer.knows("s-new", email="new@example.com", email_verified=True)
    issuer.knows("s-pat", email="pat@example.com", email_verified=True)
    async with opening(oidc_create_people=False) as site, await site.set_up():
        await person(site, "Pat", password_hash=None)
        browser = Browser(site)
        assert await browser.sign_on("s-new") == f"{PROBLEM}no_account"
        assert await browser.sign_on("s-pat") == "/app"
        await browser.close()


async def test_before_the_server_is_set_up_nobody_comes_in(
    opening: Opening, issuer: Provider, database: Database
) -> None:
    issuer.knows("s-early", email="early@example.com", email_verified=True)
    async with opening() as site:
        browser = Browser(site)
        assert await browser.sign_on("s-early") == f"{PROBLEM}no_account"
        await browser.close()
    assert await people(database) == []
