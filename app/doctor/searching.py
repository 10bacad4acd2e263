"""Why a passage is not found although a document holds it."""

from collections.abc import Awaitable, Callable

from app.db.engine import Database
from app.doctor.check import Check, Finding, ok, warning
from app.doctor.postgres import ask
from app.doctor.sql import FOREIGN_VECTORS, UNFINISHED, WITHOUT_LANGUAGE
from providers.contract import Embedder
from providers.errors import ProviderError

MANY = 0.2
"""Share of documents without a language from which on words of a question may not meet theirs."""


class Searching:
    """Checks of what search needs.

    Args:
        database: Holds documents and chunks.
        embedder: Gives the embedding model that questions go to.
    """

    def __init__(self, database: Database, embedder: Callable[[], Awaitable[Embedder]]) -> None:
        self._database = database
        self._embedder = embedder

    def checks(self) -> list[Check]:
        """In the order in which they are shown."""
        page = "answers-miss-what-is-there"
        return [
            Check(id="indexing", name="Search index", runbook=page, run=self.indexing),
            Check(id="languages", name="Languages", runbook=page, run=self.languages),
            Check(id="vectors", name="Vectors", runbook=page, run=self.vectors),
        ]

    async def indexing(self) -> Finding:
        """Whether documents are still being read."""
        (row,) = await ask(self._database, UNFINISHED)
        if row.documents:
            return warning(f"{row.documents} documents are not read yet; answers miss them.")
        return ok("Every document is read, or has failed.")

    async def languages(self) -> Finding:
        """Whether documents' words are stemmed."""
        (row,) = await ask(self._database, WITHOUT_LANGUAGE)
        said = f"{row.documents} of {row.total} documents have no known language"
        if row.documents and row.documents > MANY * row.total:
            return warning(f"{said}: only words in the very form of the question are found there.")
        return ok(f"{said}.")

    async def vectors(self) -> Finding:
        """Whether the vectors are of the model that questions are embedded with."""
        try:
            name = (await self._embedder()).name
        except ProviderError as error:
            return warning(f"Not known: {error.detail}.")
        (row,) = await ask(self._database, FOREIGN_VECTORS, embedder=name)
        if row.documents:
            return warning(
                f"{row.documents} documents were embedded by {row.example}, questions are by "
                f"{name}: only their words are searched."
            )
        return ok(f"All are by {name}.")
