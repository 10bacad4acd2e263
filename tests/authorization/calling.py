"""Sends a case as a caller and judges the answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import httpx

from tests.authorization.canaries import Kind, leaked
from tests.authorization.cases import Ask, Call, Case
from tests.authorization.expectations import Route
from tests.authorization.rooms import Room
from tests.authorization.stage import Stage
from tests.authorization.who import Who

AT_ONCE = 12
ENOUGH = (b"event: document", b"event: reset")  # Of a stream without end: its beginning.


@dataclass
class Tally:
    """What was counted.

    Attributes:
        cells: Calls that were judged.
        leaks: Answers that held a canary.
    """

    cells: int = 0
    leaks: int = 0
    kinds: set[str] = field(default_factory=set[str])


World: TypeAlias = tuple[Stage, list[Who], "Caller"]
"""The stage, everybody, and who calls for them."""


@dataclass(frozen=True)
class Answer:
    """All of a response."""

    status: int
    raw: bytes
    response: httpx.Response

    @property
    def error(self) -> Any:
        """The error's body, or what stands there instead."""
        try:
            return self.response.json()
        except ValueError:
            return self.raw[:100]


class Caller:
    """Calls the site as everybody.

    Args:
        stage: Where.
        tally: Counts.
    """

    def __init__(self, stage: Stage, client: httpx.AsyncClient, tally: Tally) -> None:
        self._stage = stage
        self._client = client
        self._tally = tally
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def judge_all(
        self, route: Route, case: Case, callers: Sequence[Who], *, thorough: bool
    ) -> list[str]:
        """What is wrong with the answers, one line each.

        Args:
            route: Where.
            case: What is sent.
            callers: By whom, if the case is about them.
            thorough: By every worthless credential as well, and not by none alone.
        """
        wanted = [who for who in callers if case.callers(who) and (thorough or _tells(who))]
        found = await asyncio.gather(*(self._judge(route, case, who) for who in wanted))
        return [f"{route[0]} {route[1]} [{case.name}] as {line}" for line in found if line]

    async def _judge(self, route: Route, case: Case, who: Who) -> str | None:
        async with self._turns:
            allowed = case.need(who)
            fresh = allowed and case.changes
            name = "foreign" if case.foreign else who.home
            room: Room = await self._stage.room(name, fresh=fresh)
            call = await case.fill(Ask(self._stage, who, room, fresh))
            answer = await self.send(route, call, who, endless=case.endless and allowed)
        self._tally.cells += 1
        wrong = self._wrong(case, who, answer, allowed=allowed)
        return f"{who.name}: {wrong}" if wrong else None

    def _wrong(self, case: Case, who: Who, answer: Answer, *, allowed: bool) -> str | None:
        may_read: set[Kind] = {"project"} if who.has("use", "foreign") else set()
        if allowed and case.shown_to(who):
            may_read.update(case.shows)
        if found := leaked(answer.raw, may_read):
            self._tally.leaks += 1
            return f"{answer.status}, which tells of {', '.join(sorted(found))}"
        if allowed:
            return _not_through(case, answer)
        expected = case.refused if who.sound else {401}
        if answer.status not in expected:
            return f"{answer.status}, expected {sorted(expected)}: {answer.error}"
        if not (isinstance(answer.error, dict) and answer.error.keys() >= case.parts):
            return f"{answer.status} without the contract's body: {answer.error}"
        return None

    async def send(self, route: Route, call: Call, who: Who, *, endless: bool = False) -> Answer:
        """One call over HTTP, its stream read to its end, or to where an endless one rests."""
        headers = httpx.Headers(call.headers)
        given = who.headers.items() if isinstance(who.headers, dict) else who.headers
        if call.bearer is not None:
            given = {"Authorization": f"Bearer {call.bearer}"}.items()
        if who.cookies:
            cookie = "; ".join(f"{name}={value}" for name, value in who.cookies.items())
            given = [*given, ("Cookie", cookie)]
        request = self._client.build_request(
            route[0],
            route[1].format(**call.path),
            params={**{k: str(v) for k, v in call.query.items()}, **who.query},
            json=call.json,
            files=call.files,
            headers=[*headers.multi_items(), *given],
        )
        response = await self._client.send(request, stream=True)
        try:
            raw = await _resting(response) if endless else await response.aread()
        finally:
            await response.aclose()
        told = "\n".join(f"{name}: {value}" for name, value in response.headers.items())
        return Answer(response.status_code, told.encode() + b"\n\n" + raw, response)


def _tells(who: Who) -> bool:
    """Whether they are worth a call in every case: a credential is looked at before the rest."""
    return who.sound or who.name == "anonymous"


def _not_through(case: Case, answer: Answer) -> str | None:
    if answer.status not in case.ok:
        return f"{answer.status}, expected {sorted(case.ok)}: {answer.error}"
    return None if case.check(answer.response) else f"an unexpected answer: {answer.error}"


async def _resting(response: httpx.Response) -> bytes:
    raw = b""
    async for piece in response.aiter_raw():
        raw += piece
        if any(each in raw for each in ENOUGH) and raw.endswith(b"\n\n"):
            break
    return raw
