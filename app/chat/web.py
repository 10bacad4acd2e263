"""What the modes `web` and `deep` search with, where, and how far they may go."""

from dataclasses import dataclass, field

import msgspec

from providers.contract import Embedder, WebSearch


class WebScope(msgspec.Struct, frozen=True, rename="camel"):
    """A project's settings of its web searches, as they are stored.

    Attributes:
        include_domains: Only these and what is below them; empty: everywhere.
        exclude_domains: Not these, nor what is below them.
        max_results: Pages of one search.
        with_documents: Whether the project's own documents are read beside the web.
    """

    include_domains: tuple[str, ...] = ()
    exclude_domains: tuple[str, ...] = ()
    max_results: int = 6
    with_documents: bool = False


@dataclass(frozen=True, slots=True)
class ResearchBudget:
    """How far one research may go; whatever is used up first ends it.

    Attributes:
        seconds: From the question to the first word of the report.
        searches: Web searches.
        pages: Pages read.
        tokens: Estimated, for the model's calls between the searches.
    """

    seconds: float = 120.0
    searches: int = 12
    pages: int = 30
    tokens: int = 16_000


@dataclass(frozen=True, slots=True)
class Web:
    """The web as answers reach it.

    Attributes:
        search: Finds pages.
        embedder: Tells which passages of a long page speak of what is asked.
        budget: How far `deep` may go.
    """

    search: WebSearch
    embedder: Embedder
    budget: ResearchBudget = field(default_factory=ResearchBudget)
