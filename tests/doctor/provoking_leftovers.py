"""Files, passages and indexes that lost what they belong to, as crashes and hands leave them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from tests.doctor.scene import Scene


def _old_name() -> str:
    """The name of a blob that was made two hours ago."""
    then = int((datetime.now(UTC) - timedelta(hours=2)).timestamp() * 1000)
    return UUID(int=then << 80 | 7 << 76 | 2 << 62 | uuid4().int >> 66).hex


async def _file(scene: Scene, name: str) -> None:
    folder = scene.site.settings.data_dir / "blobs" / name[-2:]
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"Of an upload whose server lost its power.")


async def stray_file(scene: Scene) -> str:
    await scene.set_up()
    await scene.lamps()
    await _file(scene, _old_name())
    return ""


async def lost_file(scene: Scene) -> str:
    await scene.set_up()
    project = await scene.lamps()
    for path in (scene.site.settings.data_dir / "blobs").glob("??/*"):
        path.unlink()
    listed = await scene.ada.get(f"/documents/projects/{project}")
    (document,) = listed.json()["documents"]
    answer = await scene.ada.get(f"/documents/{document['id']}/file")
    return f"{answer.status_code} {answer.json()['error']}"


async def _read(scene: Scene) -> str:
    await scene.set_up()
    return await scene.lamps()


async def vectors_alone(scene: Scene) -> str:
    await _read(scene)
    await scene.sql("ALTER TABLE chunk DISABLE TRIGGER ALL")
    await scene.sql("DELETE FROM chunk")
    await scene.sql("UPDATE document SET chunk_count = 0")
    return ""


async def vectors_astray(scene: Scene) -> str:
    await _read(scene)
    await scene.sql("UPDATE chunk_vector SET ordinal = ordinal + 7")
    return ""


async def older_passages(scene: Scene) -> str:
    await _read(scene)
    await scene.sql(
        'INSERT INTO chunk (id, project_id, document_id, ordinal, page_number, start, "end", text,'
        " token_count, lexemes) SELECT gen_random_uuid(), project_id, document_id, ordinal + 1,"
        ' 1, start, "end", text, token_count, lexemes FROM chunk'
    )
    return ""


async def job_of_nothing(scene: Scene) -> str:
    await scene.set_up()
    await scene.upload(await scene.project())
    await scene.sql("UPDATE procrastinate_jobs SET status = 'failed'")
    await scene.sql("DELETE FROM document")
    return ""


async def index_of_nothing(scene: Scene) -> str:
    project = UUID(await _read(scene))
    await scene.sql(
        f"CREATE INDEX chunk_dense_{project.hex}_00000000 ON chunk_vector (chunk_id)"
        f" WHERE project_id = '{project}'"
    )
    answer = await scene.ada.delete(f"/projects/{project}")
    return str(answer.status_code)
