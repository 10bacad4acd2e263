"""Health and metrics (wire contract, section 10)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.api.bodies import Body
from app.errors import NotFound
from app.telemetry import REGISTRY

Check: TypeAlias = Callable[[], Awaitable[str | None]]
"""Says what is wrong, or None."""

CHECK_TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Readiness:
    """The parts that must work before questions can be answered, by name."""

    checks: Mapping[str, Check]

    async def report(self) -> dict[str, str]:
        """Each part with `ok` or what is wrong with it; slow parts count as wrong."""
        outcomes = await asyncio.gather(*(self._run(check) for check in self.checks.values()))
        return dict(zip(self.checks, outcomes, strict=True))

    async def _run(self, check: Check) -> str:
        try:
            async with asyncio.timeout(CHECK_TIMEOUT_S):
                return await check() or "ok"
        except TimeoutError:
            return f"no answer within {CHECK_TIMEOUT_S:.0f} s"


class LiveView(Body):
    """The process answers."""

    status: str = "ok"


class ReadyView(Body):
    """Every part by name."""

    status: str
    parts: dict[str, str]


class OperationsController(Controller):
    """For machines that watch this one."""

    tags = ("operations",)

    @get("/health/live")
    async def live(self) -> LiveView:
        """Whether the process answers."""
        return LiveView()

    @get("/health/ready")
    async def ready(self, readiness: NamedDependency[Readiness]) -> Response[ReadyView]:
        """Whether questions can be answered: 200, or 503 with the part that fails."""
        parts = await readiness.report()
        fine = all(outcome == "ok" for outcome in parts.values())
        view = ReadyView(status="ready" if fine else "not_ready", parts=parts)
        return Response(view, status_code=200 if fine else 503)

    @get("/metrics", include_in_schema=False)
    async def metrics(self, metrics_public: NamedDependency[bool]) -> Response[bytes]:
        """Prometheus text; only where the server is told to show it."""
        if not metrics_public:
            raise NotFound("There is nothing here.")
        return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)
