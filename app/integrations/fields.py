"""What may stand in the fields of an integration, whoever writes them."""

from typing import Annotated, Final

from msgspec import Meta

from app.errors import InvalidRequest
from app.integrations.domains import MOST_DOMAINS

MOST_PER_MINUTE: Final = 10_000
MOST_PER_DAY: Final = 1_000_000

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Domains = Annotated[list[Annotated[str, Meta(max_length=300)]], Meta(max_length=MOST_DOMAINS)]
PerMinute = Annotated[int, Meta(ge=1, le=MOST_PER_MINUTE)]
PerDay = Annotated[int, Meta(ge=1, le=MOST_PER_DAY)]


def sound_name(given: str) -> str:
    """The name as it is kept: on one line.

    Raises:
        InvalidRequest: It says nothing.
    """
    name = " ".join(given.split())
    if not name:
        raise InvalidRequest("Give it a name.", "name")
    return name
