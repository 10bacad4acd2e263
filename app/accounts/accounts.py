"""Set-up, sign-in, sessions and personal tokens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession
from uuid_utils.compat import uuid7

from app.accounts import store
from app.accounts.errors import (
    AlreadyInitialized,
    EmailExists,
    InvalidCredentials,
    NotBootstrapped,
    RateLimited,
    TokenExpired,
    Unauthenticated,
)
from app.accounts.passwords import hash_password, verify_password
from app.accounts.tables import PersonalAccessToken, RefreshToken, User
from app.accounts.tokens import (
    PERSONAL_PREFIX,
    REFRESH_LIFETIME,
    REFRESH_PREFIX,
    AccessClaims,
    draw_token,
    read_access_token,
    sign_access_token,
    token_hash,
)
from app.errors import NotFound
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import now

THROTTLE_WINDOW = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 10
TRIES_PER_ADDRESS = 50


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Who is to be made at set-up; `password` is checked by the caller."""

    name: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A person with a fresh pair of tokens."""

    user: User
    access_token: str
    refresh_token: str


class Accounts:
    """Who people are.

    Args:
        transactions: Opens a transaction.
        secret: Signs access tokens.
    """

    def __init__(self, transactions: Transactions, secret: str) -> None:
        self._transactions = transactions
        self._secret = secret

    async def is_initialized(self) -> bool:
        """Whether somebody has set the server up."""
        async with self._transactions() as session:
            return await store.is_initialized(session)

    async def initialize(self, superadmin: NewPerson, ceo: NewPerson | None = None) -> SignedIn:
        """Make the first people and sign the superadmin in, in one transaction.

        Raises:
            AlreadyInitialized: Somebody was first.
            EmailExists: Both have one address.
        """
        if ceo and ceo.email.lower() == superadmin.email.lower():
            raise EmailExists("The two people need two e-mail addresses.")
        user = await _new_user(superadmin, platform_role="superadmin")
        second = await _new_user(ceo, org_position="ceo") if ceo else None
        try:
            async with self._transactions() as session:
                session.add(user)
                if second:
                    session.add(second)
                await session.flush()
                return await self._open_session(session, user)
        except IntegrityError as error:
            raise AlreadyInitialized("Lumen is set up already; sign in instead.") from error

    async def sign_in(self, email: str, password: str, address: str) -> SignedIn:
        """Exchange a password for a signed-in session.

        Args:
            email: As typed.
            password: As typed.
            address: Where the request comes from, for throttling.

        Raises:
            NotBootstrapped: There is nobody yet.
            RateLimited: Too many failures for this account or address.
            InvalidCredentials: Wrong, unknown or inactive; all three look and take the same.
        """
        buckets = [f"account:{sha256(email.lower().encode()).hexdigest()}", f"address:{address}"]
        async with self._transactions() as session:
            await self._throttle(session, buckets)
            user = await store.user_by_email(session, email)
            if user is None and not await store.is_initialized(session):
                raise NotBootstrapped("Nobody has set up this server yet.")
        right = await verify_password(user.password_hash if user else None, password)
        async with self._transactions() as session:
            outcome = await self._judge(session, user if right else None, buckets)
        if outcome is None:  # Raised here and not in the block, so that the failure is counted.
            raise InvalidCredentials("E-mail or password is wrong.")
        return outcome

    async def refresh(self, token: str) -> SignedIn:
        """Exchange a refresh token for a new pair; the old one is spent.

        Raises:
            Unauthenticated: Unknown, revoked, or used a second time, which ends its family.
            TokenExpired: It ran out.
        """
        async with self._transactions() as session:
            old = await store.refresh_token(session, token_hash(token))
            if old is None or old.revoked_at is not None:
                raise Unauthenticated("Sign in to go on.")
            if old.spent_at is not None:
                await store.revoke_family(session, old.family_id)
                pair = None
            else:
                pair = await self._exchange(session, old)
        if pair is None:  # Raised here and not in the block, so that the revocation stays.
            raise Unauthenticated("This session was ended for safety; sign in again.")
        return pair

    async def sign_out(self, family_id: UUID) -> None:
        """End the session."""
        async with self._transactions() as session:
            await store.revoke_family(session, family_id)

    async def sign_out_by_refresh(self, token: str) -> None:
        """End the session that this refresh token belongs to; unknown tokens change nothing."""
        async with self._transactions() as session:
            found = await store.refresh_token(session, token_hash(token))
            if found is not None:
                await store.revoke_family(session, found.family_id)

    async def authenticate(self, credential: str) -> tuple[User, UUID | None]:
        """Who holds this bearer credential, and in which session (None for a personal token).

        Raises:
            Unauthenticated: It means nothing, or its holder is inactive or signed out.
            TokenExpired: It ran out.
        """
        if credential.startswith(PERSONAL_PREFIX):
            return await self._by_personal_token(credential), None
        claims = read_access_token(credential, self._secret)
        async with self._transactions() as session:
            user = await store.user_of_session(session, claims.user_id, claims.family_id, now())
        if user is None:
            raise Unauthenticated("Sign in to go on.")
        return user, claims.family_id

    async def create_personal_token(
        self, user: User, name: str, expires_at: datetime
    ) -> tuple[PersonalAccessToken, str]:
        """Make a token; its text is returned once and never again."""
        secret = draw_token(PERSONAL_PREFIX)
        token = PersonalAccessToken(
            user_id=user.id,
            name=name,
            token_hash=token_hash(secret),
            last4=secret[-4:],
            expires_at=expires_at,
        )
        async with self._transactions() as session:
            session.add(token)
        return token, secret

    async def personal_tokens(self, user: User) -> list[PersonalAccessToken]:
        """The person's own tokens, newest first."""
        async with self._transactions() as session:
            return await store.personal_tokens(session, user.id)

    async def delete_personal_token(self, user: User, token_id: UUID) -> None:
        """Revoke one of the person's own tokens.

        Raises:
            NotFound: There is none of this id.
        """
        async with self._transactions() as session:
            found = await store.delete_personal_token(session, user.id, token_id)
        if not found:
            raise NotFound("There is no such token.")

    async def _throttle(self, session: AsyncSession, buckets: list[str]) -> None:
        since = now() - THROTTLE_WINDOW
        for bucket, limit in zip(buckets, (TRIES_PER_ACCOUNT, TRIES_PER_ADDRESS), strict=True):
            count, oldest = await store.failures(session, bucket, since)
            if count >= limit:
                wait = int((oldest + THROTTLE_WINDOW - now()).total_seconds()) + 1
                raise RateLimited(
                    f"Too many failed sign-ins. Try again in {max(1, wait // 60)} min.",
                    retry_after_s=max(1, wait),
                )

    async def _judge(
        self, session: AsyncSession, user: User | None, buckets: list[str]
    ) -> SignedIn | None:
        if user is None or not user.is_active:
            await store.note_failures(session, buckets)
            return None
        await store.forget_failures(session, buckets[0])
        await store.drop_expired(session, user.id)
        return await self._open_session(session, user)

    async def _exchange(self, session: AsyncSession, old: RefreshToken) -> SignedIn:
        if old.expires_at <= now():
            raise TokenExpired("Your session has run out; sign in again.")
        user = await store.user_by_id(session, old.user_id)
        if user is None or not user.is_active:
            raise Unauthenticated("Sign in to go on.")
        old.spent_at = now()
        session.add(old)
        return await self._open_session(session, user, old.family_id)

    async def _open_session(
        self, session: AsyncSession, user: User, family_id: UUID | None = None
    ) -> SignedIn:
        family = family_id or uuid7()
        refresh = draw_token(REFRESH_PREFIX)
        session.add(
            RefreshToken(
                user_id=user.id,
                family_id=family,
                token_hash=token_hash(refresh),
                expires_at=now() + REFRESH_LIFETIME,
            )
        )
        access = sign_access_token(AccessClaims(user.id, family), self._secret)
        return SignedIn(user, access, refresh)

    async def _by_personal_token(self, credential: str) -> User:
        async with self._transactions() as session:
            found = await store.user_of_personal_token(session, token_hash(credential), now())
        if found is None:
            raise Unauthenticated("This token is not known, or was revoked.")
        user, token = found
        if token.expires_at <= now():
            raise TokenExpired("This token has run out; make a new one.")
        return user


async def _new_user(
    person: NewPerson, *, platform_role: str = "none", org_position: str = "member"
) -> User:
    return User(
        email=person.email.lower(),
        name=person.name,
        password_hash=await hash_password(person.password),
        platform_role=platform_role,
        org_position=org_position,
    )
