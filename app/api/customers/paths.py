"""Which paths are open to integrations, and to the pages that they name."""

from typing import Final

_EXACT: Final = frozenset(
    {"/conversation/sse", "/conversation/history", "/v1/chat/stream", "/v1/chat", "/chat"}
)
_BELOW: Final = ("/api/v1/customer/",)


def is_for_customers(path: str) -> bool:
    """Whether a path is one of them."""
    return path.rstrip("/") in _EXACT or path.startswith(_BELOW)
