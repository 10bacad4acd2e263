"""Clients of endpoints: one for each row, closed when its last user is done with an older one."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import uuid4

from app.catalog.models import ClientCache, Endpoint
from app.catalog.tables import Provider
from providers.contract import ChatModel


class Client:
    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.closed = 0

    def chat_model(self, model: str) -> ChatModel:
        raise NotImplementedError(model)

    async def list_models(self) -> Sequence[str]:
        return []

    async def aclose(self) -> None:
        self.closed += 1


class Opened:
    """Opens clients that do nothing."""

    def __init__(self) -> None:
        self.clients: list[Client] = []

    def open(self, endpoint: Endpoint) -> Client:
        self.clients.append(Client(endpoint))
        return self.clients[-1]

    async def check_address(self, base_url: str) -> None:
        """All may be reached."""


def _cache() -> tuple[ClientCache, Opened]:
    opened = Opened()
    return ClientCache(opened, lambda row: (row.api_key or b"").decode()), opened


def _row(key: bytes = b"one", **fields: object) -> Provider:
    return Provider(**{"name": "A", "slug": "a", "type": "openai", "api_key": key, **fields})


async def test_a_row_that_stays_keeps_its_client_whatever_else_is_changed():
    cache, opened = _cache()
    row = _row()
    for name in ("A", "B", "C"):
        row.name = name
        async with cache.lease(row) as client:
            assert client is opened.clients[0]
    assert (len(opened.clients), opened.clients[0].closed) == (1, 0)


async def test_an_older_client_is_closed_when_its_last_user_is_done():
    cache, opened = _cache()
    identity = uuid4()
    async with AsyncExitStack() as first, AsyncExitStack() as second:
        await first.enter_async_context(cache.lease(_row(id=identity)))
        await second.enter_async_context(cache.lease(_row(id=identity)))
        async with cache.lease(_row(b"two", id=identity)):
            old, new = opened.clients
            assert (old.closed, new.endpoint.api_key) == (0, "two")
            await first.aclose()
            assert old.closed == 0
            await second.aclose()
        assert (old.closed, new.closed) == (1, 0)


async def test_an_older_client_that_nobody_uses_is_closed_at_once():
    cache, opened = _cache()
    identity = uuid4()
    for key in (b"one", b"two", b"three"):
        async with cache.lease(_row(key, id=identity)):
            pass
    assert [client.closed for client in opened.clients] == [1, 1, 0]


async def test_the_clients_of_deleted_rows_and_in_the_end_all_are_closed():
    cache, opened = _cache()
    gone, stays, used = _row(), _row(), _row()
    for row in (gone, stays):
        async with cache.lease(row):
            pass
    async with cache.lease(used):
        await cache.keep_only({stays.id})
        assert [client.closed for client in opened.clients] == [1, 0, 0]
    assert [client.closed for client in opened.clients] == [1, 0, 1]
    await cache.aclose()
    assert [client.closed for client in opened.clients] == [1, 1, 1]
