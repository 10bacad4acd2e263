"""Web search by Tavily, through its official client."""

import asyncio
import math
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
from tavily import AsyncTavilyClient
from tavily.errors import TimeoutError as TavilyTimeout

from providers.contract import WebQuery, WebResult
from providers.errors import SearchFailed, SearchRefused
from providers.web_address import host_of, is_below, page_key
from providers.web_admission import public_url
from providers.web_text import plain_line, plain_text

BASE_URL: Final = "https://api.tavily.com"
_LONGEST_QUERY: Final = 400
"""Characters that Tavily accepts."""
_LONGEST_CONTENT: Final = 4_000
_LONGEST_PAGE: Final = 40_000
_LONGEST_TITLE: Final = 200
_MOST_RESULTS: Final = 20
"""Of one search, as Tavily's interface allows."""
_LARGEST_ANSWER: Final = 24 * 1024 * 1024
"""Bytes; twenty whole pages are a tenth of it."""
_CONNECT_S: Final = 5.0

_REFUSALS: Final = {
    400: "400 the web search did not accept the request",
    401: "401 the web search refused the key",
    403: "403 the web search does not allow this",
    432: "432 the web search's plan is used up",
    433: "433 the web search's pay-as-you-go limit is reached",
}
"""Statuses that asking again does not mend (docs.tavily.com, "Errors")."""
_FINE: Final = 200
_TOO_OFTEN: Final = 429
_SERVER_FAULT: Final = 500
_NO_RESULT: Final = "the web search sent something that is no result"


class _Passing(Exception):
    """A fault that may be gone in a moment; the text is what to say if it is not."""


class TavilySearch:
    """A `WebSearch` by Tavily.

    Args:
        base_url: Another address of the same interface.
        timeout: Seconds for the whole answer; twice as many where whole pages are wanted.
        pause: Seconds before a search that failed in passing is tried once more.
    """

    def __init__(
        self, api_key: str, *, base_url: str = BASE_URL, timeout: float = 20.0, pause: float = 0.4
    ) -> None:
        self._timeout = timeout
        self._pause = pause
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"authorization": f"Bearer {api_key}", "content-type": "application/json"},
            follow_redirects=False,
            timeout=httpx.Timeout(timeout, connect=_CONNECT_S),
            event_hooks={"response": [_check]},
        )
        self._client: Any = AsyncTavilyClient(api_key=api_key, client=self._http)

    async def search(self, query: WebQuery) -> list[WebResult]:
        """The best hits first, at most `query.max_results`, none of them on an inner net.

        Raises:
            SearchFailed: The search failed; its code is `SEARCH_API_ERROR`.
        """
        try:
            async with asyncio.timeout(self._seconds(query)):
                answer = await self._answer(query)
        except TimeoutError as error:
            raise SearchFailed("the web search took too long") from error
        # Cleaning whole pages takes tens of milliseconds that other answers would wait for.
        return await asyncio.to_thread(_results, answer, query)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _answer(self, query: WebQuery) -> Any:  # noqa: ANN401  # Any JSON may arrive.
        try:
            return await self._ask(query)
        except _Passing:
            await asyncio.sleep(self._pause)
        try:
            return await self._ask(query)
        except _Passing as error:
            raise SearchFailed(str(error)) from error

    async def _ask(self, query: WebQuery) -> Any:  # noqa: ANN401  # The same.
        try:
            return await self._client.search(
                query.text[:_LONGEST_QUERY],
                search_depth=query.depth,
                topic="general",
                max_results=min(query.max_results, _MOST_RESULTS),
                include_domains=list(query.include_domains) or None,
                exclude_domains=list(query.exclude_domains) or None,
                include_raw_content="text" if query.with_pages else None,
                timeout=self._seconds(query),
            )
        except TavilyTimeout as error:
            raise SearchFailed("the web search took too long") from error
        except httpx.TransportError as error:
            raise _Passing("the web search cannot be reached") from error
        except (httpx.HTTPError, ValueError, TypeError, AttributeError, RecursionError) as error:
            raise SearchFailed(_NO_RESULT) from error

    def _seconds(self, query: WebQuery) -> float:
        return 2 * self._timeout if query.with_pages else self._timeout


async def _check(response: httpx.Response) -> None:
    """Say what a status means before the client reads the body, of which nothing may be shown.

    Raises:
        SearchRefused: The search was refused, or sent elsewhere.
        _Passing: It may work in a moment.
    """
    status = response.status_code
    if status == _FINE:
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _Bounded(response.stream)
        return
    if (refusal := _REFUSALS.get(status)) is not None:
        raise SearchRefused(refusal)
    if status == _TOO_OFTEN:
        raise _Passing("429 the web search is asked too often")
    if status >= _SERVER_FAULT:
        raise _Passing(f"{status} the web search failed")
    if response.has_redirect_location:
        raise SearchRefused(f"{status} the web search is elsewhere; redirects are not followed")
    raise SearchRefused(f"{status} the web search failed")


class _Bounded(httpx.AsyncByteStream):
    """A body that is not read without end."""

    def __init__(self, stream: httpx.AsyncByteStream) -> None:
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = _LARGEST_ANSWER
        async for chunk in self._stream:
            left -= len(chunk)
            if left < 0:
                raise SearchFailed("the web search sent more than can be a result")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def _results(answer: Any, query: WebQuery) -> list[WebResult]:  # noqa: ANN401  # Any JSON.
    try:
        hits: list[Any] = list(answer["results"])
    except (KeyError, TypeError) as error:
        raise SearchFailed(_NO_RESULT) from error
    found: dict[str, WebResult] = {}
    for hit in hits:
        result = _result(hit, query)
        if result is not None:
            found.setdefault(page_key(result.url), result)
        if len(found) == query.max_results:
            break
    return list(found.values())


def _result(hit: Any, query: WebQuery) -> WebResult | None:  # noqa: ANN401  # The same.
    try:
        url, score = public_url(str(hit["url"])), float(hit.get("score") or 0.0)
        title, content = str(hit.get("title") or ""), str(hit.get("content") or "")
        page = str(hit.get("raw_content") or "") if query.with_pages else ""
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if url is None or not _is_wanted(host_of(url), query):
        return None
    host = host_of(url)
    result = WebResult(
        url,
        plain_line(title, longest=_LONGEST_TITLE) or host,
        plain_text(content, longest=_LONGEST_CONTENT),
        0.0 if math.isnan(score) else min(max(score, 0.0), 1.0),
        plain_text(page, longest=_LONGEST_PAGE),
    )
    return result if result.content or result.page else None


def _is_wanted(host: str, query: WebQuery) -> bool:
    """Keep to the domains ourselves: a search engine may take them for a wish."""
    if is_below(host, query.exclude_domains):
        return False
    return not query.include_domains or is_below(host, query.include_domains)
