"""People beside the superadmin, and how they sign in."""

import httpx
from sqlmodel import col, select

from app.accounts.tables import User
from app.audit.tables import AuditEntry
from app.db.engine import Database
from tests.fixtures.site import PASSWORD, Site

BROWSER = {"X-Lumen-Client": "browser"}


async def person(site: Site, name: str, *, role: str = "none", **fields: object) -> User:
    """Somebody with the usual password, unless the fields say otherwise."""
    given = {"password_hash": await site.services.passwords.hash(PASSWORD), **fields}
    user = User(email=f"{name.lower()}@example.com", name=name, platform_role=role, **given)
    async with site.services.database.transaction() as session:
        session.add(user)
    return user


async def sign_in(site: Site, name: str, password: str = PASSWORD) -> httpx.AsyncClient:
    """A client of theirs, in a session of its own."""
    async with site.client() as nobody:
        body = {"email": f"{name.lower()}@example.com", "password": password}
        answer = await nobody.post("/auth/login", json=body)
    assert answer.status_code == 200, answer.text
    return site.client(answer.json()["accessToken"])


async def refused(site: Site, name: str, password: str = PASSWORD) -> bool:
    """Whether the password does not sign them in."""
    async with site.client() as nobody:
        body = {"email": f"{name.lower()}@example.com", "password": password}
        return (await nobody.post("/auth/login", json=body)).status_code == 401


async def entries(database: Database, action: str) -> list[AuditEntry]:
    """What the audit log holds of one kind, oldest first."""
    query = select(AuditEntry).where(AuditEntry.action == action).order_by(col(AuditEntry.id))
    async with database.session() as session:
        return list(await session.exec(query))
