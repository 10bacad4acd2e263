"""Taking a one-time link up: whose it is, and the password that it sets."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import throttling
from app.accounts.errors import LinkSpent
from app.accounts.links import spend, standing_link
from app.accounts.password_change import end_what_stood
from app.accounts.passwords import Passwords, weakness
from app.accounts.sessions import Client, SignedIn, open_session
from app.accounts.tables import OneTimeLink, User
from app.audit.record import Actor, Change, Target, record
from app.errors import InvalidRequest
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import now

_SPENT = "This link was used or has run out. Ask an admin for a fresh one."


class Links:
    """One-time links, from the side of whoever holds one.

    Args:
        transactions: Opens a transaction.
        secret: Signs access tokens.
        passwords: Hashes them.
    """

    def __init__(self, transactions: Transactions, secret: str, passwords: Passwords) -> None:
        self._transactions = transactions
        self._secret = secret
        self._passwords = passwords

    async def open(self, token: str, client: Client) -> tuple[OneTimeLink, User]:
        """What the link is for, and whose it is; it stays good.

        Raises:
            LinkSpent: It opens nothing: used, replaced, run out, unknown, or for somebody inactive.
            RateLimited: Too many of those from this address.
        """
        buckets = throttling.link_buckets(client.address)
        async with self._transactions() as session:
            await throttling.check(session, buckets)
            found = await standing_link(session, token)
            if found is None:
                await throttling.note(session, buckets)
        if found is None:  # Raised here and not in the block, so that the failure is counted.
            raise LinkSpent(_SPENT)
        return found

    async def accept(self, token: str, password: str, client: Client) -> SignedIn:
        """Set the password, spend the link, end what the old password opened, and sign in.

        Raises:
            InvalidRequest: The password is too weak; the link stays good.
            LinkSpent: It opens nothing any more; of two at once, the second hears this.
            RateLimited: Too many links that open nothing, from this address.
        """
        link, user = await self.open(token, client)
        if complaint := weakness(password, user.name, user.email):
            raise InvalidRequest(complaint, "password")
        hashed = await self._passwords.hash(password)
        async with self._transactions() as session:
            if not await spend(session, link.id):
                raise LinkSpent(_SPENT)
            return await self._let_in(session, link, hashed, client)

    async def _let_in(
        self, session: AsyncSession, link: OneTimeLink, hashed: str, client: Client
    ) -> SignedIn:
        user = await session.get(User, link.user_id, with_for_update=True)
        if user is None or not user.is_active:
            raise LinkSpent(_SPENT)
        user.password_hash, user.updated_at = hashed, now()
        session.add(user)
        ended = await end_what_stood(session, user.id)
        await throttling.forget(session, throttling.sign_in_buckets(user.email, client.address)[0])
        used = Change(after={"purpose": link.purpose, "sessionsEnded": ended})
        actor = Actor(user.id, user.email, client.address)
        await record(session, actor, "link.used", Target("user", user.id, user.email), used)
        return await open_session(session, user, "link", client, self._secret)
