"""What can go wrong with share requests and links."""

from typing import ClassVar

from app.errors import AppError


class SharingError(AppError):
    """Root of this package's errors."""


class AlreadyRequested(SharingError):
    """The conversation has a request that waits."""

    code: ClassVar[str] = "already_requested"


class AlreadyDecided(SharingError):
    """The request was approved or rejected before."""

    code: ClassVar[str] = "already_decided"


class LinkGone(SharingError):
    """The link was good once; `extra` names the reason: `expired`, `revoked` or `closed`."""

    code: ClassVar[str] = "gone"


class FollowUpsOff(SharingError):
    """The link is for reading alone."""

    code: ClassVar[str] = "forbidden"


class FollowUpsSpent(SharingError):
    """The link's guests have asked as much as it allows."""

    code: ClassVar[str] = "follow_ups_spent"
