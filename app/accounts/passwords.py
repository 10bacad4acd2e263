"""Passwords: Argon2id, off the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.profiles import RFC_9106_LOW_MEMORY

from app.accounts.guessing import easy_to_guess

MIN_LENGTH = 10
MAX_LENGTH = 256

# RFC 9106's second recommended set: 64 MiB, 3 passes, 4 lanes; some 50 ms here.
_HASHER = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
# Verified against when there is no such account, so that both cases take the same time.
_NOBODY = _HASHER.hash("nobody's password")
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


async def hash_password(password: str) -> str:
    """Argon2id in its encoded form, with its parameters and salt."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_HASHING, _HASHER.hash, password)


async def verify_password(encoded: str | None, password: str) -> bool:
    """Whether the password is right; as slow for an account that does not exist (`None`)."""
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_HASHING, _verify, encoded or _NOBODY, password)
    return right and bool(encoded)


def _verify(encoded: str, password: str) -> bool:
    try:
        return _HASHER.verify(encoded, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
