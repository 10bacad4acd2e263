"""People prove who they are; what was revoked, spent or throttled does not pass."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlmodel import col, update

from app.accounts import personal_tokens, store
from app.accounts.accounts import Accounts, NewPerson
from app.accounts.errors import (
    AlreadyInitialized,
    EmailExists,
    InvalidCredentials,
    NotBootstrapped,
    RateLimited,
    TokenExpired,
    Unauthenticated,
)
from app.accounts.sessions import Client, SignedIn
from app.accounts.tables import PersonalAccessToken, RefreshToken, User
from app.accounts.throttling import TRIES_PER_ACCOUNT
from app.accounts.tokens import AccessClaims, sign_access_token
from app.audit.record import SERVER
from app.db.engine import Database
from app.errors import NotFound
from ingest.corpus.tables import now
from tests.fixtures.passwords import QUICK

SECRET = "s" * 32
HERE = Client("127.0.0.1", "a test")
ADA = NewPerson("Ada", "Ada@example.com", "correct horse battery")
GRACE = NewPerson("Grace", "grace@example.com", "correct horse battery")


@pytest.fixture
def accounts(database: Database) -> Accounts:
    return Accounts(database.transaction, SECRET, QUICK)


@pytest.fixture
async def ada(accounts: Accounts) -> SignedIn:
    return await accounts.initialize(ADA, None, HERE)


async def test_setup_signs_the_superadmin_in(accounts: Accounts) -> None:
    assert not await accounts.is_initialized()
    signed_in = await accounts.initialize(ADA, GRACE, HERE)
    user = (await accounts.authenticate(signed_in.access_token)).user
    assert (user.email, user.platform_role) == ("ada@example.com", "superadmin")
    assert await accounts.is_initialized()


async def test_of_two_setups_that_race_one_wins(accounts: Accounts) -> None:
    outcomes = await asyncio.gather(
        accounts.initialize(ADA, None, HERE),
        accounts.initialize(GRACE, None, HERE),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "AlreadyInitialized",
        "SignedIn",
    ]
    with pytest.raises(AlreadyInitialized):
        await accounts.initialize(GRACE, None, HERE)


async def test_two_people_need_two_addresses(accounts: Accounts) -> None:
    with pytest.raises(EmailExists):
        await accounts.initialize(ADA, ADA, HERE)
    assert not await accounts.is_initialized()


async def test_signing_in_before_setup_says_so(accounts: Accounts) -> None:
    with pytest.raises(NotBootstrapped):
        await accounts.sign_in("ada@example.com", "x", HERE)


@pytest.mark.usefixtures("ada")
async def test_a_password_signs_in_whatever_the_case_of_the_address(accounts: Accounts) -> None:
    signed_in = await accounts.sign_in("ADA@EXAMPLE.COM", ADA.password, HERE)
    assert signed_in.user.name == "Ada"


async def test_wrong_unknown_and_inactive_are_refused_alike(
    accounts: Accounts, ada: SignedIn, database: Database
) -> None:
    refusals = []
    for email, password in (("ada@example.com", "wrong"), ("nobody@example.com", "wrong")):
        with pytest.raises(InvalidCredentials) as refusal:
            await accounts.sign_in(email, password, HERE)
        refusals.append(str(refusal.value))
    async with database.transaction() as session:
        await session.exec(update(User).where(col(User.id) == ada.user.id).values(is_active=False))
    with pytest.raises(InvalidCredentials) as refusal:
        await accounts.sign_in("ada@example.com", ADA.password, HERE)
    assert {*refusals, str(refusal.value)} == {refusals[0]}


@pytest.mark.usefixtures("ada")
async def test_after_too_many_failures_the_right_password_waits_too(accounts: Accounts) -> None:
    for _ in range(TRIES_PER_ACCOUNT):
        with pytest.raises(InvalidCredentials):
            await accounts.sign_in("ada@example.com", "wrong", HERE)
    with pytest.raises(RateLimited) as refusal:
        await accounts.sign_in("ada@example.com", ADA.password, HERE)
    assert 0 < refusal.value.retry_after_s <= 15 * 60 + 1


async def test_refreshing_gives_a_new_pair(accounts: Accounts, ada: SignedIn) -> None:
    fresh = await accounts.refresh(ada.refresh_token, HERE)
    assert fresh.refresh_token != ada.refresh_token
    user = (await accounts.authenticate(fresh.access_token)).user
    assert user.id == ada.user.id


async def test_a_spent_refresh_token_ends_its_whole_family(
    accounts: Accounts, ada: SignedIn
) -> None:
    fresh = await accounts.refresh(ada.refresh_token, HERE)
    with pytest.raises(Unauthenticated):
        await accounts.refresh(ada.refresh_token, HERE)
    with pytest.raises(Unauthenticated):
        await accounts.refresh(fresh.refresh_token, HERE)
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(fresh.access_token)


async def test_of_two_uses_at_once_of_one_refresh_token_at_most_one_passes(
    accounts: Accounts, ada: SignedIn
) -> None:
    outcomes = await asyncio.gather(
        *(accounts.refresh(ada.refresh_token, HERE) for _ in range(2)), return_exceptions=True
    )
    assert sum(isinstance(outcome, SignedIn) for outcome in outcomes) == 1


async def test_a_refresh_token_runs_out(
    accounts: Accounts, ada: SignedIn, database: Database
) -> None:
    async with database.transaction() as session:
        await session.exec(update(RefreshToken).values(expires_at=now() - timedelta(seconds=1)))
    with pytest.raises(TokenExpired):
        await accounts.refresh(ada.refresh_token, HERE)


async def test_signing_out_ends_the_access_token_at_once(accounts: Accounts, ada: SignedIn) -> None:
    await accounts.sign_out_by_refresh(ada.refresh_token)
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(ada.access_token)


async def test_an_access_token_runs_out_after_fifteen_minutes(
    accounts: Accounts, ada: SignedIn
) -> None:
    claims = AccessClaims(ada.user.id, uuid4())
    old = sign_access_token(claims, SECRET, at=now() - timedelta(minutes=16))
    with pytest.raises(TokenExpired):
        await accounts.authenticate(old)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "lumen_pat_nothing", "lumen_rt_x"])
async def test_what_is_no_token_of_ours_means_nothing(accounts: Accounts, token: str) -> None:
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(token)


async def test_a_token_signed_with_another_secret_means_nothing(
    accounts: Accounts, ada: SignedIn
) -> None:
    forged = sign_access_token(AccessClaims(ada.user.id, uuid4()), "another" * 6)
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(forged)


async def test_the_suspended_do_not_go_on_with_a_refresh_token(
    accounts: Accounts, ada: SignedIn, database: Database
) -> None:
    async with database.transaction() as session:
        await session.exec(update(User).values(is_active=False))
    with pytest.raises(Unauthenticated):
        await accounts.refresh(ada.refresh_token, HERE)


async def test_a_personal_token_works_until_it_is_revoked(
    accounts: Accounts, ada: SignedIn, database: Database
) -> None:
    token, secret = await _token(database, ada.user, timedelta(days=1))
    found = await accounts.authenticate(secret)
    assert (found.user.id, found.session_id, found.token_id) == (ada.user.id, None, token.id)
    async with database.session() as session:
        assert [t.last4 for t in await store.personal_tokens(session, ada.user.id)] == [secret[-4:]]
    async with database.transaction() as session:
        await personal_tokens.delete(session, ada.user, SERVER, token.id)
    with pytest.raises(Unauthenticated):
        await accounts.authenticate(secret)
    async with database.transaction() as session:
        with pytest.raises(NotFound):
            await personal_tokens.delete(session, ada.user, SERVER, token.id)


async def test_a_personal_token_runs_out(
    accounts: Accounts, ada: SignedIn, database: Database
) -> None:
    _, secret = await _token(database, ada.user, timedelta(seconds=-1))
    with pytest.raises(TokenExpired):
        await accounts.authenticate(secret)


async def _token(
    database: Database, user: User, lifetime: timedelta
) -> tuple[PersonalAccessToken, str]:
    async with database.transaction() as session:
        return await personal_tokens.create(session, user, SERVER, "script", now() + lifetime)
