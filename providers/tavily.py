"""Web search by Tavily, through its official client."""

from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from tavily import AsyncTavilyClient
from tavily.errors import (
    BadRequestError,
    ForbiddenError,
    InvalidAPIKeyError,
    UsageLimitExceededError,
)
from tavily.errors import TimeoutError as TavilyTimeout

from providers.contract import WebQuery, WebResult
from providers.errors import SearchFailed

BASE_URL: Final = "https://api.tavily.com"
_LONGEST_QUERY: Final = 400
"""Characters that Tavily accepts."""
_LONGEST_CONTENT: Final = 20_000
_LONGEST_TITLE: Final = 300
_LONGEST_URL: Final = 2048
_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (TavilyTimeout, "the web search took too long"),
    (InvalidAPIKeyError, "401 the web search refused the key"),
    (ForbiddenError, "403 the web search does not allow this, or its plan's limit is reached"),
    (UsageLimitExceededError, "429 the web search is asked too often"),
    (BadRequestError, "400 the web search did not accept the request"),
)

_FAILURES: Final[tuple[type[Exception], ...]] = (httpx.HTTPError, *(kind for kind, _ in _REASONS))


class TavilySearch:
    """A `WebSearch` by Tavily.

    Args:
        base_url: Another address of the same interface.
        timeout: Seconds for the whole answer.
    """

    def __init__(self, api_key: str, *, base_url: str = BASE_URL, timeout: float = 20.0) -> None:
        self._timeout = timeout
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={"authorization": f"Bearer {api_key}", "content-type": "application/json"},
            follow_redirects=False,
            timeout=httpx.Timeout(timeout, connect=5.0),
        )
        self._client: Any = AsyncTavilyClient(api_key=api_key, client=self._http)

    async def search(self, query: WebQuery) -> list[WebResult]:
        """The best hits first, at most `query.max_results`; only http and https links.

        Raises:
            SearchFailed: The search failed; its code is `SEARCH_API_ERROR`.
        """
        try:
            answer: Any = await self._client.search(
                query.text[:_LONGEST_QUERY], max_results=query.max_results, timeout=self._timeout
            )
        except _FAILURES as error:
            raise SearchFailed(_reason(error)) from error
        except (ValueError, TypeError, AttributeError) as error:
            raise SearchFailed("the web search sent something that is no result") from error
        hits = _hits(answer)
        results = (_result(hit) for hit in hits)
        return [result for result in results if result is not None][: query.max_results]

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()


def _hits(answer: Any) -> list[Any]:  # noqa: ANN401  # Any JSON may arrive.
    try:
        return list(answer["results"])
    except (KeyError, TypeError) as error:
        raise SearchFailed("the web search sent something that is no result") from error


def _reason(error: Exception) -> str:
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return reason
    if isinstance(error, httpx.HTTPStatusError):
        return f"{error.response.status_code} the web search failed"
    return "the web search cannot be reached"


def _result(hit: dict[str, Any]) -> WebResult | None:
    try:
        url, title, content = str(hit["url"]), str(hit.get("title") or ""), hit.get("content")
        score = float(hit.get("score") or 0.0)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if not _is_safe(url):
        return None
    text = str(content or "").replace("\0", "")
    return WebResult(url, title[:_LONGEST_TITLE], text[:_LONGEST_CONTENT], score)


def _is_safe(url: str) -> bool:
    if len(url) > _LONGEST_URL or any(char <= " " for char in url):
        return False
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(host) and parts.username is None
