"""What an operator looks at: the doctor's checks, and a stream to test the way to people with."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final, Literal

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.response import Stream

from app.access.guards import KEEPERS, require_role
from app.access.principal import Principal
from app.api.bodies import Body
from app.doctor.check import Examination
from app.doctor.doctor import Doctor
from app.wire.sse import MEDIA_TYPE, STREAM_HEADERS
from app.wire.times import timestamp

STREAM_PATH: Final = "/health/stream"
PARTS: Final = (b": one\n\n", b": two\n\n")
PAUSE_S: Final = 0.5
"""Between the two parts of the test stream."""


class CheckView(Body):
    """One check: what it found, and which page of the runbooks helps."""

    id: str
    name: str
    status: Literal["ok", "warning", "failed"]
    detail: str
    runbook: str | None
    duration_ms: int


class ChecksView(Body):
    """All of them."""

    checks: list[CheckView]
    checked_at: str


class SystemController(Controller):
    """For those who look after the server."""

    tags = ("operations",)

    @get("/system/checks")
    async def checks(
        self, principal: NamedDependency[Principal], doctor: NamedDependency[Doctor]
    ) -> ChecksView:
        """Look at everything that may be wrong; takes some seconds where something is."""
        require_role(principal, KEEPERS, "Only engineers and superadmins look after the system.")
        return checks_view(await doctor.examine())

    @get(STREAM_PATH, include_in_schema=False)
    async def stream(self) -> Stream:
        """Two comments, half a second apart: a proxy that holds streams back sends both at once."""
        return Stream(_two_parts(), media_type=MEDIA_TYPE, headers=dict(STREAM_HEADERS))


def checks_view(examination: Examination) -> ChecksView:
    """As the screens and `lumen doctor --json` show it."""
    return ChecksView(
        checks=[
            CheckView(
                id=result.id,
                name=result.name,
                status=result.status,
                detail=result.detail,
                runbook=result.runbook,
                duration_ms=result.duration_ms,
            )
            for result in examination.results
        ],
        checked_at=timestamp(examination.checked_at),
    )


async def _two_parts() -> AsyncGenerator[bytes]:
    first, second = PARTS
    yield first
    await asyncio.sleep(PAUSE_S)
    yield second
