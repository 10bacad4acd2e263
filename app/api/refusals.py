"""What is turned away before the framework sees it, in the contract's own error body."""

import msgspec
from litestar.types import Send

from app.errors import STATUS
from app.telemetry import request_id


async def refuse(send: Send, code: str, message: str) -> None:
    """Answer with a problem; its status is that of the code."""
    problem = {"error": code, "message": message, "requestId": request_id.get()}
    body = msgspec.json.encode(problem)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": STATUS[code], "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
