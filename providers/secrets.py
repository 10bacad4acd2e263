"""Provider keys at rest: AES-256-GCM under a key derived from the server's secret.

A sealed key is `version (1 byte) | key id (4) | nonce (12) | ciphertext and tag`. The row's id is
bound to it as associated data, so that a key copied into another row does not open there.
"""

import secrets
from typing import ClassVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from providers.errors import ProviderError

_VERSION = b"\x01"
_ID, _NONCE = 4, 12
_HEAD = len(_VERSION) + _ID + _NONCE
_SECRET = 16
"""Bytes a server secret must have at least."""


class SecretUnreadable(ProviderError):
    """A stored key does not open: the server's secret was changed, or the row was tampered with."""

    code: ClassVar[str] = "LLM_KEY_MISSING"


class KeyVault:
    """Seals keys with the newest secret and opens those sealed with any given.

    Args:
        secret: The server's secret, at least 16 bytes.
        older: Secrets used before; keys sealed with them still open.

    Raises:
        ValueError: A secret is too short.
    """

    def __init__(self, secret: bytes, *older: bytes) -> None:
        self._ciphers: dict[bytes, AESGCM] = {}
        for each in (secret, *older):
            if len(each) < _SECRET:
                raise ValueError("a server secret needs at least 16 bytes")
            material = HKDF(SHA256(), 32 + _ID, salt=None, info=b"lumen provider keys").derive(each)
            self._ciphers.setdefault(material[32:], AESGCM(material[:32]))

    def seal(self, key: str, row: UUID) -> bytes:
        """Encrypt a provider's key for its row."""
        key_id, cipher = next(iter(self._ciphers.items()))
        nonce = secrets.token_bytes(_NONCE)
        return _VERSION + key_id + nonce + cipher.encrypt(nonce, key.encode(), row.bytes)

    def open(self, sealed: bytes, row: UUID) -> str:
        """Decrypt a provider's key.

        Raises:
            SecretUnreadable: Sealed for another row or with a secret that is not given here.
        """
        cipher = self._ciphers.get(sealed[1 : 1 + _ID])
        if sealed[:1] != _VERSION or cipher is None:
            raise SecretUnreadable("the stored key was sealed with another server secret")
        try:
            nonce = sealed[1 + _ID : _HEAD]
            return cipher.decrypt(nonce, sealed[_HEAD:], row.bytes).decode()
        except (InvalidTag, ValueError) as error:
            raise SecretUnreadable("the stored key does not belong to this provider") from error

    def is_current(self, sealed: bytes) -> bool:
        """Whether the newest secret sealed it; if not, seal it again."""
        return sealed[: 1 + _ID] == _VERSION + next(iter(self._ciphers))
