"""Which model answers: what projects ask for, and what a plain name means."""

from collections import Counter
from collections.abc import Sequence

from sqlmodel import col, select

from app.catalog.tables import Provider
from app.db.engine import Database
from app.doctor.check import Check, Finding, failed, ok, some, warning
from app.doctor.postgres import ask
from app.doctor.sql import PROJECT_MODELS
from providers.errors import NoProvider
from providers.resolution import Choice, Offer, resolve


class ModelChoice:
    """Checks that the model that answers is the one that was meant.

    Args:
        database: Holds providers and projects.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def checks(self) -> list[Check]:
        """One."""
        return [
            Check(id="model-choice", name="Choice of model", runbook="wrong-model", run=self.choice)
        ]

    async def choice(self) -> Finding:
        """The default, the projects' models, and plain names that several providers offer."""
        async with self._database.session() as session:
            rows = (await session.exec(select(Provider).order_by(col(Provider.slug)))).all()
        offers = [
            Offer(row.id, row.slug, row.models, row.is_default, row.is_enabled) for row in rows
        ]
        try:
            default = resolve(offers)
        except NoProvider:
            return failed("No provider is switched on, or none has a model: nobody answers.")
        wanted = {row.model: row for row in await ask(self._database, PROJECT_MODELS)}
        lost = [
            f"{row.projects} project(s), such as {row.example}, ask for {model}"
            for model, row in wanted.items()
            if not _offered(offers, model)
        ]
        if lost:
            return failed(f"{some(lost)}; nobody offers it, {default.id} answers.")
        twofold = [model for model in wanted if _times(offers, model) > 1]
        if twofold:
            return warning(
                f"{some(twofold, ', ')}: several providers offer what projects ask for by a plain "
                "name. Write slug/model."
            )
        return self._default(offers, default)

    def _default(self, offers: Sequence[Offer], default: Choice) -> Finding:
        chosen = next((offer for offer in offers if offer.is_default), None)
        if chosen is None or chosen.slug != default.slug:
            meant = (
                f"The default, {chosen.slug}, is switched off or has no model"
                if chosen
                else ("No provider is the default")
            )
            return failed(f"{meant}: {default.id} answers.")
        return ok(f"{default.id} answers where nothing else is chosen.")


def _offered(offers: Sequence[Offer], model: str) -> bool:
    return any(
        model in {name, f"{offer.slug}/{name}"}
        for offer in offers
        if offer.is_enabled
        for name in offer.models
    )


def _times(offers: Sequence[Offer], model: str) -> int:
    full = any(model == f"{offer.slug}/{name}" for offer in offers for name in offer.models)
    counts = Counter(name for offer in offers if offer.is_enabled for name in offer.models)
    return 1 if full else counts[model]
