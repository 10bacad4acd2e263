"""The OpenAPI document is true: whatever is asked, by whomever, is answered as it says."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from sqlmodel import select

from app.access.tables import Grant
from app.accounts.sessions import Client, open_session
from app.accounts.tables import User
from app.bootstrap.parts import Models
from providers.local.embedder import LocalEmbedder
from providers.local.tokenizer import ModelTokenCounter
from tests.fixtures.site import Site, open_standing
from tests.http.probing import ENDLESS, Caller, broken_by, fed, in_order
from tests.waiting import eventually_async

LAMP = b"# Lamps\n\nThe lighthouse keeper trims the lamp at dusk.\n\nOil is kept in the cellar.\n"
CALLERS = {
    "nobody": (None, 2, 1),
    "a manager": ("bob@example.com", 4, 2),
    "the superadmin": ("ada@example.com", 6, 3),
}
"""Who asks, with how many sound and broken examples for each call; what may be deleted, last."""

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(600)]
AT_ONCE = 8

ODD = ["-1", "0", str(2**31), str(2**63), "9" * 40, "1e9", "💩", "a" * 5000, "'", "\\", "%", "[]"]
NOWHERE = "http://127.0.0.1:9/v1"


@dataclass(frozen=True)
class Lit:
    """A site in use.

    Attributes:
        document: What it says of itself.
        ids: Of what is there, by the names that they have in paths and bodies.
    """

    site: Site
    ada: httpx.AsyncClient
    document: dict[str, Any]
    ids: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lit(
    clone: Callable[[], AbstractContextManager[str]],
    embedder: LocalEmbedder,
    token_counter: ModelTokenCounter,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncGenerator[Lit]:
    models, folder = Models(embedder, token_counter), tmp_path_factory.mktemp("site")
    async with (
        open_standing(clone, models, folder, max_answer_seconds=10) as site,
        await site.set_up() as ada,
    ):
        ids = await things(site, ada)
        await manager(site, ids)
        yield Lit(site, ada, (await ada.get("/schema/openapi.json")).json(), ids)


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


def with_odd_values(lit: Lit) -> list[tuple[str, str, dict[str, str]]]:
    """Reading calls, with real ids but for one odd value: path, what is odd, query."""
    calls: list[tuple[str, str, dict[str, str]]] = []
    for path, item in lit.document["paths"].items():
        parameters = item.get("get", {}).get("parameters", [])
        if path.endswith(ENDLESS):
            continue
        for odd, asked in itertools.product(ODD, parameters):
            values = fed(
                {each["name"]: "1" for each in parameters if each["in"] == "path"}, lit.ids
            )
            query = {asked["name"]: odd} if asked["in"] == "query" else {}
            if asked["in"] == "path":
                values[asked["name"]] = quote(odd, safe="")
            calls.append((path.format(**values), f"{path} {asked['name']}={odd[:50]}", query))
    return calls


async def test_no_odd_value_breaks_a_reading_call(lit: Lit) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def breaks(path: str, query: dict[str, str]) -> bool:
        async with turns:
            return (await lit.ada.get(path, params=query)).status_code >= 500

    calls = with_odd_values(lit)
    assert len(calls) > 1_000
    broken = await asyncio.gather(*(breaks(path, query) for path, _, query in calls))
    assert not [name for (_, name, _), each in zip(calls, broken, strict=True) if each]


@pytest.mark.parametrize("name", CALLERS)
async def test_every_answer_is_one_that_the_document_describes(lit: Lit, name: str) -> None:
    email, sound, invalid = CALLERS[name]
    operations = in_order(lit.document, lit.site.url)
    assert len(operations) == sum(map(len, lit.document["paths"].values()))
    broken: list[str] = []
    for operation in operations:
        token = await token_of(lit.site, email) if email else None
        caller = Caller(name, token, sound, invalid)
        found = await asyncio.to_thread(broken_by, operation, caller, lit.ids)
        if found:
            broken.append(f"{operation.method.upper()} {operation.path} {found}")
    assert not broken, "\n" + "\n".join(broken)
