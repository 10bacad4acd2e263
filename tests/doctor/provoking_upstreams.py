"""Providers, models and the web search, made to fail; each says what people see then."""

import asyncio
from datetime import UTC, datetime, timedelta

from sqlmodel import col, func, select

from app.chat.tables import Run
from tests.doctor.scene import Scene
from tests.upstreams.http_server import Exchange
from tests.upstreams.openai_server import CANARY_KEY
from tests.waiting import eventually_async

SOON = timedelta(minutes=5)


async def wrong_key(scene: Scene) -> str:
    await scene.set_up()
    upstream = await scene.upstream()
    upstream.key = "sk-right"
    await scene.provider(upstream, apiKey=CANARY_KEY)
    return await scene.ask(await scene.lamps())


async def no_key(scene: Scene) -> str:
    await scene.set_up()
    upstream = await scene.upstream()
    upstream.key = "sk-right"
    await scene.provider(upstream)
    return await scene.ask(await scene.lamps())


async def wrong_address(scene: Scene) -> str:
    await scene.set_up()
    upstream = await scene.upstream()
    await scene.provider(upstream, baseUrl=upstream.base_url.removesuffix("/v1"))
    return await scene.ask(await scene.lamps())


async def nobody_there(scene: Scene) -> str:
    await scene.set_up()
    await scene.provider(await scene.upstream(), baseUrl="http://127.0.0.1:9/v1")
    return await scene.ask(await scene.lamps())


async def model_not_offered(scene: Scene) -> str:
    await scene.set_up()
    await scene.provider(await scene.upstream(), models=["gone"])
    return await scene.ask(await scene.lamps())


async def quota_used(scene: Scene) -> str:
    await scene.set_up()
    await scene.provider(await scene.upstream(), models=["429-always"])
    return await scene.ask(await scene.lamps())


async def breaker_open(scene: Scene) -> str:
    await scene.set_up()
    provider = await scene.provider(await scene.upstream())
    await scene.sql(
        "INSERT INTO provider_health (provider_id, failures, open_until, last_error_code,"
        " last_error_detail) VALUES (%s, 5, %s, 'LLM_API_ERROR', '503 the provider failed')",
        provider["id"],
        datetime.now(UTC) + SOON,
    )
    return await scene.ask(await scene.lamps())


async def answer_never_begins(scene: Scene) -> str:
    """The endpoint takes the call and says nothing, not even to the doctor."""

    async def silent(exchange: Exchange) -> None:
        await exchange.closed.wait()

    await scene.set_up()
    server = await scene.raw(silent)
    await scene.provider(await scene.upstream(), baseUrl=f"http://127.0.0.1:{server.port}/v1")
    project = await scene.lamps()
    asking = asyncio.create_task(scene.ask(project))
    await server.reached.wait()
    seen = "silence" if not asking.done() else asking.result()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    return seen


async def queue_full(scene: Scene) -> str:
    await scene.set_up()
    upstream = await scene.upstream()
    await scene.provider(upstream, models=["steps"], maxConcurrent=1)
    project = await scene.lamps()
    asking = [asyncio.create_task(scene.ask(project)) for _ in range(2)]
    await eventually_async(lambda: _in_line(scene, len(asking)))
    scene.stack.push_async_callback(asyncio.gather, *asking)
    scene.stack.callback(upstream.release, 100)
    return "silence" if not any(task.done() for task in asking) else "an answer"


async def _in_line(scene: Scene, answers: int) -> bool:
    async with scene.database.session() as session:
        waiting = select(func.count()).select_from(Run).where(col(Run.ticket).is_not(None))
        return (await session.exec(waiting)).one() == answers


async def projects_model_gone(scene: Scene) -> str:
    await scene.set_up()
    project = await scene.lamps()
    settings = {"settings": {"model": "acme/plain"}}
    provider = await scene.provider(await scene.upstream())
    assert (await scene.ada.patch(f"/projects/{project}", json=settings)).status_code == 200
    await scene.ada.patch(f"/providers/{provider['id']}", json={"isEnabled": False})
    return await scene.ask(project)


async def plain_name_twice(scene: Scene) -> str:
    await scene.set_up()
    upstream = await scene.upstream()
    await scene.provider(upstream, slug="zenith", isDefault=False)
    await scene.provider(upstream, slug="acme", isDefault=False)
    project = await scene.lamps()
    settings = {"settings": {"model": "plain"}}
    assert (await scene.ada.patch(f"/projects/{project}", json=settings)).status_code == 200
    return await scene.ask(project)


async def nobody_answers(scene: Scene) -> str:
    await scene.set_up()
    await scene.sql("UPDATE provider SET is_enabled = false")
    return await scene.ask(await scene.lamps())


async def no_search_key(scene: Scene) -> str:
    await scene.set_up()
    modes = (await scene.ada.get("/chat/config")).json()
    return f"web: {modes['web']}; {await scene.ask(await scene.project(), mode='web')}"


async def _search(scene: Scene, status: int, used: int) -> str:
    """Ask a search whose account is as given."""

    async def tavily(exchange: Exchange) -> None:
        if exchange.seen.path == "/search" and status == 200:
            await exchange.json(432, {"detail": {"error": "plan limit"}})
        elif status != 200:
            await exchange.json(status, {"detail": {"error": f"key {CANARY_KEY} is not known"}})
        else:
            key = {"usage": 3, "limit": None}
            account = {"current_plan": "Free", "plan_usage": used, "plan_limit": 1000}
            await exchange.json(200, {"key": key, "account": account})

    server = await scene.raw(tavily)
    place = f"http://127.0.0.1:{server.port}"
    await scene.set_up(tavily_api_key=CANARY_KEY, tavily_base_url=place)
    return await scene.ask(await scene.project(), mode="web")


async def wrong_search_key(scene: Scene) -> str:
    return await _search(scene, 401, 0)


async def searches_used(scene: Scene) -> str:
    return await _search(scene, 200, 1000)
