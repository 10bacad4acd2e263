"""Tiers and where they come from."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Tier: TypeAlias = Literal["use", "edit", "full"]
Source: TypeAlias = Literal["platform", "owner", "ceo", "direct", "group", "department", "public"]

TIERS: tuple[Tier, ...] = ("use", "edit", "full")
SOURCES: tuple[Source, ...] = (
    "platform",
    "owner",
    "ceo",
    "direct",
    "group",
    "department",
    "public",
)
"""In the order in which the resolver asks them."""
PLATFORM_STAFF = ("superadmin", "admin", "engineer")


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """What the resolver found: how far the caller may go, and why."""

    tier: Tier
    source: Source

    def allows(self, needed: Tier) -> bool:
        """Whether this tier includes the other."""
        return TIERS.index(self.tier) >= TIERS.index(needed)
