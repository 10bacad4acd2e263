"""Sign-in, clocks, the database and the disk, made to fail."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import httpx
import psycopg
from sqlalchemy.engine import make_url

from app.doctor.storage import Room
from tests.doctor.scene import Scene
from tests.upstreams.http_server import Exchange
from tests.upstreams.openai_server import CANARY_KEY

NOWHERE = "http://127.0.0.1:9"


async def not_set_up(scene: Scene) -> str:
    await scene.open()
    return await scene.sign_in()


async def superadmin_inactive(scene: Scene) -> str:
    await scene.set_up()
    await scene.sql("UPDATE user_account SET is_active = false")
    return await scene.sign_in()


async def secret_changed(scene: Scene) -> str:
    return await _changed(scene)


async def secret_rotated(scene: Scene) -> str:
    return await _changed(scene, secret_key_old="s" * 32)


async def _changed(scene: Scene, **older: str) -> str:
    """What somebody sees who was signed in before the server got another secret."""
    await scene.set_up()
    await scene.provider(await scene.upstream(), apiKey=CANARY_KEY)
    session = scene.ada.headers["authorization"]
    await scene.open(secret_key="t" * 32, **older)
    async with scene.site.client() as returning:
        answer = await returning.get("/auth/me", headers={"authorization": session})
    return f"{answer.status_code} {answer.json()['error']}"


async def clock_set_back(scene: Scene) -> str:
    """As if it had been an hour later when Ada signed in: her tokens are from the future."""
    await scene.set_up()
    await scene.sql("UPDATE auth_session SET created_at = now() + interval '1 hour'")
    return "tokens from the future"


async def issuer_gone(scene: Scene) -> str:
    await scene.set_up()
    issuer = {"oidc_issuer": NOWHERE, "oidc_client_id": "lumen", "public_url": NOWHERE}
    await scene.open(local_sign_in=False, **issuer)
    refused = await scene.sign_in()
    async with scene.site.client() as nobody:
        away = await nobody.get("/auth/oidc/start")
    return f"{refused}; {away.headers['location'].partition('problem=')[2]}"


async def disk_nearly_full(scene: Scene) -> str:
    await scene.set_up()
    scene.room = Room(enough=1 << 62, least=1 << 61)
    return "no room"


async def blobs_not_writable(scene: Scene) -> str:
    """A file stands where the folder for uploads should be written to."""
    await scene.set_up()
    blobs = scene.folder / "blobs"
    (blobs / "partial").rmdir()
    (blobs / "partial").write_text("in the way")
    project = await scene.project()
    files = [("files", ("lamps.md", b"# Lamps"))]
    answer = await scene.ada.post(f"/documents/projects/{project}", files=files)
    return f"{answer.status_code} {answer.json()['error']}"


async def read_only(scene: Scene) -> str:
    await scene.set_up()
    project = await scene.project()
    name = make_url(scene.database.conninfo).database
    await scene.sql(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await scene.site.services.database.close()
    return await scene.ask(project)


async def database_closed(scene: Scene) -> str:
    """It lets nobody in any more, as a server that is down."""
    await scene.set_up()
    project = await scene.project()
    await scene.stack.enter_async_context(_closed(scene))
    await scene.site.services.database.close()
    return await scene.ask(project)


@asynccontextmanager
async def _closed(scene: Scene) -> AsyncGenerator[None]:
    url = make_url(scene.database.conninfo)
    elsewhere = url.set(database="postgres").render_as_string(hide_password=False)
    connection = await psycopg.AsyncConnection.connect(elsewhere, autocommit=True)
    async with connection:
        allow = f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS '
        await connection.execute((allow + "false").encode())
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            [url.database],
        )
        try:
            yield
        finally:
            await connection.execute((allow + "true").encode())


async def connections_used(scene: Scene) -> str:
    """The role may open four connections, and somebody holds all of them."""
    await scene.set_up()
    role = f"r{uuid4().hex}"
    await scene.sql(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 4")
    scene.stack.push_async_callback(scene.sql, f"DROP ROLE {role}")
    url = make_url(scene.database.conninfo).set(username=role)
    conninfo = url.render_as_string(hide_password=False)
    held = await scene.stack.enter_async_context(AsyncExitStack())
    for _ in range(4):
        await held.enter_async_context(await psycopg.AsyncConnection.connect(conninfo))
    scene.site.settings = scene.site.settings.model_copy(update={"database_url": conninfo})
    try:
        await psycopg.AsyncConnection.connect(conninfo)
    except psycopg.OperationalError as error:
        return str(error).rpartition("FATAL:")[2].strip()
    return "a connection"


async def connections_almost_used(scene: Scene) -> str:
    await connections_used(scene)
    url = make_url(scene.site.settings.database_url or "")
    await scene.sql(f"ALTER ROLE {url.username} CONNECTION LIMIT 6")
    return "few connections"


async def schema_old(scene: Scene) -> str:
    await scene.set_up()
    await scene.sql("UPDATE alembic_version SET version_num = '0004_accountability'")
    async with scene.site.client() as nobody:
        return (await nobody.get("/health/ready")).json()["parts"]["migrations"]


async def proxy_holds_back(scene: Scene) -> str:
    return await _behind_a_proxy(scene, passes_on=False)


async def proxy_passes_on(scene: Scene) -> str:
    return await _behind_a_proxy(scene, passes_on=True)


async def _behind_a_proxy(scene: Scene, *, passes_on: bool) -> str:
    """Serve behind a proxy that passes pieces on as they come, or all of them in the end."""

    async def relay(exchange: Exchange) -> None:
        async with (
            httpx.AsyncClient(base_url=scene.site.url) as client,
            client.stream("GET", exchange.seen.path) as answer,
        ):
            held = [] if passes_on else [piece async for piece in answer.aiter_bytes()]
            await exchange.head(answer.status_code, kind=answer.headers["content-type"])
            if passes_on:
                async for piece in answer.aiter_bytes():
                    await exchange.send(piece)
            await exchange.send(b"".join(held))

    proxy = await scene.raw(relay)
    url = f"http://127.0.0.1:{proxy.port}"
    await scene.set_up(public_url=url)
    pieces: list[bytes] = []
    async with httpx.AsyncClient() as client, client.stream("GET", f"{url}/health/stream") as got:
        pieces = [piece async for piece in got.aiter_raw()]
    return f"{len(pieces)} pieces" if passes_on else "all at once"
