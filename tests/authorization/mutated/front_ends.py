"""Guards of the ways in that other front ends have."""

from tests.authorization.mutated.mutation import ANYONE, Mutation, changed, route

_openai = "app/api/openai_askers.py"

MUTATIONS: list[Mutation] = [
    changed(
        "POST /v1/chat/completions: everybody's project",
        _openai,
        'access.require(project_id, self.principal, "use")',
        f'access.require(project_id, {ANYONE}, "use")',
        route("POST", "/v1/chat/completions"),
    ),
    changed(
        "GET /v1/models: every project is listed",
        _openai,
        "rule = resolver.access_for(self.principal.user)",
        "from sqlalchemy import literal; rule = literal('public:use')",
        route("GET", "/v1/models"),
    ),
]
