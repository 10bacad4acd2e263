"""An OpenID Connect issuer: what it says of itself, its keys, its tokens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, cast
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from app.accounts.oidc_attempts import Attempt
from app.accounts.oidc_problems import SignOnProblem

Claims = Mapping[str, object]
FRESH_S = 3600.0
TIMEOUT_S = 10.0
_DISCOVERY = "/.well-known/openid-configuration"
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class IssuerOptions:
    """Who is asked, and as whom.

    Attributes:
        issuer: Its address, as it calls itself.
        client_secret: None for a public client.
        scopes: Separated by blanks, `openid` among them.
    """

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    scopes: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a code was exchanged for."""

    id_token: str = field(repr=False)
    access_token: str | None = field(repr=False)


class Issuer:
    """Speaks with one issuer; what it says of itself is kept for an hour.

    Args:
        options: Who is asked, and as whom.
        timeout_s: Longest wait for one answer.
    """

    def __init__(self, options: IssuerOptions, *, timeout_s: float = TIMEOUT_S) -> None:
        self._options = options
        # The client has no types; every value of it is checked where it enters.
        self._client: Any = AsyncOAuth2Client(
            client_id=options.client_id,
            client_secret=options.client_secret,
            scope=options.scopes,
            code_challenge_method="S256",
            follow_redirects=False,
            timeout=timeout_s,
        )
        self._metadata: tuple[float, Claims] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def close(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def name(self) -> str:
        """The issuer as it calls itself, which is what its tokens must say.

        Raises:
            SignOnProblem: It can't be reached, or is another.
        """
        return str((await self._described())["issuer"])

    async def authorization_url(self, attempt: Attempt, redirect_uri: str) -> str:
        """Where the browser is sent.

        Raises:
            SignOnProblem: The issuer can't be reached.
        """
        described = await self._described()
        url, _ = self._client.create_authorization_url(
            described["authorization_endpoint"],
            state=attempt.state,
            code_verifier=attempt.verifier,
            nonce=attempt.nonce,
            redirect_uri=redirect_uri,
        )
        return str(url)

    async def exchange(self, code: str, attempt: Attempt, redirect_uri: str) -> Tokens:
        """Exchange a code for tokens, once.

        Raises:
            SignOnProblem: The issuer refuses it, or can't be reached.
        """
        described = await self._described()
        self._client.token_endpoint_auth_method = self._own_proof(described)
        try:
            answer = await self._client.fetch_token(
                described["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=attempt.verifier,
                redirect_uri=redirect_uri,
            )
        except OAuthError as error:
            raise SignOnProblem("sign_on_refused", "the issuer refused the code") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise SignOnProblem("issuer_unreachable", "no answer to the code") from error
        id_token, access_token = answer.get("id_token"), answer.get("access_token")
        if not isinstance(id_token, str):
            raise SignOnProblem("sign_on_invalid", "the issuer sent no ID token")
        return Tokens(id_token, access_token if isinstance(access_token, str) else None)

    async def keys(self, *, again: bool = False) -> KeySet:
        """The issuer's public keys for signatures; symmetric ones are none.

        Args:
            again: Read them anew: a token names one that is not among them.

        Raises:
            SignOnProblem: They can't be read.
        """
        if self._keys and not again and monotonic() - self._keys[0] < FRESH_S:
            return self._keys[1]
        found = await self._read(str((await self._described())["jwks_uri"]))
        listed = found.get("keys")
        entries = cast("list[object]", listed) if isinstance(listed, list) else []
        keys = KeySet([key for entry in entries if (key := _public_key(entry))])
        self._keys = (monotonic(), keys)
        return keys

    async def userinfo(self, access_token: str | None) -> Claims:
        """What the issuer says beside the ID token; nothing where it has no such call.

        Raises:
            SignOnProblem: It can't be reached.
        """
        url = (await self._described()).get("userinfo_endpoint")
        if not isinstance(url, str) or access_token is None:
            return {}
        return await self._read(url, {"Authorization": f"Bearer {access_token}"})

    async def _described(self) -> Claims:
        if self._metadata and monotonic() - self._metadata[0] < FRESH_S:
            return self._metadata[1]
        configured = self._options.issuer.rstrip("/")
        found = await self._read(configured + _DISCOVERY)
        if str(found.get("issuer", "")).rstrip("/") != configured:
            raise SignOnProblem("issuer_unreachable", "the issuer calls itself otherwise")
        scheme = urlsplit(configured).scheme
        for name in _ENDPOINTS:
            if urlsplit(str(found.get(name, ""))).scheme not in {"https", scheme}:
                raise SignOnProblem("issuer_unreachable", f"its {name} is missing or not safe")
        self._metadata = (monotonic(), found)
        return found

    async def _read(self, url: str, headers: Mapping[str, str] | None = None) -> Claims:
        try:
            answer = await self._client.request("GET", url, withhold_token=True, headers=headers)
            answer.raise_for_status()
            body: object = answer.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
            kind = type(error).__name__
            raise SignOnProblem("issuer_unreachable", f"{urlsplit(url).path}: {kind}") from error
        if not isinstance(body, dict):
            raise SignOnProblem("issuer_unreachable", f"{urlsplit(url).path}: no JSON object")
        return cast("dict[str, object]", body)

    def _own_proof(self, described: Claims) -> str:
        """How the client proves itself: what the issuer takes; Basic where it does not say."""
        if self._options.client_secret is None:
            return "none"
        taken = described.get("token_endpoint_auth_methods_supported")
        methods = cast("list[object]", taken) if isinstance(taken, list) else []
        only_post = "client_secret_post" in methods and "client_secret_basic" not in methods
        return "client_secret_post" if only_post else "client_secret_basic"


def _public_key(entry: object) -> Key | None:
    """A key that signs; None for one of a kind that is not known here, or that both sides share."""
    if not isinstance(entry, dict):
        return None
    raw = cast("dict[str, Any]", entry)
    if raw.get("kty") not in {"RSA", "EC"} or raw.get("use", "sig") != "sig":
        return None
    try:
        return JWKRegistry.import_key(raw)
    except (JoseError, ValueError, KeyError):
        return None
