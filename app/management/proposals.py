"""Proposals: put down with a code, done once by the person's own word, or dropped."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from app.access.standing import Standing
from app.audit.record import Actor
from app.errors import AppError
from app.management import telling
from app.management.changes import Wanted
from app.management.drafting import Draft
from app.management.tables import Proposal, Status
from app.management.toolbox import reach
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import Project, now
from ingest.errors import IngestError

LIFETIME: Final = timedelta(minutes=15)
_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without those that look alike."""
_CODE_LENGTH: Final = 4


@dataclass(frozen=True, slots=True)
class Proposals:
    """The proposals of one conversation, in the hands of the person whose it is.

    Attributes:
        transactions: Opens a transaction.
        standing: On what the person stands; looked up again where something is done.
        actor: The person, for the audit log.
        conversation_id: Others' codes mean nothing here.
        lifetime: How long one stays open.
    """

    transactions: Transactions
    standing: Standing
    actor: Actor
    conversation_id: UUID
    lifetime: timedelta = LIFETIME

    async def put_down(self, message_id: UUID, drafts: Sequence[Draft]) -> str:
        """Keep drafts as proposals; what the person is told of them.

        An earlier proposal about the same thing is dropped: it was made of how the thing stands
        now, and only one of the two could be done.

        Raises:
            AccessDenied: The person's access has ended.
        """
        async with self.transactions() as session:
            await reach(session, self.standing)
            made = [await self._add(session, message_id, draft) for draft in drafts]
        minutes = round(self.lifetime.total_seconds() / 60)
        return telling.proposed(made, drafts, minutes)

    async def told_last(self, message_id: UUID | None) -> Proposal | None:
        """The one proposal that is open, if this answer told of it.

        A plain yes means what was asked last. Where something else was said since, or more than
        one is open, it takes a code to say which.
        """
        async with self.transactions() as session:
            found = await self._open(session)
        return found[0] if len(found) == 1 and found[0].message_id == message_id else None

    async def confirm(self, code: str) -> str:
        """Do what was proposed; what the person is told of it.

        It is done at most once, and only if the thing still stands as it was shown.

        Raises:
            AccessDenied: The person's access has ended.
        """
        async with self.transactions() as session:
            project = await reach(session, self.standing, lock=True)
            row = await self._locked(session, code)
            if row is None:
                return telling.unknown(code)
            if not row.is_open:
                return telling.not_open(row)
            why = await self._apply(session, row, project)
            _settle(session, row, "outdated" if why else "applied")
        return why or telling.done(row)

    async def cancel(self, code: str | None = None) -> str:
        """Drop one, or all that are open; what the person is told of it.

        Raises:
            AccessDenied: The person's access has ended.
        """
        async with self.transactions() as session:
            await reach(session, self.standing)
            found = await self._open(session, lock=True)
            chosen = [row for row in found if code in {None, row.code}]
            for row in chosen:
                _settle(session, row, "dropped")
            if not chosen and code is not None:
                other = await self._locked(session, code)
                return telling.unknown(code) if other is None else telling.not_open(other)
        return telling.dropped(chosen)

    async def _add(self, session: AsyncSession, message_id: UUID, draft: Draft) -> Proposal:
        wanted, moment = draft.wanted, now()
        if wanted.subject is not None:
            await session.exec(
                update(Proposal)
                .where(
                    col(Proposal.conversation_id) == self.conversation_id,
                    col(Proposal.subject) == wanted.subject,
                    col(Proposal.status) == "open",
                )
                .values(status="dropped", settled_at=moment)
            )
        row = Proposal(
            conversation_id=self.conversation_id,
            message_id=message_id,
            code=await self._fresh_code(session),
            title=wanted.title(),
            change=msgspec.to_builtins(wanted),
            before=draft.before,
            subject=wanted.subject,
            created_at=moment,
            expires_at=moment + self.lifetime,
        )
        session.add(row)
        await session.flush()
        return row

    async def _fresh_code(self, session: AsyncSession) -> str:
        """A code that this conversation has not had; nobody else writes in it meanwhile."""
        query = select(Proposal.code).where(Proposal.conversation_id == self.conversation_id)
        taken = set(await session.exec(query))
        while True:
            code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
            if code not in taken:
                return code

    async def _apply(self, session: AsyncSession, row: Proposal, project: Project) -> str | None:
        """Do it, with the audit log's entry; why not, where it can't be done any more."""
        wanted = msgspec.convert(row.change, Wanted)
        try:
            async with session.begin_nested():
                if await wanted.before(session, project) != row.before:
                    return telling.changed_meanwhile(row)
                await wanted.apply(session, self.actor, project)
        except (AppError, IngestError) as error:
            return telling.not_possible(row, error.message)
        return None

    async def _locked(self, session: AsyncSession, code: str) -> Proposal | None:
        query = select(Proposal).where(
            Proposal.conversation_id == self.conversation_id, Proposal.code == code
        )
        return (await session.exec(query.with_for_update())).one_or_none()

    async def _open(self, session: AsyncSession, *, lock: bool = False) -> Sequence[Proposal]:
        query = (
            select(Proposal)
            .where(
                Proposal.conversation_id == self.conversation_id,
                Proposal.status == "open",
                col(Proposal.expires_at) > now(),
            )
            .order_by(col(Proposal.id))
        )
        return (await session.exec(query.with_for_update() if lock else query)).all()


def _settle(session: AsyncSession, row: Proposal, status: Status) -> None:
    settled: datetime = now()
    row.status, row.settled_at = status, settled
    session.add(row)
