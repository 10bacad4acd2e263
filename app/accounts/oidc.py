"""Single sign-on with OpenID Connect: from the sign-in screen to the issuer and back."""

import hmac
import logging
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from app.accounts import throttling
from app.accounts.errors import RateLimited
from app.accounts.oidc_attempts import Attempt
from app.accounts.oidc_groups import map_groups
from app.accounts.oidc_issuer import Claims, Issuer
from app.accounts.oidc_people import person_of
from app.accounts.oidc_person import Described, described
from app.accounts.oidc_problems import SignOnProblem
from app.accounts.oidc_tokens import Expected, UnknownKey, read_id_token
from app.accounts.sessions import Client, SignedIn, open_session
from app.audit.record import Actor, Target, record
from ingest.corpus.sessions import Transactions

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SignOnOptions:
    """How people come in.

    Attributes:
        client_id: Whom ID tokens must be for.
        groups_claim: The claim with the issuer's group names.
        create: Whether somebody comes in who was never here.
        secret: Signs access tokens.
    """

    client_id: str
    groups_claim: str
    create: bool
    secret: str


@dataclass(frozen=True, slots=True)
class Callback:
    """What the browser brings back from the issuer; every part may be made up.

    Attributes:
        redirect_uri: The address that it was told to come back to.
        issuer: The issuer's name in the address, where it writes one.
    """

    redirect_uri: str
    state: str = ""
    code: str = ""
    error: str = ""
    issuer: str = ""


class SingleSignOn:
    """Signs people in whom the issuer vouches for.

    Args:
        transactions: Opens a transaction.
        issuer: Whom we believe.
        options: How people come in.
    """

    def __init__(self, transactions: Transactions, issuer: Issuer, options: SignOnOptions) -> None:
        self._transactions = transactions
        self._issuer = issuer
        self._options = options

    async def start(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where the browser is sent.

        Raises:
            SignOnProblem: The issuer can't be reached.
        """
        return await self._issuer.authorization_url(attempt, redirect_uri)

    async def finish(self, attempt: Attempt | None, callback: Callback, client: Client) -> SignedIn:
        """Sign in whoever the issuer says it is.

        Args:
            attempt: The one that this browser began; None if it began none.
            callback: What it brings back.
            client: Where it is.

        Raises:
            SignOnProblem: They can't come in; it says why. The failure is counted and logged.
        """
        buckets = throttling.sign_on_buckets(client.address)
        try:
            async with self._transactions() as session:
                await throttling.check(session, buckets)
            person = await self._described(attempt, callback)
            return await self._let_in(person, client)
        except RateLimited as error:
            raise SignOnProblem("rate_limited") from error
        except SignOnProblem as problem:
            _log.warning(
                "single sign-on failed",
                extra={"problem": problem.problem, "detail": problem.detail},
            )
            async with self._transactions() as session:
                await throttling.note(session, buckets)
                somebody = Actor(None, "somebody", client.address)
                await record(session, somebody, "session.refused", Target("user", None))
            raise

    async def _described(self, attempt: Attempt | None, callback: Callback) -> Described:
        if attempt is None or not hmac.compare_digest(
            attempt.state.encode(), callback.state.encode()
        ):
            raise SignOnProblem("sign_on_expired", "this browser began no such attempt")
        if callback.error or not callback.code:
            raise SignOnProblem("sign_on_refused", "the issuer sent no code")
        name = await self._issuer.name()
        if callback.issuer and callback.issuer != name:
            raise SignOnProblem("sign_on_invalid", "the answer is from another issuer")
        tokens = await self._issuer.exchange(callback.code, attempt, callback.redirect_uri)
        expected = Expected(name, self._options.client_id, attempt.nonce)
        claims = await self._claims(tokens.id_token, expected)
        wanted = {"email", "email_verified", self._options.groups_claim}
        more: Claims = (
            {} if wanted <= claims.keys() else await self._issuer.userinfo(tokens.access_token)
        )
        return described(name, claims, more, self._options.groups_claim)

    async def _claims(self, id_token: str, expected: Expected) -> Claims:
        try:
            return read_id_token(id_token, await self._issuer.keys(), expected)
        except UnknownKey:
            pass  # The issuer may have changed its keys since they were read.
        try:
            return read_id_token(id_token, await self._issuer.keys(again=True), expected)
        except UnknownKey as error:
            raise SignOnProblem("sign_on_invalid", "the ID token's key is not known") from error

    async def _let_in(self, person: Described, client: Client) -> SignedIn:
        try:
            return await self._signed_in(person, client)
        except IntegrityError:  # The same person came in twice at once; now they are there.
            return await self._signed_in(person, client)

    async def _signed_in(self, person: Described, client: Client) -> SignedIn:
        async with self._transactions() as session:
            user = await person_of(session, person, client.address, create=self._options.create)
            actor = Actor(user.id, user.email, client.address)
            await map_groups(session, user, person.groups, actor)
            return await open_session(session, user, "oidc", client, self._options.secret)
