"""Bodies of the providers' calls (wire contract, section 6)."""

from uuid import UUID

from app.api.bodies import Body
from app.api.provider_bodies import PriceBody
from app.catalog.health import BreakerState, Condition
from app.catalog.tables import Provider
from app.catalog.trial import Diagnosis, Trial
from app.wire.times import timestamp
from providers.presets import Preset


class FallbackView(Body):
    """Models that stand in, `slug/model` each, in this order."""

    models: list[str]


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


class LastErrorView(Body):
    """What went wrong last."""

    code: str
    detail: str
    at: str


class HealthView(Body):
    """How an endpoint fares; one with an `open` or `paused` breaker is not asked until then."""

    state: BreakerState
    failures: int
    open_until: str | None
    paused_until: str | None
    last_error: LastErrorView | None
    last_success_at: str | None
    active: int
    waiting: int


class KeeperView(ProviderView):
    """A provider as its keepers see it; `api_key` shows no more than its end."""

    type: str
    base_url: str
    api_key: str | None
    preset: str
    max_concurrent: int | None
    prices: dict[str, PriceBody]
    health: HealthView
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
    """How the endpoint answered; where it did not, what is wrong and what to do."""

    ok: bool
    latency_ms: int
    status: int
    sample: str
    diagnosis: Diagnosis
    advice: str
    error: str | None = None


class PresetView(Body):
    """A kind of endpoint that a form can begin with."""

    id: str
    name: str
    slug: str
    base_url: str
    needs_key: bool
    is_local: bool
    models: list[str]
    key_url: str
    note: str


class PresetViews(Body):
    """All of them; the last is for any other endpoint."""

    presets: list[PresetView]


class RemovedView(Body):
    """What was deleted."""

    id: UUID
    success: bool = True


def provider_view(row: Provider) -> ProviderView:
    """A row as everybody sees it."""
    return ProviderView(
        id=row.id,
        name=row.name,
        slug=row.slug,
        models=row.models,
        is_default=row.is_default,
        is_enabled=row.is_enabled,
    )


def keeper_view(row: Provider, condition: Condition | None) -> KeeperView:
    """A row as its keepers see it, and how it fares."""
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
        preset=row.preset,
        max_concurrent=row.max_concurrent,
        prices={model: PriceBody(**price) for model, price in row.prices.items()},
        health=_health_view(condition),
        created_at=timestamp(row.created_at),
        updated_at=timestamp(row.updated_at),
    )


def model_views(row: Provider) -> list[ModelView]:
    """A row's models."""
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


def trial_view(trial: Trial) -> TrialView:
    """How a test call went."""
    return TrialView(
        ok=trial.ok,
        latency_ms=trial.latency_ms,
        status=trial.status,
        sample=trial.sample,
        diagnosis=trial.diagnosis,
        advice=trial.advice,
        error=trial.error,
    )


def preset_view(preset: Preset) -> PresetView:
    """A preset as the form reads it."""
    return PresetView(
        id=preset.id,
        name=preset.name,
        slug=preset.slug,
        base_url=preset.base_url,
        needs_key=preset.needs_key,
        is_local=preset.is_local,
        models=list(preset.models),
        key_url=preset.key_url,
        note=preset.note,
    )


def _health_view(condition: Condition | None) -> HealthView:
    if condition is None:
        return HealthView(
            state="closed",
            failures=0,
            open_until=None,
            paused_until=None,
            last_error=None,
            last_success_at=None,
            active=0,
            waiting=0,
        )
    row = condition.row
    return HealthView(
        state=condition.state,
        failures=row.failures,
        open_until=timestamp(row.open_until) if row.open_until else None,
        paused_until=timestamp(row.paused_until) if row.paused_until else None,
        last_error=_last_error(condition),
        last_success_at=timestamp(row.last_success_at) if row.last_success_at else None,
        active=condition.active,
        waiting=condition.waiting,
    )


def _last_error(condition: Condition) -> LastErrorView | None:
    row = condition.row
    if row.last_error_code is None or row.last_error_at is None:
        return None
    return LastErrorView(
        code=row.last_error_code,
        detail=row.last_error_detail or "",
        at=timestamp(row.last_error_at),
    )
