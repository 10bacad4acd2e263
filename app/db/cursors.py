"""Where a page of a list ended: the moment and the id of its last row, in a word for the client."""

import base64
import binascii
from datetime import datetime
from uuid import UUID

from app.errors import InvalidRequest


def cursor_at(moment: datetime, identity: UUID) -> str:
    """The place behind this row; the moment has a time zone."""
    place = f"{moment.isoformat()} {identity}"
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    """The row behind which the next page begins.

    Raises:
        InvalidRequest: It is no cursor.
    """
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        moment, identity = base64.urlsafe_b64decode(padded).decode().split(" ")
        place = datetime.fromisoformat(moment), UUID(identity)
    except (ValueError, binascii.Error) as error:
        raise InvalidRequest("This is not a cursor of this list.", "cursor") from error
    if place[0].tzinfo is None:
        raise InvalidRequest("This is not a cursor of this list.", "cursor")
    return place
