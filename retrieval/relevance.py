"""Whether the documents speak of what is asked, and how far the embedder can be trusted on it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

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
        named: Share of the question's names that the best chunks name; None where it has none.
    """

    similarity: float = 0.0
    coverage: float = 0.0
    trust: float = 1.0
    named: float | None = None


@dataclass(frozen=True, slots=True)
class Relevance:
    """From where on the documents are taken to speak of what is asked.

    The less the embedder knows the question's language, the less its cosine says (Chinese: .71 for
    questions that can be answered, .70 for the others), and the less it counts either way.

    Calibrated on chunking, xquad in four languages and sec-10q so that on none of them much more
    than one answerable question in twenty is refused; the weights lie in a wide flat, and those
    that were fitted to one half of the questions give the same figures on the other. What that
    refuses stands in `benchmarks/RESULTS.md`. What passes nevertheless mostly asks about the right
    things of the wrong company; the answer's own citations must refuse it.

    Attributes:
        usual: The best cosine from which on meaning speaks for the documents.
        coverage_weight: Of the coverage.
        root_weight: Of its root: the first words that are shared say most.
        name_weight: Of the share of names; where none of them is there it counts against.
        threshold: Of the sum.
    """

    usual: float = 0.65
    coverage_weight: float = 0.5
    root_weight: float = 0.65
    name_weight: float = 0.16
    threshold: float = 0.42

    def __call__(self, seen: Evidence) -> bool:
        """Whether what was seen is enough."""
        return self.told(seen) >= self.threshold

    def told(self, seen: Evidence) -> float:
        """The sum that is held against the threshold."""
        named = 1.0 if seen.named is None else seen.named or -1.0
        return (
            seen.trust * (seen.similarity - self.usual)
            + self.coverage_weight * seen.coverage
            + self.root_weight * sqrt(seen.coverage)
            + self.name_weight * named
        )


def evidence(
    dense: Sequence[Hit], lexical: Sequence[Hit], trusted: float, names: float | None = None
) -> Evidence:
    """Sum up what the channels found."""
    return Evidence(
        similarity=dense[0].score if dense else 0.0,
        coverage=max((hit.coverage for hit in lexical), default=0.0),
        trust=trusted,
        named=names,
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
