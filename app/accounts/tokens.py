"""The forms of a credential: signed access tokens and opaque random ones."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import UUID

import jwt
from uuid_utils.compat import uuid7

from app.accounts.errors import TokenExpired, Unauthenticated
from ingest.corpus.tables import now

ACCESS_LIFETIME = timedelta(minutes=15)
REFRESH_LIFETIME = timedelta(days=7)
PERSONAL_PREFIX = "lumen_pat_"
REFRESH_PREFIX = "lumen_rt_"
LINK_PREFIX = "lumen_link_"
_ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says: who, and which signed-in session.

    Attributes:
        session_id: The signed-in session, as the claim `sid`: its end is the end of its access
            tokens too, before they run out.
    """

    user_id: UUID
    session_id: UUID


def sign_access_token(claims: AccessClaims, secret: str, *, at: datetime | None = None) -> str:
    """A JWT with `sub, iat, exp, jti, typ, sid`; never a role: that is read on every request."""
    issued = at or now()
    body = {
        "sub": str(claims.user_id),
        "sid": str(claims.session_id),
        "iat": issued,
        "exp": issued + ACCESS_LIFETIME,
        "jti": str(uuid7()),
        "typ": "access",
    }
    return jwt.encode(body, secret, algorithm=_ALGORITHM)


def read_access_token(token: str, secret: str) -> AccessClaims:
    """Check the signature, the time and the kind.

    Raises:
        TokenExpired: It ran out.
        Unauthenticated: It is none of ours.
    """
    try:
        body = jwt.decode(
            token,
            secret,
            algorithms=[_ALGORITHM],
            options={"require": ["sub", "sid", "iat", "exp", "jti", "typ"]},
        )
        if body["typ"] != "access":
            raise Unauthenticated("This token is not an access token.")
        return AccessClaims(UUID(body["sub"]), UUID(body["sid"]))
    except jwt.ExpiredSignatureError as error:
        raise TokenExpired("Your session has run out; sign in again.") from error
    except (jwt.InvalidTokenError, ValueError) as error:
        raise Unauthenticated("Sign in to go on.") from error


def draw_token(prefix: str) -> str:
    """An opaque credential with 256 bits of chance behind its prefix."""
    return prefix + token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of an opaque token: SHA-256 suffices, since the token is random."""
    return sha256(token.encode()).hexdigest()
