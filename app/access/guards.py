"""Calls that are for some platform roles alone."""

from app.access.errors import RoleRequired
from app.access.principal import Principal

ADMINS = frozenset({"superadmin", "admin"})
"""Who looks after people and projects."""
KEEPERS = frozenset({"superadmin", "engineer"})
"""Who looks after providers and the system."""


def require_role(principal: Principal, roles: frozenset[str], message: str) -> None:
    """Let these roles pass.

    Raises:
        RoleRequired: The caller has none of them.
    """
    if principal.user.platform_role not in roles:
        raise RoleRequired(message)
