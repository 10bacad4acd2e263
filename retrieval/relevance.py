"""Whether the documents speak of what is asked, and how far the embedder can be trusted on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.corpus.lexemes import unspaced
from providers.contract import TokenCounter
from retrieval.fusion import Hit

SPELT_OUT = 2.0
KNOWN = 3.5
"""Letters a token: of a script that the tokenizer takes letter by letter, and of a language that
it was trained on (MiniLM: Chinese 1.9, German and Spanish 2.6, English 4.1 in the median)."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a search saw.

    Attributes:
        similarity: The best cosine, in [-1, 1]; 0 where nothing was compared.
        coverage: The largest share of the question's words, weighted by their rarity, that one
            chunk holds; 0 to 1.
        trust: How well the embedder reads the question; 0 to 1.
    """

    similarity: float = 0.0
    coverage: float = 0.0
    trust: float = 1.0


@dataclass(frozen=True, slots=True)
class Relevance:
    """From where on the documents are taken to speak of what is asked.

    The less the embedder knows the question's language, the less its cosine says (Chinese: .71 for
    questions that can be answered, .70 for the others), and the less is asked for.

    Calibrated on xquad, with 149 questions a language: asked of half of its articles, 97 % of the
    answerable English ones are accepted, 84 % of the German and 87 % of the Chinese; of the others
    97 %, 97 % and 99 % are refused. Asked of projects that hold one short article: 100 %, 75 % and
    83 % accepted, 99 % or more refused. What passes nevertheless mostly asks about the right things
    of the wrong company; the answer's own citations must refuse it.

    Attributes:
        similarity_weight: Of the best cosine beside the coverage, where the embedder is trusted.
        threshold: Of their sum, where it is trusted.
        untrusted_threshold: Of the coverage alone, where it is not.
    """

    similarity_weight: float = 0.85
    threshold: float = 0.76
    untrusted_threshold: float = 0.2

    def __call__(self, seen: Evidence) -> bool:
        """Whether what was seen is enough."""
        told = self.similarity_weight * seen.trust * seen.similarity + seen.coverage
        least = self.untrusted_threshold
        return told >= least + (self.threshold - least) * seen.trust


def evidence(dense: Sequence[Hit], lexical: Sequence[Hit], trusted: float) -> Evidence:
    """Sum up what the channels found."""
    return Evidence(
        similarity=dense[0].score if dense else 0.0,
        coverage=max((hit.coverage for hit in lexical), default=0.0),
        trust=trusted,
    )


def trust(question: str, counter: TokenCounter | None) -> float:
    """How well the embedder's tokenizer knows the question's language, 0 to 1.

    It knows a language by its long pieces. Letters of scripts without spaces count twice: there, a
    word has half as many. Without a counter the embedder is trusted.
    """
    if counter is None:
        return 1.0
    tokens, framing = counter.count([question, ""])
    letters = sum(not letter.isspace() for letter in question) + unspaced(question)
    known = letters / max(1, tokens - framing)
    return max(0.0, min(1.0, (known - SPELT_OUT) / (KNOWN - SPELT_OUT)))
