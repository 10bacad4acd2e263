"""The OpenAPI document is true: whatever is asked, by whomever, is answered as it says."""

import asyncio
import itertools
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from sqlmodel import select

from app.access.tables import Grant
from app.accounts.sessions import Client, open_session
from app.accounts.tables import User
from app.bootstrap.parts import Models
from app.db.engine import Database
from tests.fixtures.site import Site, open_site
from tests.http.probing import ENDLESS, Caller, broken_by, fed, in_order
from tests.waiting import eventually_async

LAMP = b"# Lamps\n\nThe lighthouse keeper trims the lamp at dusk.\n\nOil is kept in the cellar.\n"
CALLERS = ((None, 2, 1), ("bob@example.com", 4, 2), ("ada@example.com", 6, 3))
"""Who asks, with how many sound and broken examples for each call."""

ODD = ["-1", "0", str(2**31), str(2**63), "9" * 40, "1e9", "💩", "a" * 5000, "'", "\\", "%", "[]"]
NOWHERE = "http://127.0.0.1:9/v1"


@pytest.fixture
async def lit(database: Database, models: Models, tmp_path: Path) -> AsyncGenerator[Site]:
    async with open_site(database, models, tmp_path, max_answer_seconds=10) as site:
        yield site


async def things(site: Site, ada: httpx.AsyncClient) -> dict[str, str]:
    """A project that is in use: its parts' ids by the names that they have in paths and bodies."""
    project = (await ada.post("/projects", json={"name": "Lamps"})).json()["project"]
    async with site.working():
        files = [("files", ("lamp.md", LAMP))]
        sent = await ada.post(f"/documents/projects/{project['id']}", files=files)
        document = sent.json()["documents"][0]["id"]

        async def ready() -> bool | None:
            found = (await ada.get(f"/documents/{document}")).json()["document"]
            return found["status"] == "ready" or None

        await eventually_async(ready)
    chunk = (await ada.get(f"/documents/{document}/chunks")).json()["chunks"][0]["id"]
    asked = await ada.post(f"/chat/projects/{project['id']}", json={"message": "Who trims?"})
    talks = (await ada.get(f"/chat/projects/{project['id']}/conversations")).json()
    talk = talks["conversations"][0]["id"]
    provider = {"name": "N", "slug": "n", "baseUrl": NOWHERE, "models": ["m"]}
    return {
        "projectid": project["id"],
        "model": project["id"],
        "documentid": document,
        "chunkid": chunk,
        "chunk": chunk,
        "messageid": asked.headers["x-message-id"],
        "conversationid": talk,
        "providerid": (await ada.post("/providers", json=provider)).json()["provider"]["id"],
        "webhookid": await webhook_of(ada, project["id"]),
        "tokenid": (await ada.post("/tokens", json={"name": "t"})).json()["token"]["id"],
        "ownerid": project["ownerId"],
        "baseurl": NOWHERE,
        **await shared(ada, talk),
        **await people_of(ada, project["id"]),
    }


async def shared(ada: httpx.AsyncClient, talk: str) -> dict[str, str]:
    """A link to the conversation, and another request that waits."""
    path = f"/chat/conversations/{talk}/share-requests"
    first = (await ada.post(path, json={})).json()["request"]["id"]
    terms = {"allowFollowUps": True, "maxFollowUps": 1_000}
    made = (await ada.post(f"/share-requests/{first}/approve", json=terms)).json()
    waiting = (await ada.post(path, json={})).json()["request"]["id"]
    return {
        "token": made["token"],
        "shareid": made["request"]["share"]["id"],
        "requestid": waiting,
    }


async def webhook_of(ada: httpx.AsyncClient, project: str) -> str:
    """A webhook that nothing answers at."""
    body = {"url": NOWHERE, "events": ["document.ready"]}
    return (await ada.post(f"/projects/{project}/webhooks", json=body)).json()["webhook"]["id"]


async def people_of(ada: httpx.AsyncClient, project: str) -> dict[str, str]:
    """Somebody in a group of a department, with a grant; a memory; an integration."""
    department = (await ada.post("/departments", json={"name": "D"})).json()["department"]["id"]
    carol = {"name": "Carol", "email": "carol@example.com", "departmentId": department}
    user = (await ada.post("/users", json=carol)).json()["user"]["id"]
    made = {"name": "G", "departmentId": department}
    group = (await ada.post("/groups", json=made)).json()["group"]["id"]
    await ada.post(f"/groups/{group}/members", json={"userIds": [user]})
    given = {"targetType": "user", "targetId": user, "tier": "use"}
    grant = (await ada.post(f"/projects/{project}/grants", json=given)).json()["grant"]["id"]
    said = await ada.post(f"/projects/{project}/memories", json={"text": "Oil is scarce."})
    shop = {"name": "Shop", "kind": "widget"}
    shop = (await ada.post(f"/projects/{project}/integrations", json=shop)).json()["integration"]
    return {
        "departmentid": department,
        "userid": user,
        "targetid": user,
        "groupid": group,
        "grantid": grant,
        "memoryid": said.json()["memory"]["id"],
        "integrationid": shop["id"],
    }


async def manager(site: Site, ids: dict[str, str]) -> None:
    """Somebody who manages the department and may edit the project."""
    bob = User(
        email="bob@example.com",
        name="Bob",
        password_hash="-",
        org_position="manager",
        department_id=ids["departmentid"],
    )
    async with site.services.database.transaction() as session:
        session.add(bob)
        await session.flush()
        session.add(Grant(project_id=ids["projectid"], user_id=bob.id, tier="edit"))


async def token_of(site: Site, email: str) -> str:
    """A fresh session: some calls end the one that makes them."""
    async with site.services.database.transaction() as session:
        user = (await session.exec(select(User).where(User.email == email))).one()
        client = Client("127.0.0.1")
        opened = await open_session(session, user, "password", client, site.settings.secret())
        return opened.access_token


async def broken_by_odd_values(
    ada: httpx.AsyncClient, document: dict[str, Any], ids: dict[str, str]
) -> list[str]:
    """Reading calls, with real ids, that an odd value of any one parameter breaks."""
    broken: list[str] = []
    for path, item in document["paths"].items():
        parameters = item.get("get", {}).get("parameters", [])
        if path.endswith(ENDLESS):
            continue
        for odd, asked in itertools.product(ODD, parameters):
            values = fed({each["name"]: "1" for each in parameters if each["in"] == "path"}, ids)
            query = {asked["name"]: odd} if asked["in"] == "query" else {}
            if asked["in"] == "path":
                values[asked["name"]] = quote(odd, safe="")
            answer = await ada.get(path.format(**values), params=query)
            if answer.status_code >= 500:
                broken.append(f"GET {path} {asked['name']}={odd[:50]}")
    return broken


@pytest.mark.timeout(600)
async def test_every_answer_is_one_that_the_document_describes(lit: Site) -> None:
    async with await lit.set_up() as ada:
        ids = await things(lit, ada)
        document: dict[str, Any] = (await ada.get("/schema/openapi.json")).json()
        broken = await broken_by_odd_values(ada, document, ids)
    await manager(lit, ids)
    operations = in_order(document, lit.url)
    assert len(operations) == sum(map(len, document["paths"].values()))
    for (email, sound, invalid), operation in itertools.product(CALLERS, operations):
        token = await token_of(lit, email) if email else None
        caller = Caller(email or "nobody", token, sound, invalid)
        found = await asyncio.to_thread(broken_by, operation, caller, ids)
        if found:
            broken.append(f"{operation.method.upper()} {operation.path} {found}")
    assert not broken, "\n" + "\n".join(broken)
