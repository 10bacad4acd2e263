"""What can go wrong with access."""

from typing import ClassVar

from app.errors import AppError


class AccessDenied(AppError):
    """The resolver gave nothing, or a tier that is too low."""

    code: ClassVar[str] = "project_access_denied"


class RoleRequired(AppError):
    """The call is for other platform roles."""

    code: ClassVar[str] = "forbidden"
