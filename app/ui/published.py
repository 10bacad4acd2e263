"""What other sites load from here: the JavaScript client and the website widget.

Their addresses carry no version, because people write them into their own pages: a tag says
whether what a browser holds is still it.
"""

from hashlib import sha256
from typing import Annotated

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import HeaderParameter

from app.ui.assets import Assets
from app.ui.bundle import bundle

WIDGET = "widget/main.js"
CLIENT = "js/client.js"
_TYPE = "text/javascript"
_HEADERS = {
    # Five minutes: a new release reaches every page soon, and a page view costs no request.
    "Cache-Control": "public, max-age=300",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
# Module scripts are read under CORS, and the client holds nothing of anybody's.
_IMPORTED = {"Access-Control-Allow-Origin": "*"}
IfNoneMatch = Annotated[str | None, HeaderParameter(name="If-None-Match")]


def published(assets: Assets) -> list[HTTPRouteHandler]:
    """The routes of both files."""
    client = _Published(assets.files[CLIENT].content, _IMPORTED)
    widget = _Published(widget_of(assets), {})

    @get("/client.js", include_in_schema=False)
    async def client_module(if_none_match: IfNoneMatch = None) -> Response[bytes]:
        return client.answer(if_none_match)

    @get("/widget.js", include_in_schema=False)
    async def widget_script(if_none_match: IfNoneMatch = None) -> Response[bytes]:
        return widget.answer(if_none_match)

    return [client_module, widget_script]


class _Published:
    def __init__(self, content: bytes, headers: dict[str, str]) -> None:
        self._content = content
        self._headers = {**_HEADERS, **headers, "ETag": f'"{sha256(content).hexdigest()[:16]}"'}

    def answer(self, held: str | None) -> Response[bytes]:
        """The file, or word that the browser's copy is still it."""
        tags = {tag.strip().removeprefix("W/") for tag in (held or "").split(",")}
        if self._headers["ETag"] in tags:
            return Response(b"", status_code=304, headers=self._headers, media_type=_TYPE)
        return Response(self._content, headers=self._headers, media_type=_TYPE)


def widget_of(assets: Assets) -> bytes:
    """The widget as one classic script."""
    modules = {
        name: asset.content.decode() for name, asset in assets.files.items() if name.endswith(".js")
    }
    return bundle(modules, WIDGET).encode()
