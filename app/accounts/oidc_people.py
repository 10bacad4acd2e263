"""Whom a description is of: somebody who was here before, somebody with that address, or new."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts import store
from app.accounts.oidc_person import Described
from app.accounts.oidc_problems import SignOnProblem
from app.accounts.tables import User
from app.audit.record import Actor, Change, Target, record
from ingest.corpus.tables import now


async def person_of(
    session: AsyncSession, described: Described, address: str, *, create: bool
) -> User:
    """The active person.

    By the issuer's own name for them, whatever else changed. Else by the e-mail address, and only
    where the issuer says that they read it: whoever could write an address of their choice there
    would be let into another's account. Else a new one.

    Args:
        session: Commits afterwards.
        described: What the issuer says.
        address: Where the request comes from, for the audit log.
        create: Whether somebody new may come in.

    Raises:
        SignOnProblem: They can't come in; it says why.
    """
    query = select(User).where(User.issuer == described.issuer, User.subject == described.subject)
    user = (await session.exec(query.with_for_update())).first()
    if user is None:
        user = await _by_email(session, described, address)
    if user is None:
        user = await _new(session, described, address, create=create)
    if not user.is_active:
        raise SignOnProblem("account_inactive")
    return user


async def _by_email(session: AsyncSession, described: Described, address: str) -> User | None:
    if described.email is None:
        raise SignOnProblem("email_missing", "the issuer sends no usable e-mail address")
    query = select(User).where(User.email == described.email).with_for_update()
    user = (await session.exec(query)).first()
    if described.verified is False or (user and not described.verified):
        raise SignOnProblem("email_unverified")
    if user is None:
        return None
    if user.subject is not None:
        raise SignOnProblem("email_taken", "the account belongs to another subject")
    if not user.is_active:  # Before anything is written: they do not come in.
        raise SignOnProblem("account_inactive")
    user.issuer, user.subject, user.updated_at = described.issuer, described.subject, now()
    session.add(user)
    linked = Change(after={"issuer": described.issuer, "subject": described.subject})
    await _tell(session, user, address, "user.linked", linked)
    return user


async def _new(session: AsyncSession, described: Described, address: str, *, create: bool) -> User:
    if not create or not await store.is_initialized(session):
        raise SignOnProblem("no_account")
    user = User(
        email=described.email or "",
        name=described.name,
        issuer=described.issuer,
        subject=described.subject,
    )
    session.add(user)
    await session.flush()
    made = Change(
        after={
            "name": user.name,
            "email": user.email,
            "platformRole": user.platform_role,
            "orgPosition": user.org_position,
            "issuer": user.issuer,
        }
    )
    await _tell(session, user, address, "user.created", made)
    return user


async def _tell(
    session: AsyncSession, user: User, address: str, action: str, change: Change
) -> None:
    actor = Actor(user.id, user.email, address)
    await record(session, actor, action, Target("user", user.id, user.email), change)
