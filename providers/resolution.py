"""Which model answers: the request's, else the project's, else the default."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from providers.errors import ModelUnknown, NoProvider


@dataclass(frozen=True, slots=True)
class Offer:
    """What a provider row offers.

    Attributes:
        models: The first is the provider's default.
    """

    provider_id: UUID
    slug: str
    models: Sequence[str]
    is_default: bool = False
    is_enabled: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that answers."""

    provider_id: UUID
    slug: str
    model: str

    @property
    def id(self) -> str:
        """`slug/model`."""
        return f"{self.slug}/{self.model}"


def resolve(
    offers: Sequence[Offer], *, requested: str | None = None, project: str | None = None
) -> Choice:
    """Choose: the request's model, else the project's, else the default provider's first.

    Both `model` and `slug/model` are understood; a full id goes before a bare name. A bare name
    that several providers offer means the default provider's, else that of the first slug.
    A project's model that is no longer offered gives way to the default.

    Raises:
        NoProvider: No provider is enabled, or none has a model.
        ModelUnknown: The requested model is not offered; never silently another.
    """
    usable = sorted(
        (offer for offer in offers if offer.is_enabled and offer.models),
        key=lambda offer: (not offer.is_default, offer.slug),
    )
    if not usable:
        raise NoProvider("no provider is enabled")
    if requested:
        choice = _find(usable, requested)
        if choice is None:
            raise ModelUnknown("no enabled provider offers the requested model")
        return choice
    fallback = usable[0]
    chosen = _find(usable, project) if project else None
    return chosen or Choice(fallback.provider_id, fallback.slug, fallback.models[0])


def _find(offers: Sequence[Offer], wanted: str) -> Choice | None:
    choices = [
        Choice(offer.provider_id, offer.slug, model) for offer in offers for model in offer.models
    ]
    full = (choice for choice in choices if choice.id == wanted)
    bare = (choice for choice in choices if choice.model == wanted)
    return next(full, None) or next(bare, None)
