"""Bodies that providers' calls take (wire contract, section 6)."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.api.bodies import Body
from app.catalog.catalog import ProviderChange
from app.errors import InvalidRequest
from providers.presets import OTHER, PRESET_IDS

MOST_MODELS = 1000
MOST_CONCURRENT = 10_000
MOST_STAND_INS = 20
HIGHEST_PRICE = 1_000_000.0

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Slug = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
Url = Annotated[str, Meta(pattern="^https?://", max_length=2000)]
ApiKey = Annotated[str, Meta(max_length=4000)]
ModelName = Annotated[str, Meta(min_length=1, max_length=200)]
ModelNames = Annotated[list[ModelName], Meta(max_length=MOST_MODELS)]
TypeName = Annotated[str, Meta(pattern="^openai([-_]compatible)?$")]
PresetId = Annotated[str, Meta(max_length=40)]
Concurrent = Annotated[int, Meta(ge=1, le=MOST_CONCURRENT)]
Dollars = Annotated[float, Meta(ge=0, le=HIGHEST_PRICE)]
ModelId = Annotated[str, Meta(min_length=3, max_length=264, pattern="^[a-z0-9][a-z0-9-]{0,62}/.")]


class PriceBody(Body):
    """Dollars per million tokens."""

    prompt: Dollars
    completion: Dollars


Prices = Annotated[dict[ModelName, PriceBody], Meta(max_length=MOST_MODELS)]


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
    preset: PresetId = OTHER
    max_concurrent: Concurrent | None = None
    prices: Prices = msgspec.field(default_factory=dict[str, PriceBody])

    def change(self) -> ProviderChange:
        """What the catalog writes.

        Raises:
            InvalidRequest: There is no such preset, or the key is none.
        """
        return ProviderChange(
            name=self.name,
            slug=self.slug,
            base_url=self.base_url,
            api_key=sound_key(self.api_key),
            models=self.models,
            is_default=self.is_default,
            is_enabled=self.is_enabled,
            preset=known_preset(self.preset),
            max_concurrent=self.max_concurrent,
            prices=_prices(self.prices),
        )


class ProviderPatch(Body):
    """What to change; an empty key keeps the stored one, no limit is null."""

    name: Name | None = None
    slug: Slug | None = None
    base_url: Url | None = None
    api_key: ApiKey | None = None
    models: ModelNames | None = None
    is_default: bool | None = None
    is_enabled: bool | None = None
    preset: PresetId | None = None
    max_concurrent: Concurrent | UnsetType | None = UNSET
    prices: Prices | None = None

    def change(self) -> ProviderChange:
        """What the catalog writes.

        Raises:
            InvalidRequest: There is no such preset, or the key is none.
        """
        limit = self.max_concurrent
        return ProviderChange(
            name=self.name,
            slug=self.slug,
            base_url=self.base_url,
            api_key=sound_key(self.api_key),
            models=self.models,
            is_default=self.is_default,
            is_enabled=self.is_enabled,
            preset=None if self.preset is None else known_preset(self.preset),
            max_concurrent=None if isinstance(limit, UnsetType) else limit or 0,
            prices=None if self.prices is None else _prices(self.prices),
        )


class TrialBody(Body):
    """What to test in place of what is stored."""

    base_url: Url | None = None
    api_key: ApiKey | None = None
    model: ModelName | None = None


class NewTrialBody(Body):
    """What to test before it is added; without a model, the first of the endpoint's own list."""

    base_url: Url
    api_key: ApiKey | None = None
    model: ModelName | None = None


class FallbackBody(Body):
    """Models that stand in, `slug/model` each, in this order."""

    models: Annotated[list[ModelId], Meta(max_length=MOST_STAND_INS)]


def sound_key(key: str | None) -> str | None:
    """The key without the white space around it that comes with copying.

    Raises:
        InvalidRequest: It can't be sent in a header.
    """
    bare = (key or "").strip()
    if not all("!" <= char <= "~" for char in bare):
        raise InvalidRequest("A key holds no spaces or special characters. Copy it anew.", "apiKey")
    return bare if key is not None else None


def known_preset(preset: str) -> str:
    """The preset's id.

    Raises:
        InvalidRequest: There is none of this id.
    """
    if preset not in PRESET_IDS:
        raise InvalidRequest(f"The presets are: {', '.join(sorted(PRESET_IDS))}.", "preset")
    return preset


def _prices(given: dict[str, PriceBody]) -> dict[str, dict[str, float]]:
    return {
        model: {"prompt": price.prompt, "completion": price.completion}
        for model, price in given.items()
    }
