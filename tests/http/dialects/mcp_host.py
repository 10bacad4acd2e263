"""The Model Context Protocol, by its official client: an answer is the result of a tool."""

from collections.abc import Sequence
from typing import Any

import httpx2
from mcp import Client as Host
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from tests.http.chat.bench import QUESTION
from tests.http.dialects.client import Client, Room
from tests.http.dialects.heard import Event, Refused, Stream, read


class McpHost(Client):
    """Asks by the tool `ask_project`."""

    dialect = "MCP"

    def __init__(self, room: Room) -> None:
        super().__init__(room, room.person)
        self._question = ""

    async def ask(self, question: str = QUESTION) -> Stream:
        self._question = question
        result = await self._called({"projectId": self.room.project, "question": question})
        if result.is_error:
            # Tools have no status, and their errors no stream.
            raise Refused(None, result.content[0].text)
        yield Event("result", "", result.structured_content)

    def back(self, heard: Sequence[Event]) -> Stream:
        del heard  # There is no way back to a call: the host calls again.
        return self.again()

    def again(self) -> Stream:
        return self.ask(self._question)

    def text(self, heard: Sequence[Event]) -> str:
        return "".join(event.data["answer"] for event in heard)

    def sources(self, heard: Sequence[Event]) -> list[str]:
        return [source["documentName"] for event in heard for source in event.data["sources"]]

    async def history(self) -> list[tuple[str, str]]:
        return []

    async def _called(self, arguments: dict[str, Any]) -> Any:
        refused: list[Refused] = []

        async def look(response: httpx2.Response) -> None:
            if response.status_code >= 400:
                body = read((await response.aread()).decode())
                refused.append(Refused(response.status_code, body, response.headers))

        headers, hooks = {"Authorization": f"Bearer {self.token}"}, {"response": [look]}
        try:
            async with (
                httpx2.AsyncClient(headers=headers, timeout=30, event_hooks=hooks) as http,
                Host(streamable_http_client(f"{self.room.url}/mcp", http_client=http)) as host,
            ):
                return await host.call_tool("ask_project", arguments)
        except ExceptionGroup as raised:
            # Hosts are told that there was an error; which one it was, only their transport sees.
            if raised.subgroup(MCPError) and refused:
                raise refused[-1] from raised
            raise
