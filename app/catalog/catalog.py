"""The providers of this server: who may answer, and with which models."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.record import SERVER, Actor, Change
from app.catalog import fallbacks, history, store, trial
from app.catalog.answering import Candidate, CatalogModel, Upstream
from app.catalog.errors import AddressNotAllowed, BuiltInStays, SlugTaken
from app.catalog.health import Condition, Health
from app.catalog.models import ClientCache, Endpoint, Upstreams, endpoint_of
from app.catalog.patience import Patience
from app.catalog.queue import Queue
from app.catalog.tables import Provider
from app.catalog.trial import Trial
from ingest.corpus.sessions import Reads, Transactions
from ingest.corpus.tables import now
from providers.contract import ChatModel
from providers.errors import AddressRefused
from providers.resolution import Offer, resolve
from providers.secrets import KeyVault, SecretUnreadable

KEY_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderChange:
    """What to write into a row; None leaves a field as it is, and so does an empty key.

    Attributes:
        max_concurrent: 0 takes the limit away.
        prices: All of them: what is not named is known no more.
    """

    name: str | None = None
    slug: str | None = None
    base_url: str | None = None
    api_key: str | None = None
    models: Sequence[str] | None = None
    is_default: bool | None = None
    is_enabled: bool | None = None
    preset: str | None = None
    max_concurrent: int | None = None
    prices: Mapping[str, Mapping[str, float]] | None = None


class Catalog:
    """Providers and their models.

    Args:
        transactions: Opens a transaction.
        vault: Seals and opens keys.
        upstreams: Opens and asks the endpoints.
        patience: How long an answer waits, and when an endpoint is left alone.
        reads: Opens a session to read in; None for a transaction.
    """

    def __init__(
        self,
        transactions: Transactions,
        vault: KeyVault,
        upstreams: Upstreams,
        patience: Patience | None = None,
        reads: Reads | None = None,
    ) -> None:
        self._transactions = transactions
        self._reads = reads or transactions
        self._vault = vault
        self._upstreams = upstreams
        self._patience = patience or Patience()
        self._clients = ClientCache(upstreams, self._key)
        self._health = Health(transactions, self._patience, self._reads)
        queue = Queue(transactions, self._patience)
        self._upstream = Upstream(self._clients, self._health, queue, self._patience)

    async def open(self) -> None:
        """See to it that the built-in answerer is there."""
        async with self._transactions() as session:
            await store.ensure_built_in(session)

    async def aclose(self) -> None:
        """Close the connections to all endpoints."""
        await self._health.aclose()
        await self._clients.aclose()

    async def model(self, *, requested: str | None, project: str | None) -> ChatModel:
        """Choose the model that answers: the request's, else the project's, else the default.

        Others may stand in for it, but not for one that the request names.

        Raises:
            NoProvider: No provider is enabled.
            ModelUnknown: The requested model is not offered.
        """
        async with self._reads() as session:
            rows = await store.every(session)
            heirs = [] if requested else await fallbacks.candidates(session, rows)
        await self._clients.keep_only([row.id for row in rows])
        choice = resolve([_offer(row) for row in rows], requested=requested, project=project)
        chosen = Candidate(next(row for row in rows if row.id == choice.provider_id), choice.model)
        others = [heir for heir in heirs if heir.name != chosen.name]
        return CatalogModel([chosen, *others], self._upstream)

    async def every(self) -> list[Provider]:
        """All providers, the default first."""
        async with self._transactions() as session:
            return await store.every(session)

    async def conditions(self) -> Mapping[UUID, Condition]:
        """How each endpoint fares; one that was never asked is not among them."""
        return await self._health.conditions()

    async def fallback(self) -> list[str]:
        """Who stands in, in this order."""
        async with self._transactions() as session:
            return await fallbacks.listed(session)

    async def change_fallback(self, models: Sequence[str], actor: Actor = SERVER) -> list[str]:
        """Make this the list of those who stand in.

        Raises:
            InvalidRequest: A model is no provider's, or stands in the list twice.
        """
        async with self._transactions() as session:
            await fallbacks.replace(session, models, actor)
            return await fallbacks.listed(session)

    async def add(self, change: ProviderChange, actor: Actor = SERVER) -> Provider:
        """Add an endpoint; the first one becomes the default unless it says no.

        Raises:
            AddressNotAllowed: The address can't be used.
            SlugTaken: Another provider has the slug.
        """
        await self._check(change)
        provider = Provider(name=change.name or "", slug=change.slug or "", type=store.OPENAI)
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
        """Ask the endpoint something small; what works as it is stored closes its breaker.

        Raises:
            NotFound: There is none of this id.
        """
        provider = await self._get(provider_id)
        try:
            endpoint = self._tested(provider, base_url, api_key)
        except SecretUnreadable as error:
            return trial.unreadable(error)
        models = [model] if model else provider.models[:1]
        made = await self._try(endpoint, models)
        if made.ok and endpoint == endpoint_of(provider, endpoint.api_key) and not api_key:
            await self._health.succeeded(provider_id, tested=True)
        return made

    async def try_new(self, base_url: str, *, api_key: str | None, model: str | None) -> Trial:
        """Ask an endpoint that no row is about, before it is added."""
        endpoint = Endpoint("new", store.OPENAI, base_url, api_key or None)
        return await self._try(endpoint, [model] if model else [])

    async def _try(self, endpoint: Endpoint, models: Sequence[str]) -> Trial:
        seconds = self._patience.test_s
        return await trial.try_out(self._upstreams, endpoint, models, seconds=seconds)

    async def refresh_models(self, provider_id: UUID, actor: Actor = SERVER) -> Provider:
        """Read the endpoint's own list of models and keep it; the default model stays first.

        Raises:
            NotFound: There is none of this id.
            ProviderError: The endpoint gave no list.
        """
        provider = await self._get(provider_id)
        if provider.type == store.BUILT_IN:
            return provider
        async with self._clients.lease(provider) as client:
            names = list(await client.list_models())
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
        for field in ("name", "slug", "base_url", "is_enabled", "preset"):
            if (value := getattr(change, field)) is not None:
                setattr(provider, field, value)
        if change.models is not None:
            provider.models = list(change.models)
        if change.max_concurrent is not None:
            provider.max_concurrent = change.max_concurrent or None
        if change.prices is not None:
            provider.prices = {model: dict(price) for model, price in change.prices.items()}
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
