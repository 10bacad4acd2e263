"""Sending what is due: signed, within limits, again and again with growing pauses."""

import hashlib
import hmac
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.record import SERVER, Target, record
from app.webhooks.jobs import send_later
from app.webhooks.sealing import Sealing
from app.webhooks.tables import Delivery, Webhook
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import now
from providers.errors import ProviderError

GONE = 410
CLOCKS_APART = timedelta(seconds=5)
"""How far the database's clock may be from this process's."""
_JITTER = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Told:
    """What became of an attempt.

    Attributes:
        status: The receiver's; None where it gave none.
        text: The beginning of what it said.
        error: What went wrong, in our words; None where nothing did.
    """

    status: int | None = None
    text: str | None = None
    error: str | None = None


class Post(Protocol):
    """Sends one request; it raises nothing: whatever happens is told."""

    async def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> Told:
        """Send it."""
        ...


@dataclass(frozen=True, slots=True)
class SendingOptions:
    """How patient it is: eight tries over some 23 hours.

    Attributes:
        tries: All of them.
        first_pause_s: Behind the first; each further one is `growth` times as long.
        lease_s: Longer than an attempt takes: until then nobody else makes the same.
    """

    tries: int = 8
    first_pause_s: float = 15.0
    growth: float = 4.0
    lease_s: float = 30.0

    def pause_s(self, tries: int) -> float:
        """Behind so many tries, a little scattered so that not all come back at once."""
        return self.first_pause_s * self.growth ** (tries - 1) * _JITTER.uniform(1.0, 1.1)


@dataclass(frozen=True, slots=True)
class _Attempt:
    delivery_id: UUID
    url: str
    event: str
    body: bytes
    secret: str


class Sender:
    """Sends deliveries.

    Args:
        transactions: Opens a transaction; none is open while a receiver is waited for.
        vault: Opens secrets.
        post: Sends.
        options: Patience.
    """

    def __init__(
        self,
        transactions: Transactions,
        vault: Sealing,
        post: Post,
        options: SendingOptions | None = None,
    ) -> None:
        self._transactions = transactions
        self._vault = vault
        self._post = post
        self._options = options or SendingOptions()

    async def send(self, delivery_id: UUID) -> None:
        """Make one attempt at what is due, and note what became of it; else do nothing."""
        async with self._transactions() as session:
            attempt = await self._begin(session, delivery_id)
        if isinstance(attempt, _Attempt):
            told = await self._post(attempt.url, attempt.body, headers_of(attempt))
            async with self._transactions() as session:
                await self._end(session, delivery_id, told)

    async def _begin(self, session: AsyncSession, delivery_id: UUID) -> _Attempt | None:
        found = await _locked(session, delivery_id)
        if found is None or found[0].status != "pending":
            return None
        delivery, webhook = found
        if delivery.due_at is not None and delivery.due_at > now() + CLOCKS_APART:
            return None  # A job that came twice: the one for that moment is in the queue.
        session.add(delivery)
        if not webhook.is_enabled:
            _close(delivery, "failed", "The webhook is switched off.")
            return None
        try:
            secret = self._vault.open(webhook.secret, webhook.id)
        except ProviderError:
            _close(delivery, "failed", "The secret does not open. Draw a new one.")
            return None
        delivery.attempts += 1
        delivery.tries += 1
        delivery.attempted_at = now()
        # Should this process die, what is due again then is taken up by another.
        delivery.due_at = now() + timedelta(seconds=self._options.lease_s)
        return _Attempt(delivery.id, webhook.url, delivery.event, delivery.body.encode(), secret)

    async def _end(self, session: AsyncSession, delivery_id: UUID, told: Told) -> None:
        found = await _locked(session, delivery_id)
        if found is None:
            return
        delivery, webhook = found
        delivery.response_status, delivery.response = told.status, told.text
        session.add(delivery)
        if told.error is None:
            _close(delivery, "delivered", None)
        elif told.status == GONE:
            _close(delivery, "failed", told.error)
            await _disable(session, webhook)
        elif delivery.tries >= self._options.tries:
            _close(delivery, "failed", told.error)
        else:
            pause_s = self._options.pause_s(delivery.tries)
            delivery.last_error = told.error
            delivery.due_at = now() + timedelta(seconds=pause_s)
            await session.flush()
            await send_later(session, delivery.id, pause_s)


def headers_of(attempt: _Attempt) -> dict[str, str]:
    """What goes with a body: what it is, and the proof that it comes from here."""
    return {
        "Content-Type": "application/json",
        "User-Agent": "lumen-webhooks",
        "X-Lumen-Event": attempt.event,
        "X-Lumen-Delivery": str(attempt.delivery_id),
        "X-Lumen-Timestamp": str(int(now().timestamp())),
        "X-Lumen-Signature": signature(attempt.secret, attempt.body),
    }


def signature(secret: str, body: bytes) -> str:
    """The HMAC-SHA256 of the raw body, as the header says it."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def _locked(session: AsyncSession, delivery_id: UUID) -> tuple[Delivery, Webhook] | None:
    delivery = (
        await session.exec(
            select(Delivery).where(Delivery.id == delivery_id).with_for_update(key_share=True)
        )
    ).one_or_none()
    webhook = await session.get(Webhook, delivery.webhook_id) if delivery else None
    return (delivery, webhook) if delivery and webhook else None


def _close(delivery: Delivery, status: str, error: str | None) -> None:
    delivery.status, delivery.due_at, delivery.last_error = status, None, error


async def _disable(session: AsyncSession, webhook: Webhook) -> None:
    webhook.is_enabled, webhook.updated_at = False, now()
    webhook.disabled_reason = "Its receiver says that it is gone for good (410)."
    session.add(webhook)
    target = Target("webhook", webhook.id, webhook.url, webhook.project_id)
    await record(session, SERVER, "webhook.disabled", target)
