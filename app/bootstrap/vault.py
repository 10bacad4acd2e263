"""What seals and opens keys that are kept in the database."""

from app.settings import Settings
from providers.secrets import KeyVault


def key_vault(settings: Settings) -> KeyVault:
    """Seals providers' keys with the newest secret, and opens those of older ones."""
    older = (secret.encode() for secret in settings.older_secrets())
    return KeyVault(settings.secret().encode(), *older)
