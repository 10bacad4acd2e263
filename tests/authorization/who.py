"""Those who call: what they send, and what the contract gives them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from uuid import UUID

from app.access.tiers import TIERS, Tier

Place: TypeAlias = Literal["home", "foreign"]


@dataclass(frozen=True)
class Who:
    """One of them.

    Attributes:
        headers: What makes the request theirs.
        cookies: Sent along; nobody is let in by one.
        query: Sent along; nobody is let in by it.
        user_id: Whose objects are `their own`; for a credential that means nothing, its owner's.
        home: Name of the room that is theirs, or was once.
        tiers: What the resolver gives them, by the room's name; absent for nothing.
        manages: The department whose manager they are, `near` or `other`.
        by_token: Whether it is a personal token.
        sound: Whether the credential means somebody who may sign in.
    """

    name: str
    headers: Mapping[str, str] | tuple[tuple[str, str], ...]
    user_id: UUID
    home: str = "mine"
    tiers: Mapping[str, Tier] = field(default_factory=dict[str, Tier])
    role: str = "none"
    position: str = "member"
    manages: str = ""
    by_token: bool = False
    sound: bool = True
    cookies: Mapping[str, str] = field(default_factory=dict[str, str])
    query: Mapping[str, str] = field(default_factory=dict[str, str])

    def has(self, tier: Tier, room: str) -> bool:
        """Whether they may go that far in a room."""
        given = self.tiers.get(room)
        return self.sound and given is not None and TIERS.index(given) >= TIERS.index(tier)
