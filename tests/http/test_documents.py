"""Documents over HTTP (wire contract, section 4), read by a real worker with the real model."""

import asyncio
import io
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import httpx_sse
import openpyxl
import pytest
import pytest_asyncio

from tests.fixtures.pdf import lines, pdf
from tests.fixtures.site import OpenSite, Site
from tests.waiting import eventually_async

LAMP = b"# Lamps\n\nThe lighthouse keeper trims the lamp at dusk.\n\nOil is kept in the cellar.\n"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOBODY = "01a1f965-2446-73e7-92c6-a2af8a397e40"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(standing: OpenSite) -> AsyncGenerator[Site]:
    async with standing(max_upload_mb=1) as site:
        yield site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ada(site: Site) -> AsyncGenerator[httpx.AsyncClient]:
    async with await site.set_up() as client:
        yield client


@pytest_asyncio.fixture(loop_scope="module")
async def project(ada: httpx.AsyncClient) -> str:
    return (await ada.post("/projects", json={"name": "Lamps"})).json()["project"]["id"]


def kept(site: Site) -> set[Path]:
    """The files of uploads that the server keeps."""
    blobs = site.settings.data_dir / "blobs"
    return {path for path in blobs.rglob("*") if path.is_file()}


async def upload(
    client: httpx.AsyncClient, project: str, *files: tuple[str, bytes], **headers: str
) -> httpx.Response:
    form = [("files", file) for file in files]
    return await client.post(f"/documents/projects/{project}", files=form, headers=headers)


async def ready(client: httpx.AsyncClient, document_id: str) -> dict[str, object]:
    async def done() -> dict[str, object] | None:
        document = (await client.get(f"/documents/{document_id}")).json()["document"]
        return document if document["status"] in {"ready", "failed"} else None

    return await eventually_async(done)


@pytest_asyncio.fixture(loop_scope="module")
async def lamp(site: Site, ada: httpx.AsyncClient, project: str) -> AsyncGenerator[str]:
    """A document that has been read."""
    async with site.working():
        document = (await upload(ada, project, ("lamp.md", LAMP))).json()["documents"][0]
        assert (await ready(ada, document["id"]))["status"] == "ready"
        yield document["id"]


async def test_an_upload_is_accepted_read_and_found(ada, project, lamp) -> None:
    document = (await ada.get(f"/documents/{lamp}")).json()["document"]
    assert (document["chunkCount"], document["progress"], document["error"]) == (1, 1.0, None)
    found = await ada.get(f"/documents/projects/{project}/search", params={"q": "who trims?"})
    passage = found.json()["passages"][0]
    assert passage["documentId"] == lamp
    assert "keeper trims the lamp" in passage["snippet"]
    chunk = (await ada.get(f"/documents/{lamp}/chunks")).json()["chunks"][0]
    page = (await ada.get(f"/documents/{lamp}/pages/1", params={"chunk": chunk["id"]})).json()
    assert page["text"][page["mark"]["start"] : page["mark"]["end"]] == chunk["text"]


async def test_the_file_comes_back_as_it_was_with_its_own_name(ada, lamp) -> None:
    await ada.patch(f"/documents/{lamp}", json={"name": "Öl & Licht.md"})
    file = await ada.get(f"/documents/{lamp}/file")
    assert file.content == LAMP
    assert (
        "attachment; filename*=UTF-8''%C3%96l%20%26%20Licht.md"
        in file.headers["content-disposition"]
    )
    assert file.headers["x-content-type-options"] == "nosniff"


async def test_the_same_bytes_again_are_the_same_document(ada, project, lamp) -> None:
    again = await upload(ada, project, ("other name.md", LAMP))
    assert again.status_code == 202
    assert (again.json()["documents"][0]["id"], again.json()["documents"][0]["duplicate"]) == (
        lamp,
        True,
    )


async def test_one_refused_file_does_not_lose_the_others(ada, project) -> None:
    answer = await upload(
        ada, project, ("a.bin", b"\x00\x01\x02" * 99), ("lamp.md", LAMP), ("empty.txt", b"")
    )
    assert answer.status_code == 202
    refused, taken, empty = answer.json()["documents"]
    assert refused["error"]["code"] == "unsupported_type"
    assert (taken["status"], empty["error"]["code"]) == ("queued", "empty_file")
    assert (await ada.get(f"/documents/projects/{project}")).json()["total"] == 1


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("empty.txt", b"", 400, "empty_file"),
        ("blank.txt", b" \n\t ", 400, "empty_file"),
        ("a.bin", b"\x00\x01\x02" * 99, 415, "unsupported_type"),
        ("big.txt", b"word " * 300_000, 413, "file_too_large"),
    ],
)
async def test_a_file_alone_that_is_refused_is_the_answer_and_leaves_nothing(
    site, ada, project, name, content, status, code
) -> None:
    before = kept(site)
    refused = await upload(ada, project, (name, content))
    assert (refused.status_code, refused.json()["error"]) == (status, code)
    assert (await ada.get(f"/documents/projects/{project}")).json()["total"] == 0
    assert kept(site) == before


async def test_a_pdf_without_text_fails_with_what_to_do(site, ada, project) -> None:
    async with site.working():
        document = (await upload(ada, project, ("scan.pdf", pdf([[]])))).json()["documents"][0]
        failed = await ready(ada, document["id"])
        assert failed["status"] == "failed"
        assert failed["error"]["code"] == "no_text"
        assert len(failed["error"]["message"]) > 20
        again = await ada.post(f"/documents/{document['id']}/retry")
        assert (again.status_code, again.json()["document"]["status"]) == (202, "queued")


async def test_a_pdf_page_comes_as_picture_with_the_passage_s_place(site, ada, project) -> None:
    content = pdf([lines("The lighthouse keeper trims the lamp at dusk.")])
    async with site.working():
        document = (await upload(ada, project, ("lamp.pdf", content))).json()["documents"][0]
        assert (await ready(ada, document["id"]))["pageCount"] == 1
        chunk = (await ada.get(f"/documents/{document['id']}/chunks")).json()["chunks"][0]
        path = f"/documents/{document['id']}/pages/1"
        page = (await ada.get(path, params={"chunk": chunk["id"]})).json()
        assert (page["image"], page["pageName"]) == (path, "Page 1")
        assert 0 < page["rects"][0]["left"] < page["rects"][0]["width"] + 1
        picture = await ada.get(path, headers={"Accept": "image/png"})
        assert picture.content.startswith(b"\x89PNG")
        assert (await ada.get(f"/documents/{document['id']}/pages/2")).status_code == 404


async def test_a_sheet_is_a_page_by_its_name_with_the_passage_marked(site, ada, project) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Staff"
    book.active.append(["nobody here"])
    sales = book.create_sheet("Sales")
    for row in (["Region", "Sum"], ["North", 4120]):
        sales.append(row)
    content = io.BytesIO()
    book.save(content)
    async with site.working():
        # The name is wrong on purpose: the bytes decide.
        answer = await upload(ada, project, ("sales.pdf", content.getvalue()))
        document = await ready(ada, answer.json()["documents"][0]["id"])
        assert (document["mimeType"], document["pageCount"]) == (XLSX, 2)
        chunks = (await ada.get(f"/documents/{document['id']}/chunks")).json()["chunks"]
        chunk = next(each for each in chunks if "Sum: 4120" in each["text"])
        path = f"/documents/{document['id']}/pages/2"
        page = (await ada.get(path, params={"chunk": chunk["id"]})).json()
        assert (page["pageName"], page["paged"], page["image"]) == ("Sheet Sales", True, None)
        marked = page["text"][page["mark"]["start"] : page["mark"]["end"]]
        assert marked.endswith("Region: North | Sum: 4120")


async def test_changes_arrive_as_events_until_ready(site, ada, project) -> None:
    statuses: list[str] = []
    async with httpx_sse.aconnect_sse(
        ada, "GET", f"/documents/projects/{project}/events"
    ) as source:
        assert source.response.headers["cache-control"] == "no-store, no-transform"
        async with site.working():
            await upload(ada, project, ("lamp.md", LAMP))
            async with asyncio.timeout(90):
                async for event in source.aiter_sse():
                    assert event.event == "document"
                    statuses.append(event.json()["status"])
                    if statuses[-1] == "ready":
                        break
    assert statuses[0] == "queued"
    assert set(statuses) <= {"queued", "parsing", "embedding", "ready"}


async def test_one_upload_sent_twice_under_one_key_gives_the_first_result(ada, project) -> None:
    key = {"Idempotency-Key": "upload-1"}
    first = await upload(ada, project, ("lamp.md", LAMP), **key)
    again = await upload(ada, project, ("lamp.md", LAMP), **key)
    assert again.json()["documents"][0]["duplicate"] is False
    assert again.json()["documents"][0]["id"] == first.json()["documents"][0]["id"]
    other = await upload(ada, project, ("lamp.md", LAMP + b"More.\n"), **key)
    assert (other.status_code, other.json()["error"]) == (409, "idempotency_conflict")
    assert (await ada.get(f"/documents/projects/{project}")).json()["total"] == 1


async def test_a_deleted_document_leaves_nothing(site, ada, project, lamp) -> None:
    before = kept(site)
    assert (await ada.delete(f"/documents/{lamp}")).json() == {"success": True}
    assert (await ada.get(f"/documents/{lamp}")).status_code == 404
    found = await ada.get(f"/documents/projects/{project}/search", params={"q": "keeper"})
    assert found.json()["passages"] == []

    async def gone() -> set[Path] | None:
        return before - kept(site) or None

    assert len(await eventually_async(gone)) == 1


async def test_a_deletion_is_told_in_the_log(ada, lamp) -> None:
    await ada.delete(f"/documents/{lamp}")
    entries = (await ada.get("/audit-log", params={"action": "document.deleted"})).json()["entries"]
    (entry,) = [entry for entry in entries if entry["target"]["id"] == lamp]
    assert (entry["actor"]["name"], entry["target"]["name"]) == ("ada@example.com", "lamp.md")
    assert (entry["before"], entry["after"]) == ({"name": "lamp.md", "version": 1}, None)


async def test_a_file_of_a_name_that_is_here_is_its_new_version(ada, project, lamp) -> None:
    """Whoever may add documents may renew them: both ask for the tier `edit`."""
    fresh = LAMP.replace(b"dusk", b"dawn")
    answer = await upload(ada, project, ("LAMP.md", fresh))
    (renewed,) = answer.json()["documents"]
    assert answer.status_code == 202
    assert (renewed["id"], renewed["version"], renewed["duplicate"]) == (lamp, 2, False)
    document = await ready(ada, lamp)
    assert (document["version"], document["readyVersion"], document["name"]) == (2, 2, "LAMP.md")
    found = await ada.get(f"/documents/projects/{project}/search", params={"q": "who trims?"})
    assert "dawn" in found.json()["passages"][0]["snippet"]


async def test_a_new_version_that_fails_says_why_and_leaves_the_old_one_to_be_found(
    ada, project, lamp
) -> None:
    await upload(ada, project, ("lamp.md", b"%PDF-1.7 broken"))
    failed = await ready(ada, lamp)
    assert (failed["status"], failed["version"], failed["readyVersion"]) == ("failed", 2, 1)
    assert failed["error"]["code"] == "corrupt_file"
    found = await ada.get(f"/documents/projects/{project}/search", params={"q": "who trims?"})
    assert found.json()["passages"][0]["documentId"] == lamp
    page = (await ada.get(f"/documents/{lamp}/pages/1")).json()
    assert "keeper trims the lamp" in page["text"]


async def test_two_files_of_one_name_sent_together_are_two_documents(ada, project) -> None:
    answer = await upload(ada, project, ("a/read.md", LAMP), ("b/read.md", LAMP + b"More.\n"))
    one, other = answer.json()["documents"]
    assert one["id"] != other["id"]
    assert [one["version"], other["version"]] == [1, 1]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"/documents/{NOBODY}"),
        ("GET", f"/documents/{NOBODY}/chunks"),
        ("GET", f"/documents/{NOBODY}/file"),
        ("GET", f"/documents/{NOBODY}/pages/1"),
        ("POST", f"/documents/{NOBODY}/retry"),
        ("POST", f"/documents/{NOBODY}/reindex"),
        ("DELETE", f"/documents/{NOBODY}"),
        ("GET", f"/documents/projects/{NOBODY}"),
        ("GET", f"/documents/projects/{NOBODY}/events"),
    ],
)
async def test_unknown_ids_are_404(ada, method: str, path: str) -> None:
    answer = await ada.request(method, path)
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize(
    "query", [{"limit": "0"}, {"limit": "x"}, {"status": "lost"}, {"cursor": "garbage"}]
)
async def test_a_list_asked_for_wrongly_is_400(ada, project, query: dict[str, str]) -> None:
    answer = await ada.get(f"/documents/projects/{project}", params=query)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
