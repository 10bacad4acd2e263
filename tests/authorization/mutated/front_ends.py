"""Guards of the ways in that other front ends have."""

from tests.authorization.mutated.mutation import Mutation, changed, route, unrequired

_openai = "app/api/openai.py"

MUTATIONS: list[Mutation] = [
    unrequired(
        _openai,
        'return await access.require(project_id, principal, "use")',
        "",
        route("POST", "/v1/chat/completions"),
    ),
    changed(
        "GET /v1/models: every project is listed",
        _openai,
        "rule = resolver.access_for(principal.user)",
        "from sqlalchemy import literal; rule = literal('public:use')",
        route("GET", "/v1/models"),
    ),
]
