"""Somebody as the issuer describes them, in a form that can be kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from app.accounts.oidc_problems import SignOnProblem

Claims = Mapping[str, object]
MOST_NAME = 200
MOST_EMAIL = 320
MOST_GROUPS = 1000
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+$")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Described:
    """What the issuer says of a person.

    Attributes:
        subject: The issuer's own name for them; never given to another.
        email: Lower case; None where it says none.
        verified: Whether they read that mail; None where the issuer does not say.
        groups: Names of the issuer's groups.
    """

    issuer: str
    subject: str
    name: str
    email: str | None
    verified: bool | None
    groups: frozenset[str]


def described(issuer: str, token: Claims, userinfo: Claims, groups_claim: str) -> Described:
    """Read what the ID token says, and the userinfo where that says nothing.

    Raises:
        SignOnProblem: The userinfo is about somebody else.
    """
    if userinfo and userinfo.get("sub") != token["sub"]:
        raise SignOnProblem("sign_on_invalid", "the userinfo is about somebody else")
    mail = _mail(token, userinfo)
    written = _exact(mail.get("email"))
    # ASCII alone: some other letters become ASCII in lower case, and so another's address.
    fits = len(written) <= MOST_EMAIL and written.isascii() and _EMAIL.match(written)
    email = written.lower() if fits else ""
    groups = token[groups_claim] if groups_claim in token else userinfo.get(groups_claim)
    return Described(
        issuer=issuer,
        subject=str(token["sub"]),
        name=_name(token, userinfo) or email.partition("@")[0] or "Somebody",
        email=email or None,
        verified=_truth(mail.get("email_verified")),
        groups=_names(groups),
    )


def _mail(token: Claims, userinfo: Claims) -> Claims:
    """Where the address is read, and whether it was verified: one must not vouch for the other."""
    having = [claims for claims in (token, userinfo) if claims.get("email")]
    telling = [claims for claims in having if "email_verified" in claims]
    return next(iter(telling or having), userinfo)


def _name(token: Claims, userinfo: Claims) -> str:
    for claim in ("name", "preferred_username", "nickname"):
        if name := _text(token.get(claim)) or _text(userinfo.get(claim)):
            return name[:MOST_NAME]
    return ""


def _text(value: object) -> str:
    return _UNSEEN.sub(" ", value).strip() if isinstance(value, str) else ""


def _exact(value: object) -> str:
    """What names somebody or something: as it is, or not at all."""
    return value if isinstance(value, str) and not _UNSEEN.search(value) else ""


def _truth(value: object) -> bool | None:
    """Some issuers write it as text."""
    if value is None:
        return None
    return value is True or value == "true"


def _names(value: object) -> frozenset[str]:
    """A list of names, or one name alone."""
    listed = cast("list[object]", value) if isinstance(value, list) else [value]
    return frozenset(name for each in listed[:MOST_GROUPS] if (name := _exact(each)))
