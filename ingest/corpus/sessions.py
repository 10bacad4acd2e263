"""How the lower packages reach the database: through a factory that they are given."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeAlias

from sqlmodel.ext.asyncio.session import AsyncSession

Transactions: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a session in one transaction: commits at the end of the block, rolls back on an error."""

Reads: TypeAlias = Callable[[], AbstractAsyncContextManager[AsyncSession]]
"""Opens a session that only reads: each statement by itself, in no transaction."""
