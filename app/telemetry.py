"""Structured logs with a request id, and metrics."""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any, Literal

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram

request_id: ContextVar[str] = ContextVar("request_id", default="-")

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "lumen_http_requests_total", "HTTP requests.", ["method", "route", "status"], registry=REGISTRY
)
REQUEST_SECONDS = Histogram(
    "lumen_http_request_seconds", "Time to the last byte.", ["method", "route"], registry=REGISTRY
)

# What must never be readable in a log, whoever put it there: our tokens, bearer headers, API keys.
_SECRETS = re.compile(
    r"(lumen_(?:pat|int|rt|share|link)_|[Bb]earer\s+|sk-|tvly-|gsk_|[?&](?:token|key|integrationToken)=)"
    r"[A-Za-z0-9._~+/=-]{6,}"
)

CHATTY = ("httpx", "httpx2", "openai", "uvicorn", "procrastinate", "pypdf", "alembic")
"""Libraries whose everyday lines would hide ours."""

EventDict = MutableMapping[str, Any]


def configure_logs(
    *, level: str = "info", style: Literal["auto", "json", "text"] = "auto", process: str = "lumen"
) -> None:
    """Send every log line of this process to standard error.

    Args:
        level: Least level that is written.
        style: `json`, `text`, or `auto` for text where standard error is a terminal.
        process: Which of Lumen's processes this is.
    """
    text = style == "text" or (style == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        _context(process),
        redact,
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if text
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in CHATTY:
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def _context(process: str) -> structlog.typing.Processor:
    def add(_logger: object, _method: str, event: EventDict) -> EventDict:
        event["process"] = process
        if (current := request_id.get()) != "-":
            event["requestId"] = current
        return event

    return add


def redact(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Blacken whatever looks like a credential in any value of a log line."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = blackened(value)
    return event


def blackened(text: str) -> str:
    """The text without what looks like a credential."""
    return _SECRETS.sub(r"\1…", text)
