"""What the audit log hears of providers: everything but the key."""

from sqlmodel.ext.asyncio.session import AsyncSession

from app.audit.record import Actor, Change, Fields, Target, record
from app.catalog.tables import Provider


def shown(provider: Provider) -> Fields:
    """A provider as the log tells of it; of its key, whether there is one and how it ends."""
    return {
        "name": provider.name,
        "slug": provider.slug,
        "baseUrl": provider.base_url,
        "models": list(provider.models),
        "isDefault": provider.is_default,
        "isEnabled": provider.is_enabled,
        "preset": provider.preset,
        "maxConcurrent": provider.max_concurrent,
        "prices": {model: dict(price) for model, price in provider.prices.items()},
        "hasKey": provider.api_key is not None,
        "keyLast4": provider.key_last4,
    }


async def tell(
    session: AsyncSession, actor: Actor, action: str, provider: Provider, change: Change
) -> None:
    """Write down what was done to a provider, in the transaction that does it."""
    target = Target("provider", provider.id, provider.name)
    await record(session, actor, action, target, change)
