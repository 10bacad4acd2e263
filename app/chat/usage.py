"""What answers took, by person, project, model or integration."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from sqlmodel.ext.asyncio.session import AsyncSession

from app.chat.sql import USAGE_BY

By: TypeAlias = Literal["user", "project", "model", "integration"]


@dataclass(frozen=True, slots=True)
class Usage:
    """What one person, project, model or integration took.

    Attributes:
        id: Of the person, project or integration; the model's name. Where no account asked,
            `integrations` or `guests` stands in the person's place.
        name: As it is now; empty where it was deleted.
        answers: Those that ended, whole or not.
        cost: Dollars, of those answers whose price was known; None where it was known of none.
        searches: Web searches.
    """

    id: str
    name: str
    answers: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None
    searches: int


async def usage(session: AsyncSession, by: By, since: datetime, until: datetime) -> Sequence[Usage]:
    """Usage from `since` to before `until`, the greatest first."""
    connection = await session.connection()
    found = await connection.execute(USAGE_BY[by], {"since": since, "until": until})
    return [Usage(*row) for row in found]
