"""Providers: do their keys open the door, do they offer what is configured, how did they fare."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlmodel import col, select

from app.catalog.models import Endpoint, endpoint_of
from app.catalog.store import BUILT_IN
from app.catalog.tables import Provider, ProviderHealth
from app.db.engine import Database
from app.doctor.check import Check, Finding, failed, ok, some, warning
from app.doctor.postgres import ask
from app.doctor.sql import RECENT_ANSWERS
from ingest.corpus.tables import now
from providers.errors import AddressRefused, KeyMissing, ProviderError, UpstreamRefused
from providers.secrets import SecretUnreadable

ENDPOINT_S = 8.0
"""For all that one endpoint is asked."""
LIMIT_S = 12.0
_NO_ENTRY = (401, 403)


class Probe(Protocol):
    """Asks endpoints; costs nothing, or a few tokens where an endpoint gives no list."""

    async def list_models(self, endpoint: Endpoint) -> Sequence[str]:
        """The endpoint's own list.

        Raises:
            ProviderError: It gave none.
        """
        ...

    async def say_something(self, endpoint: Endpoint, model: str) -> None:
        """Have a model begin a short answer.

        Raises:
            ProviderError: It did not.
        """
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint said.

    Attributes:
        offered: Its list of models; None where it gives none but answers.
        problem: Why it did not answer.
    """

    provider: Provider
    offered: Sequence[str] | None = None
    problem: ProviderError | None = None

    @property
    def is_about_key(self) -> bool:
        """Whether the key is what is wrong."""
        if isinstance(self.problem, UpstreamRefused):
            return self.problem.status in _NO_ENTRY
        return isinstance(self.problem, (KeyMissing, SecretUnreadable))


class Endpoints:
    """Checks of the providers that are switched on; each endpoint is asked once for all of them.

    Args:
        database: Holds their rows.
        open_key: Gives a row's key in the clear; raises `SecretUnreadable`.
        probe: Asks.
    """

    def __init__(
        self, database: Database, open_key: Callable[[Provider], str | None], probe: Probe
    ) -> None:
        self._database = database
        self._open_key = open_key
        self._probe = probe
        self._asked: asyncio.Task[list[Answer]] | None = None

    def checks(self) -> list[Check]:
        """In the order in which they are shown."""
        page = "llm-api-error"
        return [
            Check(
                id="provider-keys",
                name="Providers' keys",
                runbook="provider-401",
                run=self.keys,
                limit_s=LIMIT_S,
            ),
            Check(
                id="provider-models",
                name="Providers' models",
                runbook=page,
                run=self.models,
                limit_s=LIMIT_S,
            ),
            Check(id="provider-health", name="Providers' health", runbook=page, run=self.health),
            Check(id="recent-answers", name="Recent answers", runbook=page, run=self.recent),
        ]

    async def keys(self) -> Finding:
        """Whether every endpoint takes its key."""
        answers = await self._answers()
        bad = [answer for answer in answers if answer.is_about_key]
        if bad:
            return failed(some([f"{each.provider.slug}: {_detail(each)}" for each in bad]))
        silent = [answer.provider.slug for answer in answers if answer.problem]
        if silent:
            return warning(f"Not known of {some(silent, ', ')}: no answer at all.")
        return ok(f"{len(answers)} of {len(answers)} take their key." if answers else _NONE)

    async def models(self) -> Finding:
        """Whether every endpoint answers, and offers the models that are configured."""
        answers = await self._answers()
        wrong = [
            f"{each.provider.slug}: {_detail(each)}"
            for each in answers
            if each.problem and not each.is_about_key
        ]
        wrong += [
            f"{each.provider.slug} offers no {some(missing, ', ')}"
            for each in answers
            if (missing := _missing(each))
        ]
        if wrong:
            return failed(some(wrong))
        empty = [each.provider.slug for each in answers if not each.provider.models]
        if empty:
            return warning(f"No model is configured for {some(empty, ', ')}.")
        unknown = [each.provider.slug for each in answers if each.is_about_key]
        if unknown:
            return warning(f"Not known of {some(unknown, ', ')}: the key is refused.")
        return ok("All answer, and offer what is configured." if answers else _NONE)

    async def health(self) -> Finding:
        """Whether an endpoint is left alone: its breaker is open, or it asked for a pause."""
        async with self._database.session() as session:
            query = (
                select(Provider.slug, ProviderHealth)
                .join(ProviderHealth, col(ProviderHealth.provider_id) == col(Provider.id))
                .where(col(Provider.is_enabled))
                .order_by(col(Provider.slug))
            )
            rows = (await session.exec(query)).all()
        moment = now()
        broken = [
            f"{slug} is not asked until {health.open_until:%H:%M:%S} UTC: {_last(health)}"
            for slug, health in rows
            if health.open_until and health.open_until > moment
        ]
        if broken:
            return failed(some(broken))
        paused = [
            f"{slug} wants to be left alone until {health.paused_until:%H:%M:%S} UTC"
            for slug, health in rows
            if health.paused_until and health.paused_until > moment
        ]
        failing = [f"{slug} fails: {_last(health)}" for slug, health in rows if health.failures]
        if paused or failing:
            return warning(some([*paused, *failing]))
        return ok("None is switched off by its breaker.")

    async def recent(self) -> Finding:
        """How the answers of the last hour ended, of the newest fifty."""
        rows = await ask(self._database, RECENT_ANSWERS)
        if not rows:
            return ok("Nothing was asked in the last hour.")
        wrong = [row for row in rows if row.error_code]
        if not wrong:
            return ok(f"None of the last hour's {len(rows)} answers failed.")
        first = wrong[0]
        said = (
            f"{len(wrong)} of {first.answers} failed in the last hour, "
            f"mostly {first.error_code}: {first.error_detail}"
        )
        return failed(said) if 2 * len(wrong) > first.answers else warning(said)

    async def _answers(self) -> list[Answer]:
        if self._asked is None:
            self._asked = asyncio.create_task(self._ask_all())
        return await asyncio.shield(self._asked)

    async def _ask_all(self) -> list[Answer]:
        async with self._database.session() as session:
            query = (
                select(Provider)
                .where(col(Provider.is_enabled), Provider.type != BUILT_IN)
                .order_by(col(Provider.slug))
            )
            providers = (await session.exec(query)).all()
        return list(await asyncio.gather(*map(self._ask, providers)))

    async def _ask(self, provider: Provider) -> Answer:
        try:
            endpoint = endpoint_of(provider, self._open_key(provider))
            async with asyncio.timeout(ENDPOINT_S):
                return Answer(provider, await self._offered(provider, endpoint))
        except ProviderError as error:
            return Answer(provider, problem=error)
        except TimeoutError:
            slow = UpstreamRefused(f"no answer within {ENDPOINT_S:g} s")
            return Answer(provider, problem=slow)

    async def _offered(self, provider: Provider, endpoint: Endpoint) -> Sequence[str] | None:
        try:
            return await self._probe.list_models(endpoint)
        except (AddressRefused, KeyMissing):
            raise
        except UpstreamRefused as error:
            if error.status in _NO_ENTRY or not provider.models:
                raise
        # Some endpoints give no list; one that answers a question is in order all the same.
        await self._probe.say_something(endpoint, provider.models[0])
        return None


_NONE = "No provider is configured: the built-in answerer quotes."


def _missing(answer: Answer) -> list[str]:
    if answer.offered is None:
        return []
    offered = set(answer.offered)
    return [
        model
        for model in answer.provider.models
        # Ollama lists `name:latest` for what is asked for as `name`; Gemini, `models/name`.
        if not {model, f"{model}:latest", f"models/{model}"} & offered
    ]


def _detail(answer: Answer) -> str:
    return answer.problem.detail if answer.problem else ""


def _last(health: ProviderHealth) -> str:
    return health.last_error_detail or "no detail"
