"""Somebody else's website, on an origin of its own, with a policy as strict as it gets."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from html import escape
from urllib.parse import urlsplit

from tests.upstreams.http_server import Exchange, RawServer

# What a careless or hostile page does to everything on it.
LOUD = """
* { font: 40px/3 fantasy !important; color: lime !important; letter-spacing: 9px !important; }
html { font-size: 62.5%; --ink: red; --accent: red; --paper: red; text-transform: uppercase; }
html, body { direction: ltr; }
lumen-chat, section, div, button, p, ol, li { display: none !important; opacity: 0.1 !important;
  transform: rotate(9deg) !important; background: yellow !important; position: static !important; }
"""


class ForeignSite:
    """One page.

    Attributes:
        url: Where it is.
        attributes: Of the script tag, besides its address.
        css: The page's own styles.
        direction: Of the page's text.
        language: Of the page; none where it does not say.
        tags: How often the script tag stands in the page.
    """

    def __init__(self, host: str, token: str) -> None:
        self.host = host
        self.url = ""
        self.attributes: dict[str, str] = {"data-integration-token": token}
        self.css = ""
        self.direction = "ltr"
        self.language: str | None = "en"
        self.tags = 1
        self.body = "<h1>Harbour museum</h1><p>Open from May until the end of August.</p>"

    def page(self) -> str:
        """The document."""
        pairs = " ".join(f'{name}="{escape(value)}"' for name, value in self.attributes.items())
        tag = f'<script src="{self.host}/widget.js" {pairs}></script>'
        style = '<link rel="stylesheet" href="/style.css">' if self.css else ""
        language = f' lang="{escape(self.language)}"' if self.language is not None else ""
        return (
            f'<!doctype html><html{language} dir="{self.direction}"><head><meta charset="utf-8">'
            f"<title>Harbour museum</title>{style}</head><body><main>{self.body}</main>"
            f"{tag * self.tags}</body></html>"
        )

    async def handle(self, exchange: Exchange) -> None:
        """The page, or its styles."""
        policy = f"default-src 'none'; script-src {self.host}; connect-src {self.host}"
        if self.css:
            policy += "; style-src 'self'"
        if urlsplit(exchange.seen.path).path == "/style.css":
            await exchange.head(200, kind="text/css")
            await exchange.send(self.css.encode())
        elif urlsplit(exchange.seen.path).path == "/":
            headers = {"content_security_policy": policy}
            await exchange.head(200, kind="text/html; charset=utf-8", **headers)
            await exchange.send(self.page().encode())
        else:
            await exchange.json(404, {})


@asynccontextmanager
async def foreign_site(host: str, token: str) -> AsyncGenerator[ForeignSite]:
    """A site that shows the widget of the server at `host`."""
    site = ForeignSite(host, token)
    async with RawServer(site.handle) as raw:
        site.url = f"http://localhost:{raw.port}/"
        yield site
