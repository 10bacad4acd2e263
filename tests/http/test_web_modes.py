"""The whole server with a web search: what its settings switch on."""

from pathlib import Path

import pytest

from app.bootstrap.parts import Models
from app.db.engine import Database
from tests.fixtures.site import open_site
from tests.http.chat.world import Heard
from tests.upstreams.made_up_web import CHAIN, PAGES, QUESTION, YEAR
from tests.upstreams.tavily_server import KEY, running_tavily_server


async def test_a_key_switches_both_modes_on_and_the_settings_bound_a_research(
    database: Database, models: Models, tmp_path: Path
) -> None:
    async with (
        running_tavily_server(PAGES, key=KEY) as tavily,
        open_site(
            database,
            models,
            tmp_path,
            tavily_api_key=KEY,
            tavily_base_url=tavily.base_url,
            deep_searches=4,
        ) as site,
        await site.set_up() as ada,
    ):
        assert (await ada.get("/chat/config")).json() == {"docs": True, "web": True, "deep": True}
        project = (await ada.post("/projects", json={"name": "Looms"})).json()["project"]
        path = f"/chat/projects/{project['id']}"

        deep = Heard(await ada.post(path, json={"message": QUESTION, "mode": "deep"}))
        web = Heard(
            await ada.post(path, json={"message": "Who is Marla Quistgaard?", "mode": "web"})
        )

        assert YEAR in deep.text
        assert web.one("sources")["chunks"][0]["url"] == CHAIN[1].url
        assert len(tavily.requests) == 4 + 1
        assert KEY not in (deep.raw + web.raw).decode()


@pytest.mark.parametrize("key", ["", "  "])
async def test_an_empty_key_is_none(
    database: Database, models: Models, tmp_path: Path, key: str
) -> None:
    async with (
        open_site(database, models, tmp_path, tavily_api_key=key) as site,
        await site.set_up() as ada,
    ):
        assert (await ada.get("/chat/config")).json() == {"docs": True, "web": False, "deep": False}
