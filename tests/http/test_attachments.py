"""Attachments over HTTP: who came with whom, from an upload to the last deletion."""

from collections.abc import AsyncGenerator
from email.message import EmailMessage

import pytest
import pytest_asyncio

from tests.fixtures.site import OpenSite, Site
from tests.http.test_documents import ready, upload

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(standing: OpenSite) -> AsyncGenerator[Site]:
    async with standing(max_upload_mb=1) as site:
        yield site


def letter() -> bytes:
    message = EmailMessage()
    message["From"], message["Subject"] = "ada@example.com", "Harbour"
    message.set_content("The plans are attached.")
    message.add_attachment("The crane lifts forty tonnes.", filename="crane.txt")
    message.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="a.png")
    return bytes(message)


async def test_a_mail_brings_its_attachments_and_takes_them_along(site: Site) -> None:
    async with await site.set_up() as ada, site.working():
        project = (await ada.post("/projects", json={"name": "Harbour"})).json()["project"]["id"]
        sent = await upload(ada, project, ("letter.eml", letter()))
        mail = sent.json()["documents"][0]
        assert (mail["mimeType"], mail["parentId"]) == ("message/rfc822", None)
        read = await ready(ada, mail["id"])
        assert (read["status"], read["attachmentCount"]) == ("ready", 2)

        held = (await ada.get(f"/documents/{mail['id']}/attachments")).json()["attachments"]
        crane, picture = held
        assert (crane["name"], crane["error"], picture["name"]) == ("crane.txt", None, "a.png")
        assert (picture["status"], picture["documentId"]) == ("left_out", None)
        assert picture["error"]["code"] == "unsupported_type"
        assert (await ready(ada, crane["documentId"]))["status"] == "ready"

        one = (await ada.get(f"/documents/{crane['documentId']}")).json()["document"]
        assert (one["parentId"], one["parentName"]) == (mail["id"], "letter.eml")
        assert one["uploadedBy"] == mail["uploadedBy"] is not None
        assert (await ada.get(f"/documents/{one['id']}/attachments")).json() == {"attachments": []}
        listed = (await ada.get(f"/documents/projects/{project}")).json()["documents"]
        assert {file["name"]: file.get("parentName") for file in listed} == {
            "letter.eml": None,
            "crane.txt": "letter.eml",
        }
        search = f"/documents/projects/{project}/search"
        found = (await ada.get(search, params={"q": "What does the crane lift?"})).json()
        assert found["passages"][0]["documentName"] == "crane.txt"

        await ada.delete(f"/documents/{one['id']}")
        held = (await ada.get(f"/documents/{mail['id']}/attachments")).json()["attachments"]
        assert (held[0]["status"], held[0]["documentId"]) == ("deleted", None)
        await ada.delete(f"/documents/{mail['id']}")
        assert (await ada.get(f"/documents/projects/{project}")).json()["total"] == 0
