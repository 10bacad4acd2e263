"""The callers: one for every way to have access, and one for every way not to."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import jwt
from sqlmodel import col, delete, update
from uuid_utils.compat import uuid7

from app.access.tables import Grant
from app.access.tiers import TIERS, Tier
from app.accounts import store
from app.accounts.sessions import Client
from app.accounts.tables import Department, Group, GroupMember, PersonalAccessToken, User
from app.accounts.tokens import AccessClaims, draw_token, read_access_token, sign_access_token
from ingest.corpus.tables import Project, now
from tests.authorization.links import EXPIRED, REVOKED, SPENT, share_link
from tests.authorization.rooms import add
from tests.authorization.stage import Stage, new_person
from tests.authorization.who import Who

_CLIENT = Client("127.0.0.1", "plain")
EVERYWHERE: dict[str, Tier] = {"mine": "full", "public": "full", "quiet": "full", "foreign": "full"}
PUBLIC: dict[str, Tier] = {"public": "use"}


def bearing(token: str) -> dict[str, str]:
    """The header that a token belongs in."""
    return {"Authorization": f"Bearer {token}"}


async def everybody(stage: Stage, superadmin: str) -> list[Who]:
    """All of them; each has a talk in the room that is theirs, or was."""
    people = [
        *await _with_tiers(stage),
        *await _with_roles(stage, superadmin),
        *await _without_access(stage),
        *await _managers(stage),
    ]
    owner = next(who for who in people if who.name == "owner")
    reader = next(who for who in people if who.name == "use, direct")
    admin = next(who for who in people if who.name == "admin")
    people += [await _by_token(stage, who) for who in (owner, reader, admin)]
    for who in people:
        stage.talks[who.user_id, who.home] = await stage.talk(who, fresh=True)
    people += await _without_standing(stage)
    people += await _with_worthless_credentials(stage, owner)
    people += await _with_share_links(stage, owner)
    return [*people, *await _at_wrong_places(stage, owner)]


async def _signed_in(
    stage: Stage, name: str, tiers: dict[str, Tier], home: str = "mine", **fields: object
) -> Who:
    user = await new_person(stage.database, name=f"Caller {uuid7().hex[-6:]}", **fields)
    return await signed_in(stage, name, user, tiers, home)


async def signed_in(
    stage: Stage, name: str, user: User, tiers: dict[str, Tier], home: str = "mine"
) -> Who:
    """Somebody with a session of their own."""
    _, pair = await stage.session(user.id)
    return Who(
        name,
        bearing(pair.access_token),
        user.id,
        home=home,
        tiers={**PUBLIC, **tiers},
        role=user.platform_role,
        position=user.org_position,
    )


async def _with_tiers(stage: Stage) -> list[Who]:
    mine = stage.rooms["mine"].project
    found = [await _signed_in(stage, "use, public", {}, "public")]
    for tier in TIERS:
        department = Department(name=f"All {tier}")
        group = Group(department_id=stage.near.id, name=f"Some {tier}")
        await add(
            stage.database,
            department,
            group,
            Grant(project_id=mine, department_id=department.id, tier=tier),
            Grant(project_id=mine, group_id=group.id, tier=tier),
        )
        has: dict[str, Tier] = {"mine": tier}
        direct = await _signed_in(stage, f"{tier}, direct", has)
        grouped = await _signed_in(stage, f"{tier}, group", has)
        placed = await _signed_in(stage, f"{tier}, department", has, department_id=department.id)
        await add(
            stage.database,
            Grant(project_id=mine, user_id=direct.user_id, tier=tier),
            GroupMember(group_id=group.id, user_id=grouped.user_id),
        )
        found += [direct, grouped, placed]
    owner = await _signed_in(stage, "owner", {"mine": "full"})
    async with stage.database.transaction() as session:
        owns = update(Project).where(col(Project.id) == mine).values(owner_id=owner.user_id)
        await session.exec(owns)
    return [*found, owner]


async def _with_roles(stage: Stage, superadmin: str) -> list[Who]:
    admin = await _signed_in(stage, "admin", EVERYWHERE, platform_role="admin")
    engineer = await _signed_in(stage, "engineer", EVERYWHERE, platform_role="engineer")
    secret = stage.site.settings.secret()
    ada = read_access_token(superadmin, secret).user_id
    top = Who("superadmin", bearing(superadmin), ada, tiers=EVERYWHERE, role="superadmin")
    everything_use: dict[str, Tier] = dict.fromkeys(EVERYWHERE, "use")
    has: dict[str, Tier] = {**everything_use, "mine": "edit"}
    chief = await _signed_in(stage, "ceo", has, "quiet", org_position="ceo")
    mine = stage.rooms["mine"].project
    await add(stage.database, Grant(project_id=mine, user_id=chief.user_id, tier="edit"))
    raised = replace(chief, name="ceo with a direct edit", home="mine")
    return [admin, engineer, top, chief, raised]


async def _without_access(stage: Stage) -> list[Who]:
    """Signed in, and in this room nobody, or nobody any more."""
    database, mine = stage.database, stage.rooms["mine"].project
    elsewhere = await _signed_in(stage, "member of another project", {"quiet": "full"})
    quiet = stage.rooms["quiet"].project
    group = await stage.group(stage.near.id)
    department = await stage.department()
    ungranted = await _signed_in(stage, "grant taken back", {})
    left = await _signed_in(stage, "left the group", {})
    moved = await _signed_in(stage, "left the department", {}, department_id=department.id)
    await add(
        database,
        Grant(project_id=quiet, user_id=elsewhere.user_id, tier="full"),
        Grant(project_id=mine, user_id=ungranted.user_id, tier="full"),
        Grant(project_id=mine, group_id=group.id, tier="full"),
        Grant(project_id=mine, department_id=department.id, tier="full"),
        GroupMember(group_id=group.id, user_id=left.user_id),
    )
    async with database.transaction() as session:
        await session.exec(delete(Grant).where(col(Grant.user_id) == ungranted.user_id))
        await session.exec(delete(GroupMember).where(col(GroupMember.user_id) == left.user_id))
        nowhere = update(User).where(col(User.id) == moved.user_id).values(department_id=None)
        await session.exec(nowhere)
    return [elsewhere, ungranted, left, moved]


async def _managers(stage: Stage) -> list[Who]:
    mine = stage.rooms["mine"].project
    other = await stage.department()
    await add(stage.database, Grant(project_id=mine, department_id=stage.near.id, tier="use"))
    own = await _signed_in(
        stage,
        "manager of the department with access",
        {"mine": "use"},
        org_position="manager",
        department_id=stage.near.id,
    )
    stranger = await _signed_in(
        stage,
        "manager of another department",
        {},
        org_position="manager",
        department_id=other.id,
    )
    return [replace(own, manages="near"), replace(stranger, manages="other")]


async def _by_token(stage: Stage, who: Who) -> Who:
    _, secret = await stage.token(who.user_id)
    return replace(who, name=f"{who.name}, by token", headers=bearing(secret), by_token=True)


async def _without_standing(stage: Stage) -> list[Who]:
    """People who owned the room's like, and may not sign in any more."""
    found: list[Who] = []
    for name, lose in (("suspended", _suspend), ("deleted", _delete)):
        who = await _signed_in(stage, name, {"mine": "full"})
        mine = stage.rooms["mine"].project
        await add(stage.database, Grant(project_id=mine, user_id=who.user_id, tier="full"))
        token = await _by_token(stage, who)
        await lose(stage, who.user_id)
        found += [who, token]
    return [replace(who, sound=False, tiers={}) for who in found]


async def _suspend(stage: Stage, user_id: UUID) -> None:
    async with stage.database.transaction() as session:
        await session.exec(update(User).where(col(User.id) == user_id).values(is_active=False))


async def _delete(stage: Stage, user_id: UUID) -> None:
    async with stage.database.transaction() as session:
        await session.exec(delete(User).where(col(User.id) == user_id))


async def _with_worthless_credentials(stage: Stage, owner: Who) -> list[Who]:
    """The owner's credentials, spent, ended, forged; and none at all."""
    secret = stage.site.settings.secret()
    session_id, pair = await stage.session(owner.user_id)
    claims = AccessClaims(owner.user_id, session_id)
    claimed = jwt.decode(pair.access_token, secret, algorithms=["HS256"])
    ended, revoked = await stage.session(owner.user_id)
    _, spent = await stage.session(owner.user_id)
    await stage.site.services.accounts.refresh(spent.refresh_token, _CLIENT)
    gone, unknown = await stage.token(owner.user_id)
    _, late = await stage.token(owner.user_id, days=-1)
    async with stage.database.transaction() as session:
        await store.end_session(session, ended)
        table = delete(PersonalAccessToken).where(col(PersonalAccessToken.id) == gone)
        await session.exec(table)
    bad = {
        "anonymous": {},
        "expired access token": bearing(
            sign_access_token(claims, secret, at=now() - timedelta(minutes=16))
        ),
        "ended session": bearing(revoked.access_token),
        "refresh token as bearer": bearing(pair.refresh_token),
        "spent refresh token as bearer": bearing(spent.refresh_token),
        "revoked personal token": bearing(unknown),
        "expired personal token": bearing(late),
        "unknown personal token": bearing(draw_token("lumen_pat_")),
        "one-time link's token as bearer": bearing(draw_token("lumen_link_")),
        "unsigned token": bearing(jwt.encode(claimed, None, algorithm="none")),
        "token signed by another": bearing(jwt.encode(claimed, "x" * 32, algorithm="HS256")),
        "token of another kind": bearing(
            jwt.encode({**claimed, "typ": "refresh"}, secret, algorithm="HS256")
        ),
        "somebody else's session": bearing(
            sign_access_token(AccessClaims(owner.user_id, stage.sams_session), secret)
        ),
        "garbage": bearing("garbage"),
        "empty bearer": {"Authorization": "Bearer"},
    }
    return [_worthless(owner, name, headers=headers) for name, headers in bad.items()]


async def _with_share_links(stage: Stage, owner: Who) -> list[Who]:
    """Tokens of links to the owner's talk, good and not: they open what is shared, not this."""
    project = stage.rooms["mine"].project
    states = {"good": {}, "revoked": REVOKED, "expired": EXPIRED, "spent": SPENT}
    found: list[Who] = []
    for state, became in states.items():
        _, token = await share_link(stage, owner.user_id, project, **became)
        name = f"{state} share link's token as bearer"
        found.append(_worthless(owner, name, headers=bearing(token)))
    return found


async def _at_wrong_places(stage: Stage, owner: Who) -> list[Who]:
    """The owner's good token, anywhere but alone in its header."""
    _, pair = await stage.session(owner.user_id)
    good = pair.access_token
    both = (("Authorization", f"Bearer {good}"), ("Authorization", f"Bearer {good}"))
    return [
        _worthless(owner, "two Authorization headers", headers=both),
        _worthless(owner, "another scheme", headers={"Authorization": f"Basic {good}"}),
        _worthless(owner, "no scheme", headers={"Authorization": good}),
        _worthless(owner, "token in another header", headers={"X-Authorization": f"Bearer {good}"}),
        _worthless(owner, "token in a cookie", cookies={"access_token": good, "token": good}),
        _worthless(
            owner,
            "refresh token in its cookie",
            headers={"X-Lumen-Client": "1"},
            cookies={"lumen_refresh": pair.refresh_token},
        ),
        _worthless(owner, "token in the query", query={"access_token": good, "token": good}),
    ]


def _worthless(owner: Who, name: str, **sent: object) -> Who:
    changed = {"name": name, "sound": False, "tiers": {}, "role": "none", "headers": {}, **sent}
    return replace(owner, **changed)
