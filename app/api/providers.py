"""Providers (wire contract, section 6)."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from app.access.guards import KEEPERS, require_role
from app.access.principal import Principal
from app.api.bodies import Body
from app.catalog.catalog import Catalog, ProviderChange
from app.catalog.tables import Provider
from app.errors import InvalidRequest
from app.wire.times import timestamp
from providers.errors import ProviderError

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Slug = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Url = Annotated[str, Meta(pattern="^https?://", max_length=2000)]
ApiKey = Annotated[str, Meta(max_length=4000)]
ModelName = Annotated[str, Meta(min_length=1, max_length=200)]
ModelNames = Annotated[list[ModelName], Meta(max_length=500)]
TypeName = Annotated[str, Meta(pattern="^openai([-_]compatible)?$")]


class NewProvider(Body):
    """An endpoint to add."""

    name: Name
    slug: Slug
    base_url: Url
    type: TypeName = "openai"
    api_key: ApiKey = ""
    models: ModelNames = msgspec.field(default_factory=list[str])
    is_default: bool | None = None
    is_enabled: bool | None = None


class ProviderPatch(Body):
    """What to change; an empty key keeps the stored one."""

    name: Name | None = None
    slug: Slug | None = None
    base_url: Url | None = None
    api_key: ApiKey | None = None
    models: ModelNames | None = None
    is_default: bool | None = None
    is_enabled: bool | None = None


class TrialBody(Body):
    """What to test in place of what is stored."""

    base_url: Url | None = None
    api_key: ApiKey | None = None
    model: ModelName | None = None


class ProviderView(Body):
    """A provider as everybody sees it."""

    id: UUID
    name: str
    slug: str
    models: list[str]
    is_default: bool
    is_enabled: bool


class ProviderViews(Body):
    """All that are enabled."""

    providers: list[ProviderView]


class KeeperView(ProviderView):
    """A provider as its keepers see it; `api_key` shows no more than its end."""

    type: str
    base_url: str
    api_key: str | None
    created_at: str
    updated_at: str


class KeeperViews(Body):
    """All of them."""

    providers: list[KeeperView]


class OneKeeperView(Body):
    """One of them."""

    provider: KeeperView


class ModelView(Body):
    """A model that may be asked for; `id` is `slug/model`."""

    id: str
    model: str
    provider: str
    provider_slug: str
    provider_id: UUID
    is_default: bool


class ModelViews(Body):
    """All models of enabled providers."""

    models: list[ModelView]


class TrialView(Body):
    """How the endpoint answered."""

    ok: bool
    latency_ms: int
    status: int
    sample: str
    error: str | None = None


class RemovedView(Body):
    """What was deleted."""

    id: UUID
    success: bool = True


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
        return ProviderViews(providers=[_view(row) for row in rows])

    @get("/models")
    async def models(
        self, principal: NamedDependency[Principal], catalog: NamedDependency[Catalog]
    ) -> ModelViews:
        """Every model that may be asked for."""
        del principal
        rows = [row for row in await catalog.every() if row.is_enabled]
        return ModelViews(models=[view for row in rows for view in _model_views(row)])

    @get("/admin")
    async def admin(
        self, principal: NamedDependency[Principal], catalog: NamedDependency[Catalog]
    ) -> KeeperViews:
        """All providers with their settings, keys masked."""
        _require_keeper(principal)
        return KeeperViews(providers=[_keeper_view(row) for row in await catalog.every()])

    @post("/")
    async def add(
        self,
        data: JSONBody[NewProvider],
        principal: NamedDependency[Principal],
        catalog: NamedDependency[Catalog],
    ) -> OneKeeperView:
        """Add an endpoint."""
        _require_keeper(principal)
        row = await catalog.add(
            ProviderChange(
                name=data.name,
                slug=data.slug,
                base_url=data.base_url,
                api_key=data.api_key,
                models=data.models,
                is_default=data.is_default,
                is_enabled=data.is_enabled,
            ),
            principal.actor,
        )
        return OneKeeperView(provider=_keeper_view(row))

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
        row = await catalog.change(
            provider_id,
            ProviderChange(
                name=data.name,
                slug=data.slug,
                base_url=data.base_url,
                api_key=data.api_key,
                models=data.models,
                is_default=data.is_default,
                is_enabled=data.is_enabled,
            ),
            principal.actor,
        )
        return OneKeeperView(provider=_keeper_view(row))

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
            provider_id, base_url=given.base_url, api_key=given.api_key, model=given.model
        )
        return TrialView(
            ok=trial.ok,
            latency_ms=trial.latency_ms,
            status=trial.status,
            sample=trial.sample,
            error=trial.error,
        )

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
        return OneKeeperView(provider=_keeper_view(row))


def _require_keeper(principal: Principal) -> None:
    require_role(principal, KEEPERS, "Only engineers and superadmins look after providers.")


def _view(row: Provider) -> ProviderView:
    return ProviderView(
        id=row.id,
        name=row.name,
        slug=row.slug,
        models=row.models,
        is_default=row.is_default,
        is_enabled=row.is_enabled,
    )


def _keeper_view(row: Provider) -> KeeperView:
    return KeeperView(
        id=row.id,
        name=row.name,
        slug=row.slug,
        models=row.models,
        is_default=row.is_default,
        is_enabled=row.is_enabled,
        type=row.type,
        base_url=row.base_url,
        api_key=f"••••{row.key_last4}" if row.api_key else None,
        created_at=timestamp(row.created_at),
        updated_at=timestamp(row.updated_at),
    )


def _model_views(row: Provider) -> list[ModelView]:
    return [
        ModelView(
            id=f"{row.slug}/{model}",
            model=model,
            provider=row.name,
            provider_slug=row.slug,
            provider_id=row.id,
            is_default=row.is_default and at == 0,
        )
        for at, model in enumerate(row.models)
    ]
