"""The site with its people and rooms, and fresh objects for calls that use something up."""

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from app.accounts.sessions import Client, SignedIn, open_session
from app.accounts.tables import Department, Group, GroupMember, PersonalAccessToken, User
from app.accounts.tokens import PERSONAL_PREFIX, draw_token, read_access_token, token_hash
from app.catalog.catalog import ProviderChange
from app.db.engine import Database
from ingest.corpus.tables import now
from tests.authorization.canaries import canary
from tests.authorization.rooms import Room, Talk, add, add_talk, copy_room
from tests.authorization.who import Who
from tests.fixtures.site import Site


@dataclass
class Stage:
    """Everything that a call may name.

    Attributes:
        rooms: By name.
        sam: Whose talks are in every room; calls nothing himself.
        talks: Of each caller, in the room that is theirs.
        ada: The superadmin.
        near: A department with a manager among the callers.
        near_user: Its member.
        far: A department with people, a group and grants of the foreign room.
        far_group: Its group.
        far_user: Its member.
        provider: An endpoint that nothing answers at.
    """

    site: Site
    ada: UUID
    sam: User
    near: Department
    near_group: Group
    near_user: User
    far: Department
    far_group: Group
    far_user: User
    rooms: dict[str, Room] = field(default_factory=dict[str, Room])
    talks: dict[tuple[UUID, str], Talk] = field(default_factory=dict[tuple[UUID, str], Talk])
    provider: UUID = field(default_factory=uuid7)
    sams_token: UUID = field(default_factory=uuid7)
    sams_session: UUID = field(default_factory=uuid7)

    @property
    def database(self) -> Database:
        return self.site.services.database

    async def room(self, name: str, *, fresh: bool) -> Room:
        """The room of this name, or another like it that a call may change."""
        room = self.rooms[name]
        return await copy_room(self.database, room, self.sam.id) if fresh else room

    async def talk(self, who: Who, *, fresh: bool) -> Talk:
        """The caller's own in their room; any, where what they send means nobody."""
        if not who.sound:
            return self.rooms[who.home].talk
        if not fresh and (who.user_id, who.home) in self.talks:
            return self.talks[who.user_id, who.home]
        project = self.rooms[who.home].project
        return await add_talk(self.database, who.user_id, project, "plain")

    async def session(self, user_id: UUID) -> tuple[UUID, SignedIn]:
        """Sign somebody in once more."""
        settings = self.site.settings
        async with self.database.transaction() as session:
            user = await session.get_one(User, user_id)
            signed_in = await open_session(
                session, user, "password", Client("127.0.0.1", "plain"), settings.secret()
            )
        claims = read_access_token(signed_in.access_token, settings.secret())
        return claims.session_id, signed_in

    async def token(
        self, user_id: UUID, *, days: float = 30, name: str = "plain"
    ) -> tuple[UUID, str]:
        """Give somebody a personal token: its id and its text."""
        secret = draw_token(PERSONAL_PREFIX)
        row = PersonalAccessToken(
            user_id=user_id,
            name=name,
            token_hash=token_hash(secret),
            last4=secret[-4:],
            expires_at=now() + timedelta(days=days),
        )
        await add(self.database, row)
        return row.id, secret

    async def person(self, **fields: object) -> User:
        """Somebody new."""
        return await new_person(self.database, **fields)

    async def department(self) -> Department:
        """A new one, without people."""
        row = Department(name=f"Department {uuid7().hex}")
        await add(self.database, row)
        return row

    async def group(self, department_id: UUID, *members: UUID) -> Group:
        """A new one."""
        row = Group(department_id=department_id, name=f"Group {uuid7().hex}")
        places = [GroupMember(group_id=row.id, user_id=member) for member in members]
        await add(self.database, row, *places)
        return row

    async def endpoint(self) -> UUID:
        """A provider that nothing answers at; its key is a canary."""
        row = await self.site.services.catalog.add(
            ProviderChange(
                name="Nobody",
                slug=f"n{uuid7().hex}",
                base_url="http://127.0.0.1:9/v1",
                api_key=f"{canary('secret')}0000",
                models=["m"],
                is_default=False,
                is_enabled=False,
            )
        )
        return row.id


async def new_person(database: Database, **fields: object) -> User:
    """Somebody who is there now."""
    identity = uuid7()
    values = {"id": identity, "name": "Plain", "email": f"{identity.hex}@example.com", **fields}
    person = User(**values)
    await add(database, person)
    return person
