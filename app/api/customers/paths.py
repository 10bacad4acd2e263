"""Which paths are open to integrations, and to the pages that they name."""

from typing import Final

from app.api.openai_errors import speaks_openai

_EXACT: Final = frozenset(
    {
        "/conversation/sse",
        "/conversation/history",
        "/conversation/stop",
        "/v1/chat/stream",
        "/v1/chat",
        "/chat",
    }
)
_BELOW: Final = ("/api/v1/customer/",)


def is_for_customers(path: str) -> bool:
    """Whether a path is open to integrations, and to nobody else."""
    return path.rstrip("/") in _EXACT or path.startswith(_BELOW)


def takes_integrations(path: str) -> bool:
    """Whether it is open to them, maybe beside people with a token of their own."""
    return is_for_customers(path) or speaks_openai(path)
