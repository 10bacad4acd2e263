"""Documents and their pages."""

import httpx
from uuid_utils.compat import uuid7

from tests.authorization.cases import Ask, Call, mixed, project
from tests.authorization.declared.projects import here


def a_file() -> dict[str, tuple[str, bytes, str]]:
    """A file that no project has yet."""
    return {"files": ("new.txt", f"New text {uuid7()}.".encode(), "text/plain")}


async def uploaded(ask: Ask) -> Call:
    key = {"Idempotency-Key": str(uuid7())}
    return Call({"project_id": ask.room.project}, files=a_file(), headers=key)


async def searched(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project}, query={"q": "otters in the river"})


async def searched_in_one(ask: Ask) -> Call:
    query = {"q": "otters", "documentId": ask.room.document}
    return Call({"project_id": ask.room.project}, query=query)


async def searched_in_a_foreign_one(ask: Ask) -> Call:
    query = {"q": "otters", "documentId": ask.foreign.document}
    return Call({"project_id": ask.room.project}, query=query)


async def listed(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project}, query={"search": "t", "limit": 200})


async def one(ask: Ask) -> Call:
    return Call({"document_id": ask.room.document})


async def waiting(ask: Ask) -> Call:
    return Call({"document_id": ask.room.waiting})


async def renamed(ask: Ask) -> Call:
    return Call({"document_id": ask.room.document}, json={"name": "Renamed.txt"})


async def replaced(ask: Ask) -> Call:
    return Call({"document_id": ask.room.document}, files=a_file())


async def first_page(ask: Ask) -> Call:
    return Call({"document_id": ask.room.document, "number": 1})


async def marked_page(ask: Ask) -> Call:
    return Call((await first_page(ask)).path, query={"chunk": ask.room.chunk})


async def page_with_a_foreign_chunk(ask: Ask) -> Call:
    return Call((await first_page(ask)).path, query={"chunk": ask.foreign.chunk})


async def pictured_page(ask: Ask) -> Call:
    return Call((await first_page(ask)).path, headers={"Accept": "image/png"})


def _is_marked(answer: httpx.Response) -> bool:
    return answer.json()["mark"] is not None


def _is_empty(answer: httpx.Response) -> bool:
    return answer.json()["chunks"] == []


TAKEN = frozenset({202})
_PAGE = "/documents/{document_id}/pages/{number}"

ROUTES = {
    ("POST", "/documents/projects/{project_id}"): [
        *project("edit", uploaded, ok=TAKEN, changes=True),
    ],
    ("GET", "/documents/projects/{project_id}"): project("use", listed),
    ("GET", "/documents/projects/{project_id}/events"): project("use", here, endless=True),
    ("GET", "/documents/projects/{project_id}/search"): [
        *project("use", searched),
        *project("use", searched_in_one),
        mixed("own project, foreign document", searched_in_a_foreign_one),
    ],
    ("GET", "/documents/{document_id}"): [*project("use", one), *project("use", waiting)],
    ("GET", "/documents/{document_id}/chunks"): [
        *project("use", one),
        *project("use", waiting, check=_is_empty),
    ],
    ("GET", "/documents/{document_id}/attachments"): project("use", one),
    ("GET", "/documents/{document_id}/file"): project("use", one),
    ("PATCH", "/documents/{document_id}"): project("edit", renamed, changes=True),
    ("DELETE", "/documents/{document_id}"): project("edit", one, changes=True),
    ("POST", "/documents/{document_id}/retry"): project("edit", one, ok=TAKEN, changes=True),
    ("POST", "/documents/{document_id}/reindex"): project("edit", one, ok=TAKEN, changes=True),
    ("PUT", "/documents/{document_id}/file"): project("edit", replaced, ok=TAKEN, changes=True),
    ("GET", _PAGE): [
        *project("use", first_page),
        *project("use", marked_page, check=_is_marked),
        mixed("own page, foreign chunk", page_with_a_foreign_chunk),
        # Texts have no picture; who may read them is told so.
        *project("use", pictured_page, ok=frozenset({404}), refused=frozenset({403})),
    ],
}
