"""Sealing all providers' keys anew, after the server's secret was changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.record import Actor, Change, Target, record
from app.catalog.errors import KeysUnreadable
from app.catalog.tables import Provider
from ingest.corpus.tables import now
from providers.secrets import KeyVault, SecretUnreadable


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """A provider's stored key, without the key.

    Attributes:
        opens: Whether one of the given secrets opens it.
        is_current: Whether the newest secret sealed it.
    """

    provider_id: UUID
    name: str
    opens: bool
    is_current: bool


async def conditions(session: AsyncSession, vault: KeyVault) -> list[KeyCondition]:
    """Every stored key, by its provider's name."""
    return [_condition(row, vault) for row in await _sealed(session)]


async def reseal(session: AsyncSession, vault: KeyVault, actor: Actor) -> int:
    """Seal every key with the newest secret; those that are stay as they are.

    Returns:
        How many were sealed anew.

    Raises:
        KeysUnreadable: One does not open; nothing was changed.
    """
    rows = await _sealed(session, lock=True)
    closed = [row.name for row in rows if not _condition(row, vault).opens]
    if closed:
        raise KeysUnreadable(
            f"No secret that is set opens the key of: {', '.join(closed)}. Add the secret that was "
            "in use before to LUMEN_SECRET_KEY_OLD, or enter that key again in the provider "
            "settings. Nothing was changed."
        )
    old = [row for row in rows if row.api_key and not vault.is_current(row.api_key)]
    for row in old:
        row.api_key = vault.seal(vault.open(row.api_key or b"", row.id), row.id)
        row.updated_at = now()
        session.add(row)
    if old:
        change = Change(after={"providers": [row.slug for row in old]})
        target = Target("provider", None, "Keys")
        await record(session, actor, "provider.keys_resealed", target, change)
    return len(old)


async def _sealed(session: AsyncSession, *, lock: bool = False) -> Sequence[Provider]:
    query = (
        select(Provider)
        .where(col(Provider.api_key).is_not(None))
        .order_by(col(Provider.name), col(Provider.id))
    )
    return (await session.exec(query.with_for_update() if lock else query)).all()


def _condition(row: Provider, vault: KeyVault) -> KeyCondition:
    sealed = row.api_key or b""
    try:
        vault.open(sealed, row.id)
    except SecretUnreadable:
        return KeyCondition(row.id, row.name, opens=False, is_current=False)
    return KeyCondition(row.id, row.name, opens=True, is_current=vault.is_current(sealed))
