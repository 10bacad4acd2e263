"""Tiers and where they come from."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Tier: TypeAlias = Literal["use", "edit", "full"]
Source: TypeAlias = Literal["platform", "owner", "ceo", "public"]

RANK: dict[Tier, int] = {"use": 1, "edit": 2, "full": 3}
PLATFORM_STAFF = ("superadmin", "admin", "engineer")


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """What the resolver found: how far the caller may go, and why."""

    tier: Tier
    source: Source

    def allows(self, needed: Tier) -> bool:
        """Whether this tier includes the other."""
        return RANK[self.tier] >= RANK[needed]
