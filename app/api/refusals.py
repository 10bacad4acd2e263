"""What is turned away before the framework sees it, in the error body that its path has."""

import msgspec
from litestar.types import Send

from app.api.openai_errors import openai_body, speaks_openai
from app.errors import STATUS
from app.telemetry import request_id


async def refuse(send: Send, path: str, code: str, message: str) -> None:
    """Answer with a problem; its status is that of the code."""
    problem = {"error": code, "message": message, "requestId": request_id.get()}
    status = STATUS[code]
    body = msgspec.json.encode(openai_body(status, problem) if speaks_openai(path) else problem)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
