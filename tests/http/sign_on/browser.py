"""A browser that signs on: redirects are followed by hand, so that a test can meddle with them."""

from urllib.parse import parse_qs, urlsplit

import httpx

from tests.fixtures.site import Site
from tests.http.signing import BROWSER

PROBLEM = "/app/sign-in?problem="


class Browser:
    """One browser at a site."""

    def __init__(self, site: Site) -> None:
        self.client = site.client()

    async def start(self, page: str | None = None) -> str:
        """Press the button; where it leads."""
        query = {"next": page} if page else None
        answer = await self.client.get("/auth/oidc/start", params=query)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    async def at_the_issuer(self, url: str, subject: str | None) -> dict[str, str]:
        """Say who one is there, or deny it; what comes back in the callback's address."""
        form = {"sub": subject} if subject else {"action": "deny"}
        async with httpx.AsyncClient() as client:
            answer = await client.post(url, data=form)
        assert answer.status_code == 302, answer.text
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        return {name: values[0] for name, values in query.items()}

    async def come_back(self, query: dict[str, str]) -> str:
        """Come back to the site; where it leads."""
        answer = await self.client.get("/auth/oidc/callback", params=query)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    async def sign_on(self, subject: str | None = "someone", page: str | None = None) -> str:
        """All of it; the page at the end."""
        return await self.come_back(await self.at_the_issuer(await self.start(page), subject))

    async def me(self) -> dict[str, object] | None:
        """Who the page finds itself signed in as, as our own pages ask."""
        answer = await self.client.post("/auth/refresh", json={}, headers=BROWSER)
        return answer.json()["user"] if answer.is_success else None

    async def token(self) -> str:
        """A fresh access token."""
        answer = await self.client.post("/auth/refresh", json={}, headers=BROWSER)
        return answer.json()["accessToken"]

    async def close(self) -> None:
        await self.client.aclose()
