"""Where a provider's base URL can lead: nowhere inside, however it is spelt."""

import socket
from collections.abc import AsyncGenerator, Sequence
from ipaddress import ip_address

import httpx2
import pytest

from providers.addresses import Address, GuardedTransport, check_url
from providers.contract import ChatRequest, PromptMessage
from providers.endpoint import OpenAIEndpoint
from providers.errors import AddressRefused, ProviderError
from providers.openai_compatible import OpenAIChatModel, list_models
from providers.openai_embedder import OpenAIVectors
from providers.remote_embedder import RemoteEmbedder, RemoteModel
from providers.tei import TeiVectors
from tests.fixtures.addresses import ALWAYS, CONFUSED, HOSTS, LOOPBACK
from tests.upstreams.http_server import Exchange, RawServer

QUESTION = ChatRequest([PromptMessage("user", "Hello?")], "Hello?", [])
REDIRECTS = (301, 302, 303, 307, 308)


class Inside(RawServer):
    """What must not be reached: it counts who comes."""

    def __init__(self) -> None:
        self.visits = 0
        super().__init__(self._visited)

    async def _visited(self, exchange: Exchange) -> None:
        self.visits += 1
        await exchange.json(200, {"data": [{"id": "secret"}]})


@pytest.fixture
async def inside() -> AsyncGenerator[Inside]:
    async with Inside() as server:
        yield server


async def call(base_url: str, *, allow_private: bool) -> list[str]:
    endpoint = OpenAIEndpoint(base_url, "sk-canary", allow_private=allow_private)
    try:
        return await list_models(endpoint)
    finally:
        await endpoint.aclose()


def test_the_table_is_as_long_as_promised_and_holds_nothing_twice():
    assert len(HOSTS) >= 80
    assert len(set(HOSTS)) == len(HOSTS)


@pytest.mark.parametrize("host", HOSTS)
async def test_no_spelling_of_an_inner_address_is_taken_or_called(host: str, inside: Inside):
    with pytest.raises(AddressRefused):
        check_url(f"http://{host}:{inside.port}/v1", allow_private=False)
    async with httpx2.AsyncClient(
        transport=GuardedTransport(allow_private=False), trust_env=False
    ) as client:
        # The check at the connection holds by itself: a base URL may have been stored long ago.
        with pytest.raises((AddressRefused, httpx2.TransportError, httpx2.InvalidURL)):
            await client.get(f"http://{host}:{inside.port}/v1/models")
    assert inside.visits == 0


@pytest.mark.parametrize("host", ALWAYS)
def test_metadata_and_link_local_addresses_are_refused_even_where_private_ones_are_allowed(
    host: str,
):
    with pytest.raises(AddressRefused):
        check_url(f"http://{host}/v1", allow_private=True)


@pytest.mark.parametrize("url", CONFUSED)
async def test_what_two_parsers_read_differently_leads_nowhere(url: str, inside: Inside):
    with pytest.raises((ProviderError, httpx2.InvalidURL, ValueError)):
        await call(url.format(port=inside.port), allow_private=False)
    assert inside.visits == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST"])
async def test_a_model_server_on_this_machine_is_called_where_that_is_allowed(
    host: str, inside: Inside
):
    assert await call(f"http://{host}:{inside.port}/v1", allow_private=True) == ["secret"]
    assert host in LOOPBACK
    assert inside.visits == 1


@pytest.mark.parametrize("status", REDIRECTS)
async def test_a_redirect_is_reported_and_not_followed(status: int, inside: Inside):
    async def elsewhere(exchange: Exchange) -> None:
        await exchange.json(status, {}, location=f"http://127.0.0.1:{inside.port}/v1/models")

    async with RawServer(elsewhere) as outside:
        endpoint = OpenAIEndpoint(
            f"http://127.0.0.1:{outside.port}/v1", "sk-canary", allow_private=True
        )
        model = OpenAIChatModel(endpoint, slug="acme", model="m")
        space = RemoteModel("acme/m", 3, 512)
        with pytest.raises(ProviderError, match="redirects elsewhere"):
            await list_models(endpoint)
        with pytest.raises(ProviderError, match="redirects elsewhere"):
            _ = [item async for item in model.stream(QUESTION)]
        for protocol in (OpenAIVectors("m"), TeiVectors()):
            with pytest.raises(ProviderError, match="redirects elsewhere"):
                await RemoteEmbedder(endpoint, protocol, space).embed_query("Hello?")
        await endpoint.aclose()
    assert inside.visits == 0


class Rebinding:
    """A name server that answers something else each time it is asked."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str) -> list[Address]:
        del host
        answer = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return [ip_address(each) for each in answer]


async def get(url: str, resolve: Rebinding, *, allow_private: bool = False) -> httpx2.Response:
    transport = GuardedTransport(allow_private=allow_private, resolve=resolve)
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        return await client.get(url)


async def test_a_name_that_changes_its_address_behind_the_check_gains_nothing(inside: Inside):
    # The address that was checked is the one that is called: the name is not looked up again.
    resolve = Rebinding(["192.0.2.1"], ["127.0.0.1"])
    with pytest.raises((AddressRefused, httpx2.TransportError)):
        await get(f"http://rebind.example:{inside.port}/", resolve)
    assert resolve.asked == 1
    assert inside.visits == 0


async def test_the_same_client_checks_a_name_again_at_every_connection(inside: Inside):
    resolve = Rebinding(["127.0.0.1"], ["169.254.169.254"])
    transport = GuardedTransport(allow_private=True, resolve=resolve)
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        assert (await client.get(f"http://rebind.example:{inside.port}/")).status_code == 200
        with pytest.raises(AddressRefused):
            await client.get(f"http://rebind.example:{inside.port}/")


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.7"], ["::1"], ["::ffff:127.0.0.1"], ["93.184.215.14", "127.0.0.1"]],
)
async def test_a_name_with_an_inner_address_among_its_addresses_is_refused(
    addresses: list[str], inside: Inside
):
    with pytest.raises(AddressRefused):
        await get(f"http://mixed.example:{inside.port}/", Rebinding(addresses))
    assert inside.visits == 0


async def test_names_are_looked_up_by_the_system_where_nothing_else_is_given(inside: Inside):
    name = socket.gethostname() + ".localhost"
    transport = GuardedTransport(allow_private=True)
    async with httpx2.AsyncClient(transport=transport, trust_env=False) as client:
        with pytest.raises(httpx2.ConnectError):
            await client.get("http://no-such-host.invalid/")
        assert (await client.get(f"http://localhost:{inside.port}/")).status_code == 200
    with pytest.raises(AddressRefused):
        check_url(f"http://{name}/", allow_private=False)
