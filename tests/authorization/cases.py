"""How a route's entry is written: what it needs, and calls that should pass or fail by that alone.

A case sends one call as every caller. Its body is always valid: those who may must get through with
it, so that whoever is refused is refused for who they are.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import httpx

from app.access.tiers import Tier
from tests.authorization.canaries import Kind
from tests.authorization.rooms import Room, Talk
from tests.authorization.stage import Stage
from tests.authorization.who import Who

Need: TypeAlias = Callable[[Who], bool]
ADMINS = frozenset({"superadmin", "admin"})
KEEPERS = frozenset({"superadmin", "engineer"})
PARTS = frozenset({"error", "message", "requestId"})


@dataclass(frozen=True)
class Call:
    """What is sent: values of the path's parameters, query, body.

    Attributes:
        bearer: In place of the caller's credential, where the call uses one up.
    """

    path: Mapping[str, object] = field(default_factory=dict[str, object])
    query: Mapping[str, object] = field(default_factory=dict[str, object])
    json: object = None
    files: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    bearer: str | None = None


@dataclass(frozen=True)
class Ask:
    """Who calls, where.

    Attributes:
        room: The caller's own, or the foreign one.
        fresh: Whether the call will get through and change things: then they are made for it.
    """

    stage: Stage
    who: Who
    room: Room
    fresh: bool

    async def talk(self) -> Talk:
        """The caller's own."""
        return await self.stage.talk(self.who, fresh=self.fresh)

    @property
    def foreign(self) -> Room:
        """The room that is nobody's here."""
        return self.stage.rooms["foreign"]


Fill: TypeAlias = Callable[[Ask], Awaitable[Call]]


@dataclass(frozen=True)
class Case:
    """One call, as every caller.

    Attributes:
        need: Who gets through.
        foreign: Whether it names the foreign room.
        ok: The statuses of getting through.
        refused: The statuses of those who are signed in and don't.
        changes: Whether getting through changes something.
        shows: Kinds of canaries that those who get through may read here, each with the reason.
        shown_to: Which of them may.
        endless: Whether its stream ends by the reader's going alone.
        callers: Who calls; the rest make no difference here.
        check: Looks at the answer of those who get through.
        parts: What the body of a refusal holds, where it is not the contract's own.
    """

    name: str
    need: Need
    fill: Fill
    foreign: bool = False
    ok: frozenset[int] = frozenset({200})
    refused: frozenset[int] = frozenset({403, 404})
    changes: bool = False
    shows: Mapping[Kind, str] = field(default_factory=dict[Kind, str])
    shown_to: Need = lambda _: True
    endless: bool = False
    callers: Need = lambda _: True
    check: Callable[[httpx.Response], bool] = lambda _: True
    parts: frozenset[str] = PARTS


def anybody(_: Who) -> bool:
    """Everybody, whatever they send."""
    return True


def signed_in(who: Who) -> bool:
    """Whoever has a credential that means somebody."""
    return who.sound


def in_person(who: Who) -> bool:
    """Whoever is signed in by something else than a personal token."""
    return who.sound and not who.by_token


def nobody(_: Who) -> bool:
    """Nobody at all."""
    return False


def role(roles: frozenset[str]) -> Need:
    """Those with one of these platform roles."""
    return lambda who: who.sound and who.role in roles


def at_home(tier: Tier) -> Need:
    """Those who may go that far in the room that is theirs."""
    return lambda who: who.has(tier, who.home)


def abroad(tier: Tier) -> Need:
    """Those who may go that far in the foreign room."""
    return lambda who: who.has(tier, "foreign")


def few(who: Who) -> bool:
    """Some callers, for calls that are dear and don't ask who calls."""
    return who.name in {"anonymous", "garbage", "owner", "superadmin"}


def project(tier: Tier, fill: Fill, **rest: Any) -> list[Case]:
    """A call in a project: the caller's own, and the foreign one."""
    return [
        Case("own project", at_home(tier), fill, **rest),
        Case("foreign project", abroad(tier), fill, foreign=True, **rest),
    ]


def own(fill: Fill, others: Mapping[str, Fill], *, tier: Tier = "use", **rest: Any) -> list[Case]:
    """A call on what is the caller's alone: theirs, and each of what is somebody else's."""
    mine = Case("own", at_home(tier), fill, **rest)
    theirs = [replace(mine, name=name, need=nobody, fill=other) for name, other in others.items()]
    return [mine, *theirs]


def mixed(name: str, fill: Fill, *refused: int, **rest: Any) -> Case:
    """A call in the caller's own project that names something of another: it never gets through."""
    sent = {"callers": at_home("use"), "refused": frozenset({400, 403, 404, *refused}), **rest}
    return Case(name, nobody, fill, **sent)
