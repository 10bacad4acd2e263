"""A real site, a document that answers one question, and endpoints that misbehave."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from app.bootstrap.parts import Models
from app.catalog.patience import Patience
from providers.limits import Limits
from tests.fixtures.site import Site, open_standing
from tests.http.chat.world import Heard
from tests.upstreams.openai_server import CANARY_KEY, OpenAIServer
from tests.waiting import eventually_async

QUESTION = "When is the rent due?"
RENT = "The rent is due on Monday. It is paid to the landlord by bank transfer."
LIMITS = Limits(connect=5, idle=2, whole=4, characters=20_000)
PATIENCE = Patience(
    queue_s=1.0, poll_s=0.05, pause_s=3.0, least_pause_s=0.1, rest_s=0.5, trial_s=1.0, test_s=10.0
)


@dataclass
class Bench:
    """Where providers are tried out."""

    site: Site
    ada: httpx.AsyncClient
    project: UUID

    async def add(
        self,
        upstream: OpenAIServer,
        slug: str,
        models: Sequence[str],
        **fields: Any,
    ) -> str:
        """A provider at the upstream; its id."""
        body = {
            "name": slug.title(),
            "slug": slug,
            "baseUrl": upstream.base_url,
            "apiKey": CANARY_KEY,
            "models": list(models),
            "isDefault": False,
        }
        answer = await self.ada.post("/providers", json=body | fields)
        assert answer.status_code == 201, answer.text
        return answer.json()["provider"]["id"]

    async def ask(self, model: str | None = None, *, seconds: float = 30) -> Heard:
        """Ask the one question and read the whole answer.

        Raises:
            TimeoutError: It hangs.
        """
        body = {"message": QUESTION} | ({"modelId": model} if model else {})
        async with asyncio.timeout(seconds):
            return Heard(await self.ada.post(f"/chat/projects/{self.project}", json=body))

    async def again(self, heard: Heard) -> Heard:
        """Ask for another answer to the same question."""
        return Heard(await self.ada.post(f"/chat/messages/{heard.message_id}/regenerate"))

    def notices(self, heard: Heard) -> list[str]:
        """What the reader was told while nothing came."""
        return [
            data["detail"]
            for name, _, data in heard.events
            if name == "status" and data["stage"] == "writing" and data.get("detail")
        ]

    async def stored(self, heard: Heard) -> dict[str, Any]:
        """The answer as it is kept."""
        conversation = heard.one("meta")["conversationId"]
        kept = (await self.ada.get(f"/chat/conversations/{conversation}")).json()
        return kept["conversation"]["messages"][-1]

    async def health(self, slug: str) -> dict[str, Any]:
        """How a provider fares."""
        rows = (await self.ada.get("/providers/admin")).json()["providers"]
        (found,) = [row["health"] for row in rows if row["slug"] == slug]
        return found

    async def stand_ins(self, *models: str) -> None:
        """Make this the list of those who stand in."""
        answer = await self.ada.put("/providers/fallback", json={"models": list(models)})
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def open_bench(
    clone: Callable[[], AbstractContextManager[str]],
    models: Models,
    folder: Path,
    *,
    limits: Limits = LIMITS,
    patience: Patience = PATIENCE,
) -> AsyncGenerator[Bench]:
    """A site of its own, and what is asked there."""
    async with (
        open_standing(clone, models, folder, limits=limits, patience=patience) as site,
        await site.set_up() as ada,
    ):
        yield Bench(site, ada, await _project(site, ada))


async def _project(site: Site, ada: httpx.AsyncClient) -> UUID:
    """A project with a document that was read."""
    project = (await ada.post("/projects", json={"name": "House"})).json()["project"]["id"]
    async with site.working():
        files = [("files", ("rent.txt", RENT.encode()))]
        sent = await ada.post(f"/documents/projects/{project}", files=files)
        document = sent.json()["documents"][0]["id"]

        async def ready() -> bool | None:
            found = (await ada.get(f"/documents/{document}")).json()["document"]
            return found["status"] == "ready" or None

        await eventually_async(ready)
    return UUID(project)
