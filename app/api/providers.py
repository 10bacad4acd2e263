"""Providers (wire contract, section 6)."""

from uuid import UUID

from litestar import Controller, delete, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.access.guards import KEEPERS, require_role
from app.access.principal import Principal
from app.api.provider_bodies import (
    FallbackBody,
    NewProvider,
    NewTrialBody,
    ProviderPatch,
    TrialBody,
    sound_key,
)
from app.api.provider_views import (
    FallbackView,
    KeeperViews,
    ModelViews,
    OneKeeperView,
    PresetViews,
    ProviderViews,
    RemovedView,
    TrialView,
    keeper_view,
    model_views,
    preset_view,
    provider_view,
    trial_view,
)
from app.catalog.catalog import Catalog
from app.catalog.tables import Provider
from app.errors import InvalidRequest
from providers.errors import ProviderError
from providers.presets import PRESETS


class ProvidersController(Controller):
    """Who may answer, and with which models."""

    path = "/providers"
    tags = ("providers",)

    @get("/")
    async def index(
        self, principal: NamedDependency[Principal], catalog: NamedDependency[Catalog]
    ) -> ProviderViews:
        """Enabled providers, without secrets."""
        del principal
        rows = [row for row in await catalog.every() if row.is_enabled]
        return ProviderViews(providers=[provider_view(row) for row in rows])

    @get("/models")
    async def models(
        self, principal: NamedDependency[Principal], catalog: NamedDependency[Catalog]
    ) -> ModelViews:
        """Every model that may be asked for."""
        del principal
        rows = [row for row in await catalog.every() if row.is_enabled]
        return ModelViews(models=[view for row in rows for view in model_views(row)])

    @get("/admin")
    async def admin(
        self, principal: NamedDependency[Principal], catalog: NamedDependency[Catalog]
    ) -> KeeperViews:
        """All providers with their settings, keys masked."""
        _require_keeper(principal)
        fares = await catalog.conditions()
        rows = await catalog.every()
        return KeeperViews(providers=[keeper_view(row, fares.get(row.id)) for row in rows])

    @get("/presets")
    async def presets(self, principal: NamedDependency[Principal]) -> PresetViews:
        """Kinds of endpoints that a form can begin with."""
        _require_keeper(principal)
        return PresetViews(presets=[preset_view(preset) for preset in PRESETS])

    @get("/fallback")
    async def fallback(
        self, principal: NamedDependency[Principal], catalog: NamedDependency[Catalog]
    ) -> FallbackView:
        """Models that stand in when the chosen one does not answer, in this order."""
        _require_keeper(principal)
        return FallbackView(models=await catalog.fallback())

    @put("/fallback")
    async def change_fallback(
        self,
        data: JSONBody[FallbackBody],
        principal: NamedDependency[Principal],
        catalog: NamedDependency[Catalog],
    ) -> FallbackView:
        """Choose which models stand in; one that a question names itself is never replaced."""
        _require_keeper(principal)
        return FallbackView(models=await catalog.change_fallback(data.models, principal.actor))

    @post("/test", status_code=200)
    async def test_new(
        self,
        data: JSONBody[NewTrialBody],
        principal: NamedDependency[Principal],
        catalog: NamedDependency[Catalog],
    ) -> TrialView:
        """Ask an endpoint something small before it is added."""
        _require_keeper(principal)
        trial = await catalog.try_new(
            data.base_url, api_key=sound_key(data.api_key), model=data.model
        )
        return trial_view(trial)

    @post("/")
    async def add(
        self,
        data: JSONBody[NewProvider],
        principal: NamedDependency[Principal],
        catalog: NamedDependency[Catalog],
    ) -> OneKeeperView:
        """Add an endpoint."""
        _require_keeper(principal)
        row = await catalog.add(data.change(), principal.actor)
        return await _one(catalog, row)

    @patch("/{provider_id:uuid}")
    async def change(
        self,
        provider_id: FromPath[UUID],
        data: JSONBody[ProviderPatch],
        principal: NamedDependency[Principal],
        catalog: NamedDependency[Catalog],
    ) -> OneKeeperView:
        """Change a provider."""
        _require_keeper(principal)
        row = await catalog.change(provider_id, data.change(), principal.actor)
        return await _one(catalog, row)

    @delete("/{provider_id:uuid}", status_code=200)
    async def remove(
        self,
        provider_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        catalog: NamedDependency[Catalog],
    ) -> RemovedView:
        """Delete a provider."""
        _require_keeper(principal)
        await catalog.remove(provider_id, principal.actor)
        return RemovedView(id=provider_id)

    @post("/{provider_id:uuid}/delete", status_code=200)
    async def remove_by_post(
        self,
        provider_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        catalog: NamedDependency[Catalog],
    ) -> RemovedView:
        """Delete a provider, for clients that can't send DELETE."""
        _require_keeper(principal)
        await catalog.remove(provider_id, principal.actor)
        return RemovedView(id=provider_id)

    @post("/{provider_id:uuid}/test", status_code=200)
    async def test(
        self,
        provider_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        catalog: NamedDependency[Catalog],
        data: JSONBody[TrialBody | None] = None,
    ) -> TrialView:
        """Ask the endpoint something small; its refusal is a result, not an error."""
        _require_keeper(principal)
        given = data or TrialBody()
        trial = await catalog.try_out(
            provider_id,
            base_url=given.base_url,
            api_key=sound_key(given.api_key),
            model=given.model,
        )
        return trial_view(trial)

    @post("/{provider_id:uuid}/models/refresh", status_code=200)
    async def refresh(
        self,
        provider_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        catalog: NamedDependency[Catalog],
    ) -> OneKeeperView:
        """Read the endpoint's own list of models."""
        _require_keeper(principal)
        try:
            row = await catalog.refresh_models(provider_id, principal.actor)
        except ProviderError as error:
            raise InvalidRequest(f"The endpoint gave no list of models: {error.detail}") from error
        return await _one(catalog, row)


async def _one(catalog: Catalog, row: Provider) -> OneKeeperView:
    fares = await catalog.conditions()
    return OneKeeperView(provider=keeper_view(row, fares.get(row.id)))


def _require_keeper(principal: Principal) -> None:
    require_role(principal, KEEPERS, "Only engineers and superadmins look after providers.")
