"""How webhooks' secrets are kept; the vault itself is the composition root's."""

from typing import Protocol
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.catalog.errors import KeysUnreadable
from app.catalog.rotation import KeyCondition
from app.webhooks.tables import Webhook
from providers.errors import ProviderError


class Sealing(Protocol):
    """Encrypts a text so that it opens for its own row alone."""

    def seal(self, key: str, row: UUID) -> bytes:
        """Encrypt."""
        ...

    def open(self, sealed: bytes, row: UUID) -> str:
        """Decrypt.

        Raises:
            ProviderError: It was sealed for another row or with a secret that is not known.
        """
        ...

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest secret sealed it."""
        ...


async def conditions(session: AsyncSession, vault: Sealing) -> list[KeyCondition]:
    """Every stored secret, without the secret, by its webhook's address."""
    query = select(Webhook).order_by(col(Webhook.url), col(Webhook.id))
    return [_condition(row, vault) for row in await session.exec(query)]


async def reseal(session: AsyncSession, vault: Sealing) -> int:
    """Seal every secret with the newest server secret.

    Returns:
        How many were sealed anew.

    Raises:
        KeysUnreadable: One does not open; nothing was changed.
    """
    rows = (await session.exec(select(Webhook).order_by(col(Webhook.id)).with_for_update())).all()
    closed = [row.url for row in rows if not _condition(row, vault).opens]
    if closed:
        raise KeysUnreadable(
            f"No secret that is set opens the secret of the webhook: {', '.join(closed)}. Add the "
            "one that was in use before to LUMEN_SECRET_KEY_OLD, or draw a new secret for that "
            "webhook. Nothing was changed."
        )
    old = [row for row in rows if not vault.is_current(row.secret)]
    for row in old:
        row.secret = vault.seal(vault.open(row.secret, row.id), row.id)
        session.add(row)
    return len(old)


def _condition(row: Webhook, vault: Sealing) -> KeyCondition:
    try:
        vault.open(row.secret, row.id)
    except ProviderError:
        return KeyCondition(row.id, f"webhook {row.url}", opens=False, is_current=False)
    current = vault.is_current(row.secret)
    return KeyCondition(row.id, f"webhook {row.url}", opens=True, is_current=current)
