"""The OpenAPI document describes every call."""

import httpx

OPENAI = ("/v1/models", "/v1/chat/completions")
CALLS = {
    ("get", "/bootstrap/status"),
    ("post", "/bootstrap/init"),
    ("post", "/auth/login"),
    ("post", "/auth/refresh"),
    ("get", "/auth/ways"),
    ("get", "/auth/oidc/start"),
    ("get", "/auth/oidc/callback"),
    ("get", "/auth/sessions"),
    ("delete", "/auth/sessions/{session_id}"),
    ("post", "/auth/links/accept"),
    ("post", "/users/{user_id}/link"),
    ("delete", "/users/{user_id}/sessions"),
    ("post", "/users/me/password"),
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
    ("post", "/projects/{project_id}/integrations"),
    ("post", "/projects/{project_id}/integrations/{integration_id}/rotate"),
    ("get", "/v1/models"),
    ("post", "/v1/chat/completions"),
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


async def test_every_refusal_has_the_form_of_a_problem(ada: httpx.AsyncClient) -> None:
    document = (await ada.get("/schema/openapi.json")).json()
    problem = document["components"]["schemas"]["Problem"]
    assert problem["required"] == ["error", "message", "requestId"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            answers = operation["responses"]
            assert {"400", "default"} <= set(answers), path
            assert ("413" in answers) == ("requestBody" in operation), path
            assert ("404" in answers) == ("{" in path), path
            assert ("409" in answers) == (method != "get"), path
            for status, answer in answers.items():
                if status == "default" or (status >= "400" and path != "/health/ready"):
                    schema = answer["content"]["application/json"]["schema"]
                    shape = "OpenAIProblem" if path.startswith(OPENAI) else "Problem"
                    assert schema == {"$ref": f"#/components/schemas/{shape}"}


async def test_it_says_who_needs_no_credential(ada: httpx.AsyncClient) -> None:
    document = (await ada.get("/schema/openapi.json")).json()
    assert document["security"] == [{"bearer": []}]
    public = {
        (method, path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if operation.get("security") == []
    }
    assert public >= {("post", "/auth/login"), ("get", "/health/live"), ("post", "/bootstrap/init")}
    assert ("get", "/projects") not in public
    for method, path in document["paths"].items():
        for name, operation in path.items():
            if (name, method) not in public:
                assert "401" in operation["responses"], method


async def test_it_says_what_is_streamed_taken_and_given_as_a_file(ada: httpx.AsyncClient) -> None:
    paths = (await ada.get("/schema/openapi.json")).json()["paths"]

    def kinds(method: str, path: str, status: str = "200") -> set[str]:
        return set(paths[path][method]["responses"][status].get("content", {}))

    assert kinds("post", "/chat/projects/{project_id}") == {"text/event-stream"}
    assert kinds("get", "/documents/projects/{project_id}/events") == {"text/event-stream"}
    assert kinds("get", "/documents/{document_id}/file") == {"application/octet-stream"}
    assert "image/png" in kinds("get", "/documents/{document_id}/pages/{number}")
    assert not kinds("post", "/auth/logout", "204")
    upload = paths["/documents/projects/{project_id}"]["post"]["requestBody"]
    assert set(upload["content"]) == {"multipart/form-data"}
    assert paths["/auth/refresh"]["post"]["requestBody"]["required"] is False
