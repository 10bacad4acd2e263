"""Passwords: Argon2id, off the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import Parameters, PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.accounts.guessing import easy_to_guess

MIN_LENGTH = 10
MAX_LENGTH = 256

# Each hash takes 64 MiB: a burst of sign-ins waits its turn instead of taking the machine.
_HASHING = ThreadPoolExecutor(2, thread_name_prefix="argon2")


def weakness(password: str, *known: str) -> str | None:
    """Why this password is not taken, as a sentence that says what to do; None where it is.

    Args:
        password: As chosen.
        known: What everybody knows of the person: their name, their e-mail address.
    """
    if len(password) < MIN_LENGTH:
        return f"Choose a password of at least {MIN_LENGTH} characters."
    if len(password) > MAX_LENGTH:
        return f"Choose a password of at most {MAX_LENGTH} characters."
    if len(set(password)) < 4:  # noqa: PLR2004 - `aaaaaaaaaa` and `abababababab` are no passwords
        return "Choose a password with more different characters."
    return easy_to_guess(password, known)


class Passwords:
    """Hashes passwords, and checks them.

    Args:
        cost: What a hash takes. RFC 9106's second recommended set is 64 MiB, 3 passes and 4 lanes,
            some 50 ms here.
    """

    def __init__(self, cost: Parameters = RFC_9106_LOW_MEMORY) -> None:
        self._hasher = PasswordHasher.from_parameters(cost)
        # Verified against when there is no such account, so that both cases take the same time.
        self._nobody = self._hasher.hash("nobody's password")

    async def hash(self, password: str) -> str:
        """Argon2id in its encoded form, with its parameters and salt."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(_HASHING, self._hasher.hash, password)

    async def matches(self, encoded: str | None, password: str) -> bool:
        """Whether the password is right; as slow for an account that does not exist (`None`)."""
        loop = asyncio.get_running_loop()
        known = encoded or self._nobody
        right = await loop.run_in_executor(_HASHING, self._verify, known, password)
        return right and bool(encoded)

    def _verify(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
