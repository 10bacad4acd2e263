"""Sending letters through a mail server, where there is one."""

import asyncio
import logging
import ssl
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import aiosmtplib

from ingest.corpus.tables import now

TIMEOUT_S = 10.0
_PORTS = {"smtp": 587, "smtps": 465}
# The last three are the standard library's words for an address that is none.
_FAILURES = (aiosmtplib.SMTPException, OSError, TimeoutError, MessageError, ValueError, IndexError)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """Plain text for one person.

    Attributes:
        to: One e-mail address, and nothing else.
        text: Lines of any length.
    """

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Sends letters."""

    async def send(self, letter: Letter) -> bool:
        """Whether a mail server took it; failures are logged, never raised."""
        ...


class NoMailer:
    """Where no mail server is set."""

    async def send(self, letter: Letter) -> bool:
        """Say that it was not sent."""
        del letter
        return False


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters go.

    Attributes:
        host: Name or address.
        username: None for a server that asks for no name.
        tls: From the first byte.
        starttls: True to refuse a server without it, None to use it where it is offered, False
            with `tls`.
        sender: What letters come from, as `lumen@example.com`.
    """

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False
    starttls: bool | None = None


def mail_server(url: str, sender: str) -> MailServer:
    """Read `smtp://user:password@host:587?starttls=required` or `smtps://…`."""
    parts = urlsplit(url)
    required = parse_qs(parts.query).get("starttls") == ["required"]
    tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or _PORTS[parts.scheme],
        sender=sender,
        username=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        tls=tls,
        starttls=False if tls else required or None,
    )


class SmtpMailer:
    """Sends through one server, a connection for each letter.

    Args:
        server: Where to.
        trust: Whose certificates are believed; None for those that the system believes.
        timeout_s: For a whole letter, from connecting on.
    """

    def __init__(
        self,
        server: MailServer,
        trust: ssl.SSLContext | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._server = server
        self._trust = trust
        self._timeout_s = timeout_s

    async def send(self, letter: Letter) -> bool:
        """Whether the server took it in time."""
        try:
            message = _message(letter, self._server.sender)
            async with asyncio.timeout(self._timeout_s):
                await self._hand_in(message, letter.to)
        except _FAILURES as error:
            # The kind alone: a server's words may repeat the letter, and that holds a token.
            _log.warning(
                "mail could not be sent",
                extra={"server": self._server.host, "problem": type(error).__name__},
            )
            return False
        return True

    async def _hand_in(self, message: EmailMessage, to: str) -> None:
        server = self._server
        await aiosmtplib.send(
            message,
            sender=server.sender,
            recipients=[to],
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            local_hostname=server.sender.rpartition("@")[2],
            timeout=self._timeout_s,
            use_tls=server.tls,
            start_tls=server.starttls,
            tls_context=self._trust,
        )


def _message(letter: Letter, sender: str) -> EmailMessage:
    """The letter with its headers; ValueError where an address is none, or more than one."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(addr_spec=sender)
    message["To"] = Address(addr_spec=letter.to)
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message
