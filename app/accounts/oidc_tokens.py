"""Reading an ID token: signed by the issuer, for us, now, and for this attempt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from app.accounts.oidc_problems import SignOnProblem

Claims = Mapping[str, object]
# Signatures by a private key alone: with `none` or HS256 anybody could write a token.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY_S = 60
MOST_TOKEN = 64 * 1024
MOST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must say."""

    issuer: str
    client_id: str
    nonce: str


class UnknownKey(Exception):
    """The token names a key that is not among those given: they may be old."""


def read_id_token(token: str, keys: KeySet, expected: Expected) -> Claims:
    """The token's claims.

    Raises:
        UnknownKey: The key that it names is not there.
        SignOnProblem: It is not the issuer's, not for us, not for this attempt, or too old.
    """
    if len(token) > MOST_TOKEN:
        raise SignOnProblem("sign_on_invalid", "the ID token is too long")
    try:
        claims = cast("Claims", jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
        _registry(expected).validate(dict(claims))
    except InvalidKeyIdError as error:
        raise UnknownKey from error
    except (JoseError, ValueError, TypeError) as error:
        raise SignOnProblem("sign_on_invalid", f"ID token: {type(error).__name__}") from error
    _check_party(claims, expected)
    _check_subject(claims)
    return claims


def _registry(expected: Expected) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        leeway=LEEWAY_S,
        iss={"essential": True, "value": expected.issuer},
        sub={"essential": True},
        aud={"essential": True, "value": expected.client_id},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": expected.nonce},
    )


def _check_party(claims: Claims, expected: Expected) -> None:
    """A token for several must name us as the one who asked for it.

    Raises:
        SignOnProblem: It does not.
    """
    audience = claims["aud"]
    several = isinstance(audience, list) and len(cast("list[object]", audience)) > 1
    party = claims.get("azp")
    if (several or party is not None) and party != expected.client_id:
        raise SignOnProblem("sign_on_invalid", "the ID token is for another party")
    if not isinstance(claims["nonce"], str) or not isinstance(claims["iss"], str):
        raise SignOnProblem("sign_on_invalid", "the ID token's nonce is no text")


def _check_subject(claims: Claims) -> None:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT or "\0" in subject:
        raise SignOnProblem("sign_on_invalid", "the ID token's subject can't be kept")
