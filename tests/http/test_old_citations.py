"""What answers cite when its document has changed or gone: still readable, and never misplaced."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio

from app.chat.tables import Message
from tests.fixtures.pdf import lines, pdf
from tests.fixtures.site import OpenSite, Site
from tests.http.chat.world import Heard
from tests.http.test_documents import ready, upload

KEEPER = "The lighthouse keeper trims the lamp at dusk."
OIL = "Oil for the lamp is kept in the cellar of the tower."
QUESTION = "When does the keeper trim the lamp?"
WAS = "from version 1; the document has changed since"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(standing: OpenSite) -> AsyncGenerator[Site]:
    async with standing() as site, site.working():
        yield site


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ada(site: Site) -> AsyncGenerator[httpx.AsyncClient]:
    async with await site.set_up() as client:
        yield client


def book(*pages: str) -> bytes:
    """A PDF of pages with a line each."""
    return pdf([lines(page) for page in pages])


@dataclass
class Asked:
    """A document, and an answer that cites its first version."""

    ada: httpx.AsyncClient
    project: str
    document: str
    name: str
    conversation: str
    message: str
    citation: dict[str, Any]

    async def renew(self, content: bytes) -> None:
        await upload(self.ada, self.project, (self.name, content))
        document = await ready(self.ada, self.document)
        assert (document["status"], document["version"]) == ("ready", 2), document

    async def cited(self) -> dict[str, Any]:
        """The citation as the conversation tells it now."""
        told = (await self.ada.get(f"/chat/conversations/{self.conversation}")).json()
        (citation, *_) = told["conversation"]["messages"][1]["citations"]
        return citation

    async def source(self, *, quoted: bool = True) -> httpx.Response:
        """Where the quote stands, or the passage that holds it."""
        start, end, chunk = (self.citation[name] for name in ("start", "end", "chunkId"))
        stretch = {"start": start, "end": end, "messageId": self.message} if quoted else {}
        return await self.ada.get(f"/chat/chunks/{chunk}/source", params=stretch)

    async def exported(self) -> str:
        return (await self.ada.get(f"/chat/conversations/{self.conversation}/export")).text

    async def text(self, start: int, end: int) -> str:
        """A stretch of the document's text as it is now."""
        count = (await self.ada.get(f"/documents/{self.document}")).json()["document"]["pageCount"]
        pages = [
            (await self.ada.get(f"/documents/{self.document}/pages/{number}")).json()["text"]
            for number in range(1, count + 1)
        ]
        return "".join(pages)[start:end]


async def ask(ada: httpx.AsyncClient, name: str, content: bytes) -> Asked:
    project = (await ada.post("/projects", json={"name": "Lamps"})).json()["project"]["id"]
    (document,) = (await upload(ada, project, (name, content))).json()["documents"]
    assert (await ready(ada, document["id"]))["status"] == "ready"
    heard = Heard(await ada.post(f"/chat/projects/{project}", json={"message": QUESTION}))
    citation = next(
        each for each in heard.one("done")["citations"] if "trims the lamp" in each["quote"]
    )
    assert "stale" not in citation
    meta = heard.one("meta")
    asked = Asked(
        ada, project, document["id"], name, meta["conversationId"], meta["messageId"], citation
    )
    assert await asked.cited() == citation
    return asked


async def test_a_quote_that_moved_is_found_on_its_new_page(ada: httpx.AsyncClient) -> None:
    asked = await ask(ada, "lamp.pdf", book(KEEPER, OIL))
    await asked.renew(book("A preface, put in by a later hand.", KEEPER, OIL))
    cited = await asked.cited()
    now = cited.pop("now")
    assert (cited.pop("documentVersion"), cited.pop("currentVersion")) == (1, 2)
    assert cited == asked.citation
    assert (asked.citation["pageNumber"], now["pageNumber"]) == (1, 2)
    assert await asked.text(now["start"], now["end"]) == asked.citation["quote"]
    source = (await asked.source()).json()
    assert (source["stale"], source["pageNumber"]) == (False, 2)
    assert (source["start"], source["end"]) == (now["start"], now["end"])
    assert source["snippet"] == asked.citation["quote"]
    assert len(source["rects"]) == 1
    assert (await asked.source(quoted=False)).json()["stale"] is False
    assert "lamp.pdf, page 2: “" in await asked.exported()
    assert WAS not in await asked.exported()


async def test_a_quote_that_is_gone_is_told_as_stale_and_stays_readable(
    ada: httpx.AsyncClient,
) -> None:
    asked = await ask(ada, "lamp.pdf", book(KEEPER, OIL))
    await asked.renew(book(KEEPER.replace("dusk", "dawn"), OIL))
    cited = await asked.cited()
    assert cited == {
        **asked.citation, "stale": True, "documentVersion": 1, "currentVersion": 2,
    }  # fmt: skip
    for quoted in (True, False):
        source = (await asked.source(quoted=quoted)).json()
        assert (source["stale"], source["pageNumber"]) == (True, 1)
        assert (source["documentVersion"], source["currentVersion"]) == (1, 2)
        assert asked.citation["quote"] in source["snippet"]
    assert f"({WAS})" in await asked.exported()
    request = await ada.post(f"/chat/conversations/{asked.conversation}/share-requests", json={})
    approved = f"/share-requests/{request.json()['request']['id']}/approve"
    token = (await ada.post(approved, json={})).json()["token"]
    shared = (await ada.get(f"/share/{token}")).json()["conversation"]["messages"][1]["citations"]
    assert (shared[0]["stale"], shared[0]["documentVersion"]) == (True, 1)
    assert shared[0]["quote"] == asked.citation["quote"]


async def test_a_quote_that_stands_in_a_passage_that_changed_is_not_stale(
    ada: httpx.AsyncClient,
) -> None:
    asked = await ask(ada, "lamp.md", f"# Lamps\n\n{KEEPER} {OIL}\n".encode())
    await asked.renew(f"# Lamps\n\nSince May, {KEEPER} The cellar is dry.\n".encode())
    cited = await asked.cited()
    assert "stale" not in cited
    assert await asked.text(cited["now"]["start"], cited["now"]["end"]) == cited["quote"]
    assert (await asked.source()).json()["snippet"] == cited["quote"]
    assert (await asked.source(quoted=False)).json()["stale"] is True


async def test_a_document_that_is_read_anew_leaves_its_citations_as_they_were(
    ada: httpx.AsyncClient,
) -> None:
    asked = await ask(ada, "lamp.md", f"# Lamps\n\n{KEEPER}\n\n{OIL}\n".encode())
    await ada.post(f"/documents/{asked.document}/reindex")
    assert (await ready(ada, asked.document))["readyVersion"] == 2
    assert await asked.cited() == asked.citation


async def test_citations_of_a_deleted_document_say_so(ada: httpx.AsyncClient) -> None:
    asked = await ask(ada, "lamp.md", f"# Lamps\n\n{KEEPER}\n\n{OIL}\n".encode())
    await ada.delete(f"/documents/{asked.document}")
    cited = await asked.cited()
    assert (cited["stale"], cited["documentVersion"], cited["currentVersion"]) == (True, 1, None)
    assert cited["quote"] == asked.citation["quote"]
    gone = await asked.source()
    assert (gone.status_code, asked.citation["quote"] in gone.json()["quote"]) == (410, True)
    assert "(from version 1; the document was deleted since)" in await asked.exported()


async def test_an_answer_from_before_versions_were_kept_is_looked_up_by_its_quote(
    site: Site, ada: httpx.AsyncClient
) -> None:
    asked = await ask(ada, "lamp.md", f"# Lamps\n\n{KEEPER}\n\n{OIL}\n".encode())
    async with site.services.database.transaction() as session:
        message = await session.get_one(Message, UUID(asked.message))
        message.citations = [
            {name: value for name, value in each.items() if name != "document_version"}
            for each in message.citations
        ]
        session.add(message)
    assert await asked.cited() == asked.citation
    await asked.renew(f"# Lamps\n\n{OIL}\n".encode())
    cited = await asked.cited()
    assert (cited["stale"], cited["currentVersion"]) == (True, 2)
    assert "documentVersion" not in cited
    assert "(the document has changed since)" in await asked.exported()
