"""What the database refuses, in this package's errors: so the later of two that race learns why."""

from collections.abc import Mapping

import psycopg
from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.errors import CeoExists, EmailExists, NameExists
from app.errors import AppError, InvalidRequest

_REFUSALS: Mapping[str, tuple[type[AppError], str]] = {
    "user_account_email_key": (EmailExists, "Somebody has this e-mail address already."),
    # Postgres and Python disagree on the small letters of some scripts.
    "user_account_email_check": (InvalidRequest, "This is not an e-mail address."),
    "user_account_one_ceo": (CeoExists, "There is a chief executive already."),
    "department_name": (NameExists, "Another department has this name."),
    "user_group_name": (NameExists, "Another group of the department has this name."),
    "user_group_external": (NameExists, "Another group has this external name."),
}


async def save(session: AsyncSession) -> None:
    """Write what has changed, so that the transaction can go on or end with a reason.

    Raises:
        EmailExists: The e-mail address is somebody's.
        CeoExists: There is a chief executive.
        NameExists: The name is another department's or group's.
        InvalidRequest: The address is not in small letters to the database.
        IntegrityError: Something else does not hold.
    """
    try:
        await session.flush()
    except IntegrityError as error:
        refusal = _REFUSALS.get(_constraint(error))
        if refusal is None:
            raise
        kind, message = refusal
        raise kind(message) from error


def _constraint(error: IntegrityError) -> str:
    cause = error.orig
    return (cause.diag.constraint_name or "") if isinstance(cause, psycopg.Error) else ""
