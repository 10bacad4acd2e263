"""A real OpenAI-compatible server that we did not write works as a provider, streaming."""

from pathlib import Path

import pytest

from tests.http.chat.bench import Bench
from tests.upstreams.openai_server import OpenAIServer
from tests.upstreams.transformers_server import MODEL, running_transformers

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_transformers_serve_writes_an_answer(bench: Bench, tmp_path: Path) -> None:
    async with running_transformers(tmp_path) as base_url:
        identity = await bench.add(
            OpenAIServer(), "foreign", [MODEL], baseUrl=base_url, apiKey="", preset="other"
        )
        trial = (await bench.ada.post(f"/providers/{identity}/test")).json()
        heard = await bench.ask(f"foreign/{MODEL}", seconds=60)

    assert (trial["diagnosis"], trial["status"]) == ("ok", 200), trial
    assert trial["sample"]
    name, _, last = heard.events[-1]
    assert (name, last["finishReason"] in {"stop", "length"}) == ("done", True), last
    assert heard.one("meta")["model"] == f"foreign/{MODEL}"
    assert len([kind for kind, _, _ in heard.events if kind == "text"]) > 1
    assert last["promptTokens"] > 100 < last["completionTokens"]
    assert (await bench.stored(heard))["content"] == heard.text
