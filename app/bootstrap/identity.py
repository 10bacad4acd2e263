"""The ways by which people prove who they are, as they are set."""

from app.accounts.mail import Mailer, NoMailer, SmtpMailer, mail_server
from app.settings import Settings


def mailer(settings: Settings) -> Mailer:
    """Through the mail server that is set, or none."""
    if settings.smtp_url is None or settings.smtp_from is None:
        return NoMailer()
    return SmtpMailer(mail_server(settings.smtp_url.get_secret_value(), settings.smtp_from))
