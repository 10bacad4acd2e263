"""The ways by which people prove who they are, as they are set."""

from contextlib import AsyncExitStack

from app.accounts.mail import Mailer, NoMailer, SmtpMailer, mail_server
from app.accounts.oidc import SignOnOptions, SingleSignOn
from app.accounts.oidc_issuer import Issuer, IssuerOptions
from app.accounts.ways import Ways
from app.api.sign_on import SignOnDesk
from app.settings import Settings
from ingest.corpus.sessions import Transactions


def mailer(settings: Settings) -> Mailer:
    """Through the mail server that is set, or none."""
    if settings.smtp_url is None or settings.smtp_from is None:
        return NoMailer()
    return SmtpMailer(mail_server(settings.smtp_url.get_secret_value(), settings.smtp_from))


def ways(settings: Settings) -> Ways:
    """What the sign-in screen offers."""
    return Ways(settings.local_sign_in, settings.oidc_name if settings.oidc_issuer else None)


def sign_on_desk(
    settings: Settings, transactions: Transactions, stack: AsyncExitStack
) -> SignOnDesk:
    """Single sign-on with the issuer that is set, or a desk where nobody sits."""
    known = issuer_options(settings)
    if known is None:
        return SignOnDesk(None, settings.secret(), settings.public_url)
    issuer = Issuer(known)
    stack.push_async_callback(issuer.close)
    options = SignOnOptions(
        client_id=known.client_id,
        groups_claim=settings.oidc_groups_claim,
        create=settings.oidc_create_people,
        secret=settings.secret(),
    )
    sign_on = SingleSignOn(transactions, issuer, options)
    return SignOnDesk(sign_on, settings.secret(), settings.public_url)


def issuer_options(settings: Settings) -> IssuerOptions | None:
    """The issuer of single sign-on as it is set, or None."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    secret = settings.oidc_client_secret
    return IssuerOptions(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=secret.get_secret_value() if secret else None,
        scopes=settings.oidc_scopes,
    )
