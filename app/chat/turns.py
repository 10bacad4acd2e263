"""Which turn answers which question: the mode decides where its passages come from."""

from dataclasses import dataclass

from app.chat.answer import AnswerTurn, SaveSources
from app.chat.asides import Asides
from app.chat.gathering import Asked, Documents, Gathering, PassageSearch, WebPages
from app.chat.prompt import PromptBudget
from app.chat.research import Research
from app.chat.web import Web
from providers.contract import ChatModel

ASIDE_TOKENS = 2_000  # Enough to rewrite a follow-up.
REPORT_TOKENS = 6_000  # Passages of a report, which follows facts over several pages.


@dataclass(frozen=True, slots=True)
class Turns:
    """Builds turns.

    Attributes:
        search: Finds passages of documents.
        web: Where it can be searched.
        save_sources: Keeps an answer's sources, and why they are these.
    """

    search: PassageSearch
    web: Web | None
    save_sources: SaveSources

    def turn(self, asked: Asked, model: ChatModel) -> AnswerTurn:
        """The turn that answers this question; its mode is switched on."""
        budget = PromptBudget(passages=REPORT_TOKENS) if asked.mode == "deep" else PromptBudget()
        asides = Asides(model, tokens=self._aside_tokens(asked), message_id=asked.message_id)
        return AnswerTurn(
            asked,
            gathering=self._gathering(asked, asides, tokens=budget.passages),
            model=model,
            asides=asides,
            save_sources=self.save_sources,
            budget=budget,
        )

    def _gathering(self, asked: Asked, asides: Asides, *, tokens: int) -> Gathering:
        documents = Documents(asked, self.search, tokens=tokens)
        if asked.mode == "docs" or self.web is None:
            return documents
        beside = documents if asked.wants_documents else None
        if asked.mode == "web":
            return WebPages(asked, self.web.search, beside, tokens=tokens)
        return Research(asked.web, self.web, beside, asides, tokens=tokens)

    def _aside_tokens(self, asked: Asked) -> int:
        if asked.mode != "deep" or self.web is None:
            return ASIDE_TOKENS
        return ASIDE_TOKENS + self.web.budget.tokens
