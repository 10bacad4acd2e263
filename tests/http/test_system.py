"""`GET /system/checks`: the doctor for the admin screen; the stream that tests the way there."""

from time import monotonic

import httpx

from tests.architecture.checkout import ROOT
from tests.fixtures.site import Site
from tests.waiting import eventually_async


async def test_everything_is_looked_at_and_each_check_names_a_runbook_that_exists(
    ada: httpx.AsyncClient,
) -> None:
    answer = await ada.get("/system/checks")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    checks = {check["id"]: check for check in body["checks"]}
    assert {"database", "disk", "provider-keys", "web-search", "workers", "vectors"} <= set(checks)
    for check in checks.values():
        assert set(check) == {"id", "name", "status", "detail", "runbook", "durationMs"}
        assert (ROOT / "runbooks" / f"{check['runbook']}.md").is_file(), check
    assert checks["database"]["status"] == "ok"
    assert checks["superadmin"]["status"] == "ok"
    assert body["checkedAt"].endswith("Z")


async def test_nothing_of_a_fresh_server_fails_but_that_nobody_reads_documents(
    site: Site, ada: httpx.AsyncClient
) -> None:
    failed = [
        c for c in (await ada.get("/system/checks")).json()["checks"] if c["status"] == "failed"
    ]
    assert [check["id"] for check in failed] == ["workers"], failed

    async def nothing_failed() -> bool:
        checks = (await ada.get("/system/checks")).json()["checks"]
        return all(check["status"] != "failed" for check in checks)

    async with site.working():
        await eventually_async(nothing_failed)


async def test_the_test_stream_comes_in_two_parts_half_a_second_apart(site: Site) -> None:
    async with site.client() as nobody, nobody.stream("GET", "/health/stream") as answer:
        assert answer.headers["x-accel-buffering"] == "no"
        came = [monotonic() async for _ in answer.aiter_bytes()]
    assert len(came) == 2
    assert came[1] - came[0] > 0.4
