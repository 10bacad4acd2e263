"""The screens: one page for every path under `/app`, its files, and what other sites load."""

from typing import Any

from litestar import Request, Response, Router, get
from litestar.datastructures import State
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from app.ui.assets import Assets, load_assets
from app.ui.published import Accepted, published

# Nothing inline, nothing from elsewhere: text from documents or models can't act in the page.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; font-src 'self'; frame-src 'self'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'self'"
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # The set-up link carries a secret in its query.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Shown in a frame of our own screens, and of nobody else's.
_PREVIEW_HEADERS = {
    **_HEADERS,
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    ),
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-cache",
}
_FOREVER = "public, max-age=31536000, immutable"


def ui_router(assets: Assets | None = None) -> Router:
    """The routes of the screens: `/`, `/app`, everything under it, and its files."""
    held = assets or load_assets()

    @get("/", include_in_schema=False)
    async def home() -> Redirect:
        return Redirect("/app", headers={"Cache-Control": "no-store"})

    @get(["/app", "/app/{screen:path}"], include_in_schema=False, media_type="text/html")
    async def page(request: Request[Any, Any, State]) -> Response[bytes]:
        # The address of a guest's page is a secret.
        cache = "no-store" if request.url.path.startswith("/app/share/") else "no-cache"
        headers = {**_HEADERS, "Cache-Control": cache}
        return Response(held.page, headers=headers, media_type="text/html")

    @get("/app/widget-preview", include_in_schema=False, media_type="text/html")
    async def preview() -> Response[bytes]:
        return Response(held.preview, headers=_PREVIEW_HEADERS, media_type="text/html")

    @get("/app/assets/{version:str}/{name:path}", include_in_schema=False)
    async def asset(
        version: FromPath[str], name: FromPath[str], accept_encoding: Accepted = None
    ) -> Response[bytes]:
        found = held.files.get(name.removeprefix("/"))
        if found is None:
            raise NotFoundException("There is no such file.")
        # An older page that is still open may ask for its own version: it gets what there is.
        cache = _FOREVER if version == held.version else "no-store"
        content, encoding = found.encoded(accept_encoding)
        headers = {**_HEADERS, **encoding, "Cache-Control": cache}
        return Response(content, headers=headers, media_type=found.media_type)

    handlers = [home, page, preview, asset, *published(held)]
    return Router("/", route_handlers=handlers, include_in_schema=False)
