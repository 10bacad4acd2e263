"""How a one-time link reaches its person."""

from dataclasses import dataclass
from typing import Any

from litestar import Request
from litestar.datastructures import State

from app.accounts.letters import link_letter
from app.accounts.links import link_url
from app.accounts.mail import Mailer
from app.accounts.tables import OneTimeLink, User
from app.api.link_views import LinkView
from app.wire.times import timestamp

AnyRequest = Request[Any, Any, State]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Makes a link's address, and mails it where there is a mail server.

    Attributes:
        public_url: Where people reach the server; None for where the request reached it.
        mailer: Sends letters, or says that it can't.
    """

    public_url: str | None
    mailer: Mailer

    async def hand_over(
        self, request: AnyRequest, user: User, link: OneTimeLink, token: str
    ) -> LinkView:
        """Mail the link to its person, and show it to whoever made it.

        Call it when the transaction that made the link is done: a letter can't be taken back, and
        nothing waits for the mail server with a transaction open.
        """
        url = link_url(self.public_url or str(request.base_url), token)
        return LinkView(
            url=url,
            purpose=link.purpose,
            expires_at=timestamp(link.expires_at),
            emailed=await self.mailer.send(link_letter(user, link, url)),
        )
