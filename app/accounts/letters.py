"""What letters say."""

from app.accounts.mail import Letter
from app.accounts.tables import OneTimeLink, User

_SUBJECTS = {"invitation": "Your invitation to Lumen", "password_reset": "Your new password"}
_OPENINGS = {
    "invitation": "You are invited to Lumen. Choose a password here:",
    "password_reset": "Choose a new password for Lumen here:",
}


def link_letter(user: User, link: OneTimeLink, url: str) -> Letter:
    """A letter with a one-time link."""
    text = f"""Hello {user.name},

{_OPENINGS[link.purpose]}

{url}

The link works once, until {link.expires_at:%d %B %Y, %H:%M} UTC. If you did not expect it, ignore
this letter: nothing changes until the link is used.
"""
    return Letter(user.email, _SUBJECTS[link.purpose], text)
