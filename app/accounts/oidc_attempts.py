"""One attempt at single sign-on: what must come back unchanged, kept by the browser that began it.

The callback is believed in the browser alone that holds the attempt. So nobody can be signed in as
somebody else by a link (login CSRF), and a code that leaked is of no use elsewhere.
"""

from dataclasses import asdict, dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import Self

import jwt

from ingest.corpus.tables import now

LIFETIME = timedelta(minutes=10)
_ALGORITHM = "HS256"
_KIND = "sign_on"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was drawn by chance for one attempt.

    Attributes:
        state: Comes back in the callback's address.
        nonce: Comes back in the ID token.
        verifier: Proves to the issuer that the code is exchanged by whoever asked for it (PKCE).
        page: Where the browser goes afterwards: a path of our own.
    """

    state: str
    nonce: str
    verifier: str
    page: str

    @classmethod
    def begin(cls, page: str) -> Self:
        """A fresh one."""
        return cls(token_urlsafe(32), token_urlsafe(32), token_urlsafe(48), page)

    def sealed(self, secret: str) -> str:
        """As it is kept in the browser: signed, and good for ten minutes."""
        body = {**asdict(self), "typ": _KIND, "exp": now() + LIFETIME}
        return jwt.encode(body, secret, algorithm=_ALGORITHM)

    @classmethod
    def unsealed(cls, sealed: str, secret: str) -> Self | None:
        """The attempt; None where it is none of ours, or too old."""
        try:
            body = jwt.decode(
                sealed, secret, algorithms=[_ALGORITHM], options={"require": ["exp", "typ"]}
            )
            if body["typ"] != _KIND:
                return None
            return cls(*(str(body[field]) for field in ("state", "nonce", "verifier", "page")))
        except (jwt.InvalidTokenError, KeyError):
            return None
