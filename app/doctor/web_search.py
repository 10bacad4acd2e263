"""The web search: is there a key, is it taken, is something left of the plan."""

from typing import Protocol

from app.doctor.check import Check, Finding, failed, ok, warning
from providers.errors import SearchFailed

ALMOST = 0.9
"""Share of the plan from which on somebody should look."""


class Plan(Protocol):
    """Searches of the running period, as the search's own account counts them."""

    @property
    def used(self) -> int:
        """So many."""
        ...

    @property
    def limit(self) -> int | None:
        """Of so many; None for no limit."""
        ...


class SearchAccount(Protocol):
    """What the web search says of its key."""

    async def plan(self) -> Plan | None:
        """What is left; None where it does not say, though it takes the key. Costs nothing.

        Raises:
            SearchFailed: It refused the key, or can't be reached.
        """
        ...


class WebSearchKey:
    """The check of the web search.

    Args:
        account: None where no key is set.
    """

    def __init__(self, account: SearchAccount | None) -> None:
        self._account = account

    def checks(self) -> list[Check]:
        """One."""
        return [
            Check(
                id="web-search",
                name="Web search",
                runbook="web-search",
                run=self.key,
                limit_s=10.0,
                needs_database=False,
            )
        ]

    async def key(self) -> Finding:
        """Whether the modes web and deep can search."""
        if self._account is None:
            return warning("TAVILY_API_KEY is not set: the modes web and deep are off.")
        try:
            plan = await self._account.plan()
        except SearchFailed as error:
            return failed(f"The web search does not work: {error.detail}.")
        return _left(plan)


def _left(plan: Plan | None) -> Finding:
    if plan is None:
        return ok("The web search answers.")
    if plan.limit is None:
        return ok(f"The key is taken; {plan.used} searches of no limit are used.")
    said = f"{plan.used} of {plan.limit} searches are used."
    if plan.used >= plan.limit:
        return failed(f"The web search is out of quota: {said}")
    return warning(said) if plan.used >= ALMOST * plan.limit else ok(f"The key is taken; {said}")
