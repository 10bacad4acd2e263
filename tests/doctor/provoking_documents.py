"""Documents that are not read or not found, and people who are not let in to them."""

from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from app.bootstrap.parts import Models
from providers.contract import Embedder, Vectors
from providers.errors import EmbedderFailed
from tests.doctor.scene import Scene
from tests.fixtures.people import People
from tests.waiting import eventually_async


class Mortal:
    """An embedding model whose process ends, after it has read documents."""

    def __init__(self, model: Embedder) -> None:
        self.name, self.dimensions, self.max_tokens = model.name, model.dimensions, model.max_tokens
        self._model = model
        self.is_gone = False

    async def embed_query(self, text: str) -> Vectors:
        return await self._alive().embed_query(text)

    async def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return await self._alive().embed_passages(texts)

    def _alive(self) -> Embedder:
        if self.is_gone:
            raise EmbedderFailed("the models process does not answer")
        return self._model


async def no_access(scene: Scene) -> str:
    await scene.set_up()
    people = People(scene.site, scene.ada, scene.stack)
    bob, eve = await people.make("Bob"), await people.make("Eve")
    project = await scene.project(isPrivate=True)
    owned = {"ownerId": eve.id}
    assert (await scene.ada.patch(f"/projects/{project}", json=owned)).status_code == 200
    await scene.ada.patch(f"/users/{eve.id}", json={"isActive": False})
    return await scene.ask(project, bob.client)


async def no_worker(scene: Scene) -> str:
    await scene.set_up()
    document = await scene.upload(await scene.project())
    return (await scene.document(document))["status"]


async def poison_file(scene: Scene) -> str:
    await scene.set_up()
    project = await scene.project()
    found = await scene.read_to_its_end(project, "report.pdf", b"%PDF-1.7\nnothing of the kind\n")
    return f"{found['status']} {found['error']['code']}"


async def stuck(scene: Scene) -> str:
    await scene.set_up()
    await scene.stack.enter_async_context(scene.site.working())
    document = await scene.upload(await scene.project())

    async def ready() -> bool | None:
        return (await scene.document(document))["status"] == "ready" or None

    await eventually_async(ready)
    # As a worker that hangs leaves it: it renews its lease and gets no further.
    await scene.sql(
        "UPDATE document SET status = 'embedding', updated_at = now() - interval '1 hour',"
        " lease_until = now() + interval '1 hour'"
    )
    return (await scene.document(document))["status"]


async def embedder_gone(scene: Scene) -> str:
    model = Mortal(scene.models.embedder)
    await scene.set_up(Models(model, scene.models.counter))
    project = await scene.lamps()
    model.is_gone = True
    return await scene.ask(project)


async def still_indexing(scene: Scene) -> str:
    await scene.set_up()
    project = await scene.project()
    await scene.upload(project)
    return await scene.ask(project)


async def _read(scene: Scene) -> str:
    await scene.set_up()
    return await scene.lamps()


async def _ranks(scene: Scene, project: str, question: str) -> dict[str, Any]:
    """The places of the passage in both channels."""
    found = await scene.ada.get(f"/documents/projects/{project}/search", params={"q": question})
    passages = found.json()["passages"]
    return passages[0]["ranks"] if passages else {}


async def other_embedder(scene: Scene) -> str:
    project = await _read(scene)
    assert (await _ranks(scene, project, "lamp"))["dense"] == 1
    await scene.sql("UPDATE chunk_vector SET embedder = 'gone@1'")
    spec = Jsonb({"kind": "local", "model": "/nowhere"})
    await scene.sql("UPDATE vector_space SET name = 'gone@1', spec = %s", spec)
    return str(await _ranks(scene, project, "lamp"))


async def no_language(scene: Scene) -> str:
    project = await _read(scene)
    await scene.sql("UPDATE document SET language = 'simple'")
    await scene.sql("UPDATE chunk SET lexemes = to_tsvector('simple', text)")
    return str(await _ranks(scene, project, "trimming"))
