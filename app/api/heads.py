"""HEAD: what GET would answer, without its body."""

from typing import cast

from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send


async def answer_head(app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send) -> None:
    """Have the application answer GET and keep the body back.

    A stream would go on for ever: once its headers are sent, the client counts as gone.
    """
    began = False

    async def until_headers() -> object:
        return {"type": "http.disconnect"} if began else await receive()

    async def headers_alone(message: Message) -> None:
        nonlocal began
        if message["type"] != "http.response.start":
            return
        began = True
        await send(message)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    # A copy: the server goes by its own in what it puts around the answer.
    asked = dict(scope) | {"method": "GET"}
    await app(cast("Scope", asked), cast("Receive", until_headers), headers_alone)
    if "path_template" in asked:
        cast("dict[str, object]", scope)["path_template"] = asked["path_template"]
