"""The OpenAPI document describes every call."""

import httpx

CALLS = {
    ("get", "/bootstrap/status"),
    ("post", "/bootstrap/init"),
    ("post", "/auth/login"),
    ("post", "/auth/refresh"),
    ("get", "/projects"),
    ("patch", "/projects/{project_id}"),
    ("post", "/documents/projects/{project_id}"),
    ("get", "/documents/projects/{project_id}/events"),
    ("get", "/documents/{document_id}/pages/{number}"),
    ("put", "/documents/{document_id}/file"),
    ("get", "/chat/config"),
    ("post", "/chat/projects/{project_id}"),
    ("get", "/chat/messages/{message_id}/stream"),
    ("get", "/chat/chunks/{chunk_id}/source"),
    ("post", "/providers"),
    ("post", "/providers/{provider_id}/test"),
    ("get", "/health/ready"),
}


async def test_every_call_of_the_contract_is_described(ada: httpx.AsyncClient) -> None:
    document = (await ada.get("/schema/openapi.json")).json()
    described = {(method, path) for path, item in document["paths"].items() for method in item}
    assert described >= CALLS
    upload = document["components"]["schemas"]
    assert any(name.endswith("FileView") for name in upload)


async def test_screens_and_their_files_are_no_part_of_it(ada: httpx.AsyncClient) -> None:
    paths = (await ada.get("/schema/openapi.json")).json()["paths"]
    assert not [path for path in paths if path.startswith("/app")]
