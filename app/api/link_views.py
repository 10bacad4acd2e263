"""How one-time links look on the wire (sections 1 and 2)."""

from typing import Annotated

from msgspec import Meta

from app.api.bodies import Body


class LinkTokenBody(Body):
    """A link's token, from the part of its address behind the `#`."""

    token: Annotated[str, Meta(min_length=1, max_length=200)]


class LinkAcceptBody(Body):
    """A link's token, and the password that is to be set."""

    token: Annotated[str, Meta(min_length=1, max_length=200)]
    password: Annotated[str, Meta(max_length=1024)]


class LinkView(Body):
    """A fresh link, shown this once; `emailed` tells whether the person has it already."""

    url: str
    purpose: str
    expires_at: str
    emailed: bool


class NewLinkView(Body):
    """The answer to making one."""

    link: LinkView


class OpenedView(Body):
    """What a link is for, and whose it is."""

    purpose: str
    name: str
    email: str
