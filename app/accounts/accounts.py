"""Set-up, sign-in, and who holds a credential."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import store, throttling
from app.accounts.errors import (
    AlreadyInitialized,
    EmailExists,
    InvalidCredentials,
    NotBootstrapped,
    TokenExpired,
    Unauthenticated,
)
from app.accounts.passwords import Passwords
from app.accounts.sessions import Client, SignedIn, carry_on, open_session
from app.accounts.tables import User
from app.accounts.tokens import PERSONAL_PREFIX, read_access_token, token_hash
from app.audit.record import Actor, Target, record
from ingest.corpus.sessions import Reads, Transactions
from ingest.corpus.tables import now


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Who is to be made at set-up; `password` is checked by the caller."""

    name: str
    email: str
    password: str


@dataclass(frozen=True, slots=True)
class Identity:
    """Who holds a credential: in a signed-in session, or by a personal token."""

    user: User
    session_id: UUID | None = None
    token_id: UUID | None = None


class Accounts:
    """Who people are.

    Args:
        transactions: Opens a transaction.
        secret: Signs access tokens.
        passwords: Hashes and checks them.
        reads: Opens a session to read in; None for a transaction.
    """

    def __init__(
        self,
        transactions: Transactions,
        secret: str,
        passwords: Passwords,
        reads: Reads | None = None,
    ) -> None:
        self._transactions = transactions
        self._reads = reads or transactions
        self._secret = secret
        self._passwords = passwords

    async def is_initialized(self) -> bool:
        """Whether somebody has set the server up."""
        async with self._transactions() as session:
            return await store.is_initialized(session)

    async def initialize(
        self, superadmin: NewPerson, ceo: NewPerson | None, client: Client
    ) -> SignedIn:
        """Make the first people and sign the superadmin in, in one transaction.

        Raises:
            AlreadyInitialized: Somebody was first.
            EmailExists: Both have one address.
        """
        if ceo and ceo.email.lower() == superadmin.email.lower():
            raise EmailExists("The two people need two e-mail addresses.")
        user = await self._new_user(superadmin, platform_role="superadmin")
        second = await self._new_user(ceo, org_position="ceo") if ceo else None
        try:
            async with self._transactions() as session:
                session.add(user)
                if second:
                    session.add(second)
                await session.flush()
                actor = Actor(user.id, user.email, client.address)
                await record(session, actor, "server.set_up", Target("user", user.id, user.email))
                return await open_session(session, user, "setup", client, self._secret)
        except IntegrityError as error:
            raise AlreadyInitialized("Lumen is set up already; sign in instead.") from error

    async def sign_in(self, email: str, password: str, client: Client) -> SignedIn:
        """Exchange a password for a signed-in session.

        Args:
            email: As typed.
            password: As typed.
            client: Where the request comes from, for throttling.

        Raises:
            NotBootstrapped: There is nobody yet.
            RateLimited: Too many failures for this account or address.
            InvalidCredentials: Wrong, unknown or inactive; all three look and take the same.
        """
        buckets = throttling.sign_in_buckets(email, client.address)
        async with self._transactions() as session:
            await throttling.check(session, buckets)
            user = await store.user_by_email(session, email)
            if user is None and not await store.is_initialized(session):
                raise NotBootstrapped("Nobody has set up this server yet.")
        right = await self._passwords.matches(user.password_hash if user else None, password)
        async with self._transactions() as session:
            outcome = await self._judge(session, user if right else None, buckets, client)
            if outcome is None:  # What was typed may be a password: only known addresses are kept.
                whom = Target("user", user.id, user.email) if user else Target("user", None)
                await record(
                    session, Actor(None, "somebody", client.address), "session.refused", whom
                )
        if outcome is None:  # Raised here and not in the block, so that the failure is counted.
            raise InvalidCredentials("E-mail or password is wrong.")
        return outcome

    async def refresh(self, token: str, client: Client) -> SignedIn:
        """Exchange a refresh token for a new pair; the old one is spent.

        Raises:
            Unauthenticated: Unknown, revoked, or used a second time, which ends its family.
            TokenExpired: It ran out.
        """
        async with self._transactions() as session:
            old = await store.refresh_token(session, token_hash(token))
            if old is None:
                raise Unauthenticated("Sign in to go on.")
            pair = await carry_on(session, old, client, self._secret)
        if pair is None:  # Raised here and not in the block, so that the revocation stays.
            raise Unauthenticated("This session was ended for safety; sign in again.")
        return pair

    async def sign_out(self, session_id: UUID) -> None:
        """End the session."""
        async with self._transactions() as session:
            await store.end_session(session, session_id)

    async def sign_out_by_refresh(self, token: str) -> None:
        """End the session that this refresh token belongs to; unknown tokens change nothing."""
        async with self._transactions() as session:
            found = await store.refresh_token(session, token_hash(token))
            if found is not None:
                await store.end_session(session, found.family_id)

    async def authenticate(self, credential: str) -> Identity:
        """Who holds this bearer credential: an access token or a personal one, nothing else.

        Raises:
            Unauthenticated: It means nothing, or its holder is inactive or signed out.
            TokenExpired: It ran out.
        """
        if credential.startswith(PERSONAL_PREFIX):
            return await self._by_personal_token(credential)
        claims = read_access_token(credential, self._secret)
        async with self._reads() as session:
            user = await store.user_of_session(session, claims.user_id, claims.session_id, now())
        if user is None:
            raise Unauthenticated("Sign in to go on.")
        return Identity(user, session_id=claims.session_id)

    async def _judge(
        self, session: AsyncSession, user: User | None, buckets: list[str], client: Client
    ) -> SignedIn | None:
        if user is None or not user.is_active:
            await throttling.note(session, buckets)
            return None
        await throttling.forget(session, buckets[0])
        return await open_session(session, user, "password", client, self._secret)

    async def _by_personal_token(self, credential: str) -> Identity:
        async with self._reads() as session:
            found = await store.user_of_personal_token(session, token_hash(credential), now())
        if found is None:
            raise Unauthenticated("This token is not known, or was revoked.")
        user, token = found
        if token.expires_at <= now():
            raise TokenExpired("This token has run out; make a new one.")
        return Identity(user, token_id=token.id)

    async def _new_user(
        self, person: NewPerson, *, platform_role: str = "none", org_position: str = "member"
    ) -> User:
        return User(
            email=person.email.lower(),
            name=person.name,
            password_hash=await self._passwords.hash(person.password),
            platform_role=platform_role,
            org_position=org_position,
        )
