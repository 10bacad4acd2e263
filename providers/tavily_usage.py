"""What Tavily's account says of a key, which costs nothing.

`GET /usage`: https://docs.tavily.com/documentation/api-reference/endpoint/usage. The official
client has no call for it.
"""

from dataclasses import dataclass
from typing import Any, Final

import httpx

from providers.errors import SearchFailed
from providers.tavily import BASE_URL

_TIMEOUT_S: Final = 8.0
_NO_ENTRY: Final = (401, 403)
_NOT_SAID: Final = (404, 405, 429)
"""Another server that speaks only the search, or Tavily itself, which counts these calls too."""
_NO_LIMIT: Final = 2_147_483_647
"""As Tavily writes that there is none."""


@dataclass(frozen=True, slots=True)
class KeyUsage:
    """Searches of the running period.

    Attributes:
        limit: None for no limit.
    """

    used: int
    limit: int | None


async def key_usage(api_key: str, *, base_url: str = BASE_URL) -> KeyUsage | None:
    """What is used of the key's own limit and the plan's, whichever is nearer its end.

    Returns:
        None where the server does not say.

    Raises:
        SearchFailed: The key is refused, or nobody answers.
    """
    headers = {"authorization": f"Bearer {api_key}"}
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False) as client:
            answer = await client.get(f"{base_url.rstrip('/')}/usage", headers=headers)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SearchFailed("the web search cannot be reached") from error
    status = answer.status_code
    if status in _NO_ENTRY:
        raise SearchFailed(f"{status} the web search refused the key")
    if status in _NOT_SAID:
        return None
    if not answer.is_success:
        raise SearchFailed(f"{status} the web search failed")
    try:
        return _nearest(answer.json())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SearchFailed("the web search sent something that is no account") from error


def _nearest(said: Any) -> KeyUsage:  # noqa: ANN401  # Any JSON may arrive.
    key, account = said["key"], said["account"]
    plan, paid = _limit(account.get("plan_limit")), _limit(account.get("paygo_limit")) or 0
    whole = None if plan is None else plan + paid
    used = int(account.get("plan_usage") or 0) + int(account.get("paygo_usage") or 0)
    both = (KeyUsage(int(key.get("usage") or 0), _limit(key.get("limit"))), KeyUsage(used, whole))
    return max(both, key=_share)


def _share(usage: KeyUsage) -> float:
    return -1.0 if usage.limit is None else usage.used / max(usage.limit, 1)


def _limit(said: object) -> int | None:
    return said if isinstance(said, int) and said < _NO_LIMIT else None
