"""How the doctor asks what is outside: endpoints, the web search, the public address.

Imported when it is first needed: the clients are half of a process's memory.
"""

import asyncio
from collections.abc import Sequence
from time import monotonic

import httpx2

from app.accounts.oidc_issuer import Issuer, IssuerOptions
from app.accounts.oidc_problems import SignOnProblem
from app.api.system import PARTS, PAUSE_S, STREAM_PATH
from app.catalog.models import Endpoint
from app.doctor.streams import Arrival
from providers.contract import ChatRequest, PromptMessage, TextDelta
from providers.endpoint import Limits, OpenAIEndpoint
from providers.openai_compatible import OpenAIChatModel, list_models
from providers.tavily_usage import KeyUsage, key_usage

LIMITS = Limits(connect=3.0, idle=6.0, whole=7.0)
"""Less than the doctor gives an endpoint, so that it says what it waited for."""
PUBLIC_S = 6.0
WORDS = 16
_QUESTION = "Say hello in one word."


class EndpointProbe:
    """Asks through the official client, as answers do.

    Args:
        allow_private: Whether endpoints may be on loopback and private addresses.
    """

    def __init__(self, *, allow_private: bool) -> None:
        self._allow_private = allow_private

    async def list_models(self, endpoint: Endpoint) -> Sequence[str]:
        """The endpoint's own list.

        Raises:
            ProviderError: It gave none.
        """
        client = self._open(endpoint)
        try:
            return await list_models(client)
        finally:
            await client.aclose()

    async def say_something(self, endpoint: Endpoint, model: str) -> None:
        """Have a model begin a short answer.

        Raises:
            ProviderError: It did not.
        """
        client = self._open(endpoint)
        request = ChatRequest([PromptMessage("user", _QUESTION)], _QUESTION, [], max_tokens=WORDS)
        stream = OpenAIChatModel(client, slug=endpoint.slug, model=model).stream(request)
        try:
            async for item in stream:
                if isinstance(item, TextDelta):
                    break
        finally:
            await stream.aclose()
            await client.aclose()

    def _open(self, endpoint: Endpoint) -> OpenAIEndpoint:
        return OpenAIEndpoint(
            endpoint.base_url,
            endpoint.api_key or "",
            limits=LIMITS,
            allow_private=self._allow_private,
        )


class TavilyAccount:
    """Asks Tavily what is left of the key.

    Args:
        base_url: Another address of the same interface; None for Tavily's.
    """

    def __init__(self, api_key: str, base_url: str | None) -> None:
        self._api_key = api_key
        self._place = {"base_url": base_url} if base_url else {}

    async def plan(self) -> KeyUsage | None:
        """What is left; None where it does not say, though it takes the key.

        Raises:
            SearchFailed: It refused the key, or can't be reached.
        """
        return await key_usage(self._api_key, **self._place)


class PublicUrl:
    """Reads the test stream by the way that people take.

    Args:
        url: `LUMEN_PUBLIC_URL`.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/") + STREAM_PATH

    async def arrival(self) -> Arrival:
        """When the two parts came."""
        try:
            async with (
                asyncio.timeout(PUBLIC_S),
                httpx2.AsyncClient(follow_redirects=False, trust_env=False) as client,
                client.stream("GET", self._url) as answer,
            ):
                if not answer.is_success:
                    return Arrival(f"answers with status {answer.status_code}")
                return await _arrival(answer)
        except TimeoutError:
            return Arrival(f"gives no stream within {PUBLIC_S:g} s")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            return Arrival(f"can't be reached from here ({type(error).__name__})")


async def _arrival(answer: httpx2.Response) -> Arrival:
    read, came = b"", dict[bytes, float]()
    async for piece in answer.aiter_bytes():
        read += piece
        for part in PARTS:
            if part in read:
                came.setdefault(part, monotonic())
        if len(came) == len(PARTS):
            first, last = (came[part] for part in PARTS)
            return Arrival(pause_s=PAUSE_S, apart_s=last - first)
    return Arrival("is answered by something else than this server")


async def issuer_problem(options: IssuerOptions) -> str | None:
    """What is wrong with the issuer of single sign-on, or None."""
    issuer = Issuer(options, timeout_s=PUBLIC_S)
    try:
        await issuer.name()
    except SignOnProblem as problem:
        return problem.detail
    finally:
        await issuer.close()
    return None
