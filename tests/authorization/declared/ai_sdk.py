"""Chats of the Vercel AI SDK."""

from uuid import uuid4

from tests.authorization.cases import Ask, Call, project

_CHAT = "/api/ai-sdk/projects/{project_id}/chat"


async def sent(ask: Ask) -> Call:
    said = [{"type": "text", "text": "How many otters did the census count?"}]
    message = {"id": "m", "role": "user", "parts": said}
    return Call({"project_id": ask.room.project}, json={"id": str(uuid4()), "messages": [message]})


async def resumed(ask: Ask) -> Call:
    return Call({"project_id": ask.room.project, "chat_id": "none"})


ROUTES = {
    ("POST", _CHAT): project("use", sent),
    ("GET", f"{_CHAT}/{{chat_id}}/stream"): project("use", resumed, ok=frozenset({204})),
}
