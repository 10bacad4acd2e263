"""The issuer's groups, mapped to ours at each sign-in."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.accounts.tables import Group, GroupMember, User
from app.audit.record import Actor, Change, Target, record

_SOURCE = "sign_in"


async def map_groups(
    session: AsyncSession, user: User, names: Collection[str], actor: Actor
) -> None:
    """Put the person into the groups that have these names at the issuer, and into no others.

    What somebody here gave by hand stays: only memberships that came by a sign-in go by one. A
    claim that is absent has no names: then all that came by sign-in go.
    """
    wanted = await _groups(session, names)
    gone = await session.exec(
        delete(GroupMember)
        .where(
            col(GroupMember.user_id) == user.id,
            col(GroupMember.source) == _SOURCE,
            col(GroupMember.group_id).not_in(wanted),
        )
        .returning(col(GroupMember.group_id))
    )
    for group_id in sorted(gone.scalars()):
        await _tell(session, user, actor, group_id, gone=True)
    for group_id in sorted(wanted):
        added = await session.exec(
            insert(GroupMember)
            .values(GroupMember(group_id=group_id, user_id=user.id, source=_SOURCE).model_dump())
            .on_conflict_do_nothing()
            .returning(col(GroupMember.group_id))
        )
        if added.first() is not None:
            await _tell(session, user, actor, group_id, gone=False)


async def _groups(session: AsyncSession, names: Collection[str]) -> set[UUID]:
    if not names:
        return set()
    return set(await session.exec(select(Group.id).where(col(Group.external_name).in_(names))))


async def _tell(
    session: AsyncSession, user: User, actor: Actor, group_id: UUID, *, gone: bool
) -> None:
    group = await session.get_one(Group, group_id)
    membership = {"userId": str(user.id), "email": user.email, "source": _SOURCE}
    change = Change(before=membership) if gone else Change(after=membership)
    action = "group.member_removed" if gone else "group.member_added"
    await record(session, actor, action, Target("group", group_id, group.name), change)
