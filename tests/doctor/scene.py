"""Where symptoms are provoked: what people see is asked over HTTP, like the doctor's findings."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from app.bootstrap.doctor import open_doctor
from app.bootstrap.parts import Models
from app.db.engine import Database
from app.doctor.check import Result
from app.doctor.storage import Room
from tests.fixtures.site import PASSWORD, Site, open_site
from tests.http.chat.world import read_events
from tests.upstreams.http_server import Handler, RawServer
from tests.upstreams.openai_server import OpenAIServer, running_openai_server
from tests.waiting import eventually_async

LAMPS = b"# Lamps\n\nThe lighthouse keeper trims the lamp at dusk. Oil is kept in the cellar.\n"
QUESTION = "Who trims the lamp?"


@dataclass
class Scene:
    """A server that is set up, until something is done to it.

    Attributes:
        stack: Closes what is opened, when the test is over.
        site: The one that was opened last.
        room: What the doctor wants to see free on the disk.
    """

    database: Database
    models: Models
    folder: Path
    stack: AsyncExitStack
    site: Site = field(init=False)
    ada: httpx.AsyncClient = field(init=False)
    room: Room = field(default_factory=Room)

    async def open(self, models: Models | None = None, **overrides: object) -> None:
        """Serve, with other settings or another embedding model than usual."""
        opening = open_site(self.database, models or self.models, self.folder, **overrides)
        self.site = await self.stack.enter_async_context(opening)

    async def set_up(self, models: Models | None = None, **overrides: object) -> None:
        """Serve, and make Ada the superadmin."""
        await self.open(models, **overrides)
        self.ada = await self.stack.enter_async_context(await self.site.set_up())

    async def upstream(self) -> OpenAIServer:
        """An endpoint that obeys."""
        return await self.stack.enter_async_context(running_openai_server())

    async def raw(self, handler: Handler) -> RawServer:
        """A server that answers as the handler says."""
        return await self.stack.enter_async_context(RawServer(handler))

    async def provider(self, upstream: OpenAIServer, **fields: object) -> dict[str, Any]:
        """Configure the endpoint as the default."""
        body = {"name": "Acme", "slug": "acme", "baseUrl": upstream.base_url, "models": ["plain"]}
        answer = await self.ada.post("/providers", json=body | fields)
        assert answer.status_code == 201, answer.text
        return answer.json()["provider"]

    async def project(self, **fields: object) -> str:
        """A project's id."""
        answer = await self.ada.post("/projects", json={"name": "Lamps"} | fields)
        assert answer.status_code == 201, answer.text
        return answer.json()["project"]["id"]

    async def upload(self, project: str, name: str = "lamps.md", content: bytes = LAMPS) -> str:
        """A document's id."""
        files = [("files", (name, content))]
        answer = await self.ada.post(f"/documents/projects/{project}", files=files)
        assert answer.status_code == 202, answer.text
        return answer.json()["documents"][0]["id"]

    async def document(self, document: str) -> dict[str, Any]:
        """As it stands."""
        return (await self.ada.get(f"/documents/{document}")).json()["document"]

    async def lamps(self) -> str:
        """A project whose document answers the question."""
        project = await self.project()
        found = await self.read_to_its_end(project, "lamps.md", LAMPS)
        assert found["status"] == "ready", found
        return project

    async def read_to_its_end(self, project: str, name: str, content: bytes) -> dict[str, Any]:
        """Upload, with a worker at work until it is ready or failed."""
        async with self.site.working():
            document = await self.upload(project, name, content)

            async def ended() -> dict[str, Any] | None:
                found = await self.document(document)
                return found if found["status"] in {"ready", "failed"} else None

            return await eventually_async(ended)

    async def ask(
        self, project: str, client: httpx.AsyncClient | None = None, **body: object
    ) -> str:
        """What the person who asks sees in the end: the error with its detail, or the answer."""
        answer = await (client or self.ada).post(
            f"/chat/projects/{project}", json={"message": QUESTION} | body
        )
        if not answer.headers["content-type"].startswith("text/event-stream"):
            said = answer.json()
            return f"{answer.status_code} {said['error']}"
        events = {name: data for name, _, data in read_events(answer.content)}
        if "error" in events:
            return f"{events['error']['message']} {events['error']['detail']}"
        cited = [citation["documentName"] for citation in events["done"]["citations"]]
        return f"{events['meta']['model']} cites {', '.join(cited) or 'nothing'}"

    async def sign_in(self) -> str:
        """What Ada sees when she signs in."""
        async with self.site.client() as nobody:
            body = {"email": "ada@example.com", "password": PASSWORD}
            answer = await nobody.post("/auth/login", json=body)
        return f"{answer.status_code} {answer.json().get('error', '')}"

    async def sql(self, statement: str, *values: object) -> None:
        """Do something to the database that no handler does."""
        connection = await psycopg.AsyncConnection.connect(self.database.conninfo, autocommit=True)
        async with connection:
            await connection.execute(statement.encode(), values)

    async def examine(self) -> dict[str, Result]:
        """What the doctor finds, by the ids of the checks: as GET /system/checks looks."""
        opening = open_doctor(self.site.settings, self.site.models.embedder, self.room)
        async with opening as doctor:
            return {result.id: result for result in (await doctor.examine()).results}
