"""Test calls: what is wrong with an endpoint, in one word, and what to do about it."""

import asyncio
from typing import Any

import pytest

from app.catalog.trial import ADVICE
from providers.presets import PRESETS
from tests.http.chat.bench import Bench
from tests.upstreams.openai_server import CANARY_KEY, OpenAIServer

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def tried(bench: Bench, base_url: str, **fields: Any) -> dict[str, Any]:
    """What `POST /providers/test` says."""
    async with asyncio.timeout(20):
        answer = await bench.ada.post("/providers/test", json={"baseUrl": base_url, **fields})
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert "canary" not in answer.text
    assert said["ok"] == (said["diagnosis"] == "ok") == ("error" not in said or not said["error"])
    assert said["advice"] == ADVICE[said["diagnosis"]]
    return said


@pytest.mark.parametrize(
    ("model", "status", "diagnosis"),
    [
        ("plain", 200, "ok"),
        ("401", 401, "bad_key"),
        ("403", 403, "bad_key"),
        ("402", 402, "quota"),
        ("429-always", 429, "quota"),
        ("500-always", 500, "server_error"),
        ("error-first", 0, "server_error"),
        ("html", 200, "not_json"),
        ("json", 200, "not_json"),
        ("malformed-first", 200, "not_json"),
        ("307", 307, "redirect"),
        ("stall-before-headers", 0, "timeout"),
        ("endless-silence", 0, "timeout"),
        ("gone", 404, "model_missing"),
        ("400-unlisted", 400, "model_missing"),
        ("400-always", 400, "other"),
        ("404", 404, "wrong_url"),
        ("cut-close", 0, "other"),
    ],
)
async def test_each_fault_has_its_diagnosis(
    bench: Bench, upstream: OpenAIServer, model: str, status: int, diagnosis: str
) -> None:
    said = await tried(bench, upstream.base_url, apiKey=CANARY_KEY, model=model)
    assert (said["diagnosis"], said["status"]) == (diagnosis, status)


async def test_a_missing_key_is_told_from_a_wrong_one(bench: Bench, upstream: OpenAIServer) -> None:
    upstream.key = CANARY_KEY
    missing = await tried(bench, upstream.base_url, model="plain")
    wrong = await tried(bench, upstream.base_url, model="plain", apiKey="sk-other")
    assert (missing["diagnosis"], missing["status"]) == ("missing_key", 401)
    assert (wrong["diagnosis"], wrong["status"]) == ("bad_key", 401)


async def test_a_wrong_path_is_told_from_a_missing_model(
    bench: Bench, upstream: OpenAIServer
) -> None:
    url = upstream.base_url.removesuffix("/v1")
    assert (await tried(bench, url, model="plain"))["diagnosis"] == "wrong_url"
    assert (await tried(bench, url))["diagnosis"] == "wrong_url"


@pytest.mark.parametrize(
    ("url", "diagnosis"),
    [
        ("http://127.0.0.1:9/v1", "unreachable"),
        ("http://no-such-host.invalid/v1", "unreachable"),
        ("http://169.254.169.254/v1", "address_refused"),
        ("http://2130706433/v1", "address_refused"),
        ("http://\U0003cf64m\u00e1/v1", "address_refused"),
        ("http://[::1", "address_refused"),
        ("http://host:99999/v1", "address_refused"),
    ],
)
async def test_an_address_that_can_t_be_reached_is_said(
    bench: Bench, url: str, diagnosis: str
) -> None:
    said = await tried(bench, url, model="m")
    assert (said["diagnosis"], said["status"]) == (diagnosis, 0)


async def test_without_a_model_the_first_of_the_endpoint_s_own_is_asked(
    bench: Bench, upstream: OpenAIServer
) -> None:
    upstream.models = ["plain", "401"]
    assert (await tried(bench, upstream.base_url))["sample"].startswith("The rent")
    upstream.models = []
    assert (await tried(bench, upstream.base_url))["diagnosis"] == "model_missing"


async def test_the_stored_key_is_tried_at_its_own_address_only(
    bench: Bench, upstream: OpenAIServer
) -> None:
    upstream.key = CANARY_KEY
    identity = await bench.add(upstream, "kept", ["plain"])
    url = f"/providers/{identity}/test"
    good = (await bench.ada.post(url)).json()
    assert (good["diagnosis"], good["latencyMs"] > 0) == ("ok", True)
    async with OpenAIServer() as elsewhere:
        elsewhere.key = "another"
        moved = (await bench.ada.post(url, json={"baseUrl": elsewhere.base_url})).json()
        assert moved["diagnosis"] == "missing_key"
        assert all("authorization" not in seen.headers for seen in elsewhere.requests)


async def test_presets_begin_a_form(bench: Bench, upstream: OpenAIServer) -> None:
    presets = (await bench.ada.get("/providers/presets")).json()["presets"]
    assert [each["id"] for each in presets] == [preset.id for preset in PRESETS]
    names = "openai deepseek mistral groq openrouter azure ollama lmstudio vllm other"
    assert [each["id"] for each in presets] == names.split()
    assert all(each["keyUrl"].startswith("https://") == each["needsKey"] for each in presets)
    assert all(each["note"] for each in presets)
    identity = await bench.add(upstream, "chosen-preset", ["plain"], preset="groq")
    changed = await bench.ada.patch(f"/providers/{identity}", json={"preset": "ollama"})
    assert changed.json()["provider"]["preset"] == "ollama"
    refused = await bench.ada.patch(f"/providers/{identity}", json={"preset": "none"})
    assert (refused.status_code, refused.json()["issues"][0]["path"]) == (400, ["preset"])


async def test_a_long_list_of_models_is_read_kept_and_saved_again(
    bench: Bench, upstream: OpenAIServer
) -> None:
    upstream.models = [f"vendor/model-{n}" for n in range(1500)] + ["vendor/model-0", "x" * 300]
    identity = await bench.add(upstream, "long", ["vendor/model-7"])
    read = await bench.ada.post(f"/providers/{identity}/models/refresh")
    models = read.json()["provider"]["models"]
    assert (len(models), models[:2]) == (1000, ["vendor/model-7", "vendor/model-0"])
    saved = await bench.ada.patch(f"/providers/{identity}", json={"models": models})
    assert saved.status_code == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"maxConcurrent": 0},
        {"maxConcurrent": 1.5},
        {"prices": {"plain": {"prompt": -1, "completion": 1}}},
        {"prices": {"plain": {"prompt": 1}}},
        {"prices": {"": {"prompt": 1, "completion": 1}}},
    ],
)
async def test_odd_limits_and_prices_are_refused(
    bench: Bench, upstream: OpenAIServer, fields: dict[str, Any]
) -> None:
    body = {"name": "Odd", "slug": "odd", "baseUrl": upstream.base_url, **fields}
    answer = await bench.ada.post("/providers", json=body)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("key", ["sk-schl\u00fcssel", "two words", "sk-a\nHost: b"])
async def test_a_key_that_no_header_can_hold_is_refused(
    bench: Bench, upstream: OpenAIServer, key: str
) -> None:
    body = {"name": "Odd", "slug": "odd-key", "baseUrl": upstream.base_url, "apiKey": key}
    for path in ("/providers", "/providers/test"):
        fields = body if path == "/providers" else {"baseUrl": upstream.base_url, "apiKey": key}
        answer = await bench.ada.post(path, json=fields)
        assert (answer.status_code, answer.json()["issues"][0]["path"]) == (400, ["apiKey"])


async def test_white_space_around_a_key_is_not_part_of_it(
    bench: Bench, upstream: OpenAIServer
) -> None:
    upstream.key = CANARY_KEY
    identity = await bench.add(upstream, "pasted", ["plain"], apiKey=f" {CANARY_KEY}\n")
    assert (await bench.ada.post(f"/providers/{identity}/test")).json()["diagnosis"] == "ok"
