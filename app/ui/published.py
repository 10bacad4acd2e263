"""What other sites load from here: the JavaScript client and the website widget.

Their addresses carry no version, because people write them into their own pages: a tag says
whether what a browser holds is still it.
"""

from hashlib import sha256
from typing import Annotated

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import HeaderParameter

from app.ui.assets import Asset, Assets
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
Accepted = Annotated[str | None, HeaderParameter(name="Accept-Encoding")]


def published(assets: Assets) -> list[HTTPRouteHandler]:
    """The routes of both files."""
    client = _Published(assets.files[CLIENT], _IMPORTED)
    widget = _Published(Asset(widget_of(assets), _TYPE), {})

    @get("/client.js", include_in_schema=False)
    async def client_module(
        if_none_match: IfNoneMatch = None, accept_encoding: Accepted = None
    ) -> Response[bytes]:
        return client.answer(if_none_match, accept_encoding)

    @get("/widget.js", include_in_schema=False)
    async def widget_script(
        if_none_match: IfNoneMatch = None, accept_encoding: Accepted = None
    ) -> Response[bytes]:
        return widget.answer(if_none_match, accept_encoding)

    return [client_module, widget_script]


class _Published:
    def __init__(self, asset: Asset, headers: dict[str, str]) -> None:
        self._asset = asset
        self._headers = {**_HEADERS, **headers}

    def answer(self, held: str | None, accepted: str | None) -> Response[bytes]:
        """The file, or word that the browser's copy is still it."""
        content, encoding = self._asset.encoded(accepted)
        # A tag is of these very bytes: packed ones have another.
        tag = f'"{sha256(content).hexdigest()[:16]}"'
        headers = {**self._headers, **encoding, "ETag": tag}
        if tag in {each.strip().removeprefix("W/") for each in (held or "").split(",")}:
            headers.pop("Content-Encoding", None)
            return Response(b"", status_code=304, headers=headers, media_type=_TYPE)
        return Response(content, headers=headers, media_type=_TYPE)


def widget_of(assets: Assets) -> bytes:
    """The widget as one classic script."""
    modules = {
        name: asset.content.decode() for name, asset in assets.files.items() if name.endswith(".js")
    }
    return bundle(modules, WIDGET).encode()
