"""The tokens of share links: derived from the server's secret, so that they can be shown again."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final
from uuid import UUID

from app.access.tables import ShareLink
from app.accounts.tokens import token_hash

TOKEN_PREFIX: Final = "lumen_share_"  # noqa: S105 - the public beginning of every such token
_PURPOSE = b"lumen share link:"


class ShareTokens:
    """Makes the token of a link from its id; the database holds its hash alone.

    Whoever has a copy of the database can't make one. A link made under an older secret stays good,
    since its hash does; it can be shown for as long as that secret is known.

    Args:
        secret: The server's.
        older: Secrets used before.
    """

    def __init__(self, secret: str, *older: str) -> None:
        self._secrets = [each.encode() for each in (secret, *older)]

    def draw(self, share_id: UUID) -> str:
        """The token of a new link."""
        return _token(self._secrets[0], share_id)

    def of(self, link: ShareLink) -> str | None:
        """The token of a link, to be shown again; None where its secret is not known any more."""
        tokens = (_token(secret, link.id) for secret in self._secrets)
        return next((token for token in tokens if token_hash(token) == link.token_hash), None)


def _token(secret: bytes, share_id: UUID) -> str:
    digest = hmac.digest(secret, _PURPOSE + share_id.bytes, sha256)
    return TOKEN_PREFIX + urlsafe_b64encode(digest).rstrip(b"=").decode()
