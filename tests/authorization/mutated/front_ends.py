"""Guards of the ways in that other front ends have."""

from tests.authorization.mutated.mutation import ANYONE, Mutation, changed, route, unrequired

_ai_sdk = "app/api/ai_sdk.py"
_mcp = "app/api/mcp_tools.py"
_desk = "app/desk/desk.py"
_openai = "app/api/openai_askers.py"

_ASK = "        await self._access.require(asked.project_id, "
_CLOSED = "tests/http/chat/test_mcp.py::test_nobody_reads_through_a_tool_what_is_closed_to_them"

MUTATIONS: list[Mutation] = [
    changed(
        "MCP list_projects: every project is listed",
        _mcp,
        "rule = resolver.access_for(self.principal.user)",
        "from sqlalchemy import literal; rule = literal('public:use')",
        _CLOSED,
    ),
    changed(
        "MCP search_documents: everybody's project",
        _mcp,
        f'{_ASK}self.principal, "use")\n        query',
        f'{_ASK}{ANYONE}, "use")\n        query',
        _CLOSED,
    ),
    changed(
        "MCP ask_project: everybody's project",
        _mcp,
        'reached = await self._access.require(asked.project_id, self.principal, "use")',
        f'reached = await self._access.require(asked.project_id, {ANYONE}, "use")',
        _CLOSED,
    ),
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
    changed(
        "POST /conversation/stop: any customer's answer",
        _desk,
        "if found is None or found[1].customer_key != customer_key:",
        "if found is None:",
        "tests/http/customers/test_stop.py::test_nobody_stops_what_is_another_customers",
    ),
    unrequired(
        _ai_sdk,
        'reached = await access.require(project_id, principal, "use")',
        "",
        route("POST", "/api/ai-sdk/projects/{project_id}/chat"),
    ),
    unrequired(
        _ai_sdk,
        '        await access.require(project_id, principal, "use")',
        "\n        conversation_id",
        route("GET", "/api/ai-sdk/projects/{project_id}/chat/{chat_id}/stream"),
    ),
]
