"""The providers of this server: who may answer, and with which models."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from time import perf_counter
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.record import SERVER, Actor, Change
from app.catalog import history, store
from app.catalog.errors import AddressNotAllowed, BuiltInStays, SlugTaken
from app.catalog.models import Endpoint, ModelCache, Upstreams, endpoint_of
from app.catalog.tables import Provider
from ingest.corpus.sessions import Transactions
from ingest.corpus.tables import now
from providers.contract import ChatModel, ChatRequest, PromptMessage, PromptPassage, TextDelta
from providers.errors import AddressRefused, ProviderError, UpstreamRefused
from providers.resolution import Offer, resolve
from providers.secrets import KeyVault

KEY_SHOWN = 4
SAMPLE_CHARS = 200
HTTP_OK = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderChange:
    """What to write into a row; None leaves a field as it is, and so does an empty key."""

    name: str | None = None
    slug: str | None = None
    base_url: str | None = None
    api_key: str | None = None
    models: Sequence[str] | None = None
    is_default: bool | None = None
    is_enabled: bool | None = None


@dataclass(frozen=True, slots=True)
class Trial:
    """How an endpoint answered a test.

    Attributes:
        status: The upstream's HTTP status; 0 where it sent none.
        sample: The beginning of what it said.
        error: Safe to show.
    """

    ok: bool
    latency_ms: int
    status: int
    sample: str
    error: str | None = None


class Catalog:
    """Providers and their models.

    Args:
        transactions: Opens a transaction.
        vault: Seals and opens keys.
        upstreams: Builds and asks the endpoints.
    """

    def __init__(self, transactions: Transactions, vault: KeyVault, upstreams: Upstreams) -> None:
        self._transactions = transactions
        self._vault = vault
        self._upstreams = upstreams
        self._cache = ModelCache(upstreams, self._key)

    async def open(self) -> None:
        """See to it that the built-in answerer is there."""
        async with self._transactions() as session:
            await store.ensure_built_in(session)

    async def model(self, *, requested: str | None, project: str | None) -> ChatModel:
        """Choose the model that answers: the request's, else the project's, else the default.

        Raises:
            NoProvider: No provider is enabled.
            ModelUnknown: The requested model is not offered.
        """
        rows = await self.every()
        choice = resolve([_offer(row) for row in rows], requested=requested, project=project)
        chosen = next(row for row in rows if row.id == choice.provider_id)
        return self._cache.get(chosen, choice.model)

    async def every(self) -> list[Provider]:
        """All providers, the default first."""
        async with self._transactions() as session:
            return await store.every(session)

    async def add(self, change: ProviderChange, actor: Actor = SERVER) -> Provider:
        """Add an endpoint; the first one becomes the default unless it says no.

        Raises:
            AddressNotAllowed: The address can't be used.
            SlugTaken: Another provider has the slug.
        """
        await self._check(change)
        provider = Provider(name=change.name or "", slug=change.slug or "", type="openai")
        async with self._transactions() as session:
            first = not await store.has_real_default(session)
            self._write(provider, change)
            await _save(session, provider)
            if change.is_default or (first and change.is_default is None):
                await store.make_default(session, provider)
            made = Change(after=history.shown(provider))
            await history.tell(session, actor, "provider.created", provider, made)
        return provider

    async def change(
        self, provider_id: UUID, change: ProviderChange, actor: Actor = SERVER
    ) -> Provider:
        """Change a row field by field.

        Raises:
            NotFound: There is none of this id.
            AddressNotAllowed: The address can't be used.
            SlugTaken: Another provider has the slug.
            BuiltInStays: The built-in answerer has no address, key or models of its own.
        """
        await self._check(change)
        async with self._transactions() as session:
            provider = await store.get(session, provider_id, lock=True)
            if provider.type == store.BUILT_IN and _is_about_endpoint(change):
                raise BuiltInStays("The built-in answerer has no address, key or models to change.")
            before = history.shown(provider)
            self._write(provider, change)
            await _save(session, provider)
            if change.is_default:
                await store.make_default(session, provider)
            elif provider.is_default and (change.is_default is False or not provider.is_enabled):
                await _hand_over(session, provider)
                await session.refresh(provider)
            changed = Change(before, history.shown(provider))
            await history.tell(session, actor, "provider.changed", provider, changed)
        return provider

    async def remove(self, provider_id: UUID, actor: Actor = SERVER) -> None:
        """Delete a row; the built-in answerer takes over from a default.

        Raises:
            NotFound: There is none of this id.
            BuiltInStays: It is the built-in answerer.
        """
        async with self._transactions() as session:
            provider = await store.get(session, provider_id, lock=True)
            if provider.type == store.BUILT_IN:
                raise BuiltInStays("The built-in answerer can be switched off, not deleted.")
            if provider.is_default:
                await _hand_over(session, provider)
            gone = Change(before=history.shown(provider))
            await session.delete(provider)
            await history.tell(session, actor, "provider.deleted", provider, gone)

    async def try_out(
        self, provider_id: UUID, *, base_url: str | None, api_key: str | None, model: str | None
    ) -> Trial:
        """Ask the endpoint something small.

        Raises:
            NotFound: There is none of this id.
        """
        provider = await self._get(provider_id)
        endpoint = self._tested(provider, base_url, api_key)
        chosen = model or next(iter(provider.models), "")
        began = perf_counter()
        try:
            if base_url:
                await self._upstreams.check_address(base_url)
            sample = await _sample(self._upstreams.chat_model(endpoint, chosen))
        except ProviderError as error:
            status = error.status if isinstance(error, UpstreamRefused) else 0
            return Trial(
                ok=False, latency_ms=_ms(began), status=status, sample="", error=error.detail
            )
        return Trial(ok=True, latency_ms=_ms(began), status=HTTP_OK, sample=sample)

    async def refresh_models(self, provider_id: UUID, actor: Actor = SERVER) -> Provider:
        """Read the endpoint's own list of models and keep it; the default model stays first.

        Raises:
            NotFound: There is none of this id.
            ProviderError: The endpoint gave no list.
        """
        provider = await self._get(provider_id)
        if provider.type == store.BUILT_IN:
            return provider
        names = list(await self._upstreams.list_models(endpoint_of(provider, self._key(provider))))
        first = [name for name in provider.models[:1] if name in names]
        return await self.change(
            provider_id, ProviderChange(models=list(dict.fromkeys([*first, *names]))), actor
        )

    async def _get(self, provider_id: UUID) -> Provider:
        async with self._transactions() as session:
            return await store.get(session, provider_id)

    async def _check(self, change: ProviderChange) -> None:
        if change.base_url is None:
            return
        try:
            await self._upstreams.check_address(change.base_url)
        except AddressRefused as error:
            raise AddressNotAllowed(error.detail) from error

    def _tested(self, provider: Provider, base_url: str | None, api_key: str | None) -> Endpoint:
        # The stored key goes to the stored address alone: a test of another one must bring its own.
        elsewhere = bool(base_url) and base_url != provider.base_url
        key = api_key or (None if elsewhere else self._key(provider))
        return Endpoint(provider.slug, provider.type, base_url or provider.base_url, key)

    def _key(self, provider: Provider) -> str | None:
        return self._vault.open(provider.api_key, provider.id) if provider.api_key else None

    def _write(self, provider: Provider, change: ProviderChange) -> None:
        fields = ("name", "slug", "base_url", "is_enabled")
        given = {field: getattr(change, field) for field in fields}
        for field, value in given.items():
            if value is not None:
                setattr(provider, field, value)
        if change.models is not None:
            provider.models = list(change.models)
        if change.api_key:
            provider.api_key = self._vault.seal(change.api_key, provider.id)
            provider.key_last4 = (
                change.api_key[-KEY_SHOWN:] if len(change.api_key) > 3 * KEY_SHOWN else ""
            )
        provider.updated_at = now()


async def _save(session: AsyncSession, provider: Provider) -> None:
    session.add(provider)
    try:
        await session.flush()
    except IntegrityError as error:
        if "provider_slug_key" not in str(error.orig):
            raise
        raise SlugTaken("Another provider has this slug. Choose another.") from error


async def _hand_over(session: AsyncSession, provider: Provider) -> None:
    """Exactly one default: the built-in answerer takes over."""
    heir = await store.built_in(session)
    if heir.id != provider.id:
        await store.make_default(session, heir)


def _is_about_endpoint(change: ProviderChange) -> bool:
    return bool(change.base_url or change.api_key or change.models is not None or change.slug)


def _offer(row: Provider) -> Offer:
    return Offer(row.id, row.slug, row.models, row.is_default, row.is_enabled)


async def _sample(model: ChatModel) -> str:
    passage = PromptPassage(1, "The sky is blue on a clear day.", "Test")
    messages = [PromptMessage("user", "Say hello in one word.")]
    request = ChatRequest(messages, "What colour is the sky?", [passage], max_tokens=16)
    text = ""
    stream = model.stream(request)
    try:
        async for item in stream:
            text += item.text if isinstance(item, TextDelta) else ""
            if len(text) >= SAMPLE_CHARS:
                break
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()
    return text[:SAMPLE_CHARS]


def _ms(began: float) -> int:
    return round((perf_counter() - began) * 1000)
