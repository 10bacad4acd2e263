"""Why a passage is not found although a document holds it."""

from app.db.engine import Database
from app.doctor.check import Check, Finding, failed, ok, warning
from app.doctor.postgres import ask
from app.doctor.sql import SPACES, UNFINISHED, WITHOUT_LANGUAGE

MANY = 0.2
"""Share of documents without a language from which on words of a question may not meet theirs."""


class Searching:
    """Checks of what search needs.

    Args:
        database: Holds documents and chunks.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

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
        """Whether every chunk can be found by meaning, and whether another model is to follow."""
        spaces = {row.state: row for row in await ask(self._database, SPACES)}
        active, following = spaces.get("active"), spaces.get("filling")
        if active is None:
            return ok("There are none yet.")
        if active.error:
            return failed(
                f"{active.name}: {active.error}. Until another model is whole, "
                "only words are searched."
            )
        if active.missing:
            return warning(f"{active.missing} chunks have none by {active.name}.")
        said = f"All are by {active.name}"
        if following is not None and following.error:
            return warning(f"{said}; {following.name} does not take over: {following.error}.")
        rest = f"; {following.name} lacks {following.missing} yet" if following else ""
        return ok(f"{said}{rest}.")
