"""What request and response bodies have in common."""

import msgspec

LARGEST = 2**31 - 1
"""The largest number that the database counts to."""


class Body(msgspec.Struct, rename="camel", kw_only=True):
    """A JSON object with camelCase names."""


class Success(Body):
    """The answer of calls that have nothing else to say."""

    success: bool = True
