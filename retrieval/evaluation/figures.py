"""What one set gave through one channel."""

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.evaluation.golden import Question
from retrieval.evaluation.metrics import (
    Span,
    ndcg_at,
    recall_at,
    recall_within,
    span_precision,
    span_recall,
)

TOP = 5
READ = 5_000
"""Characters: what five windows of the baseline hold."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One set through one channel; every figure has one value a question, 0 to 1.

    Attributes:
        recall: Gold spans touched by the first 5 chunks.
        within: Gold spans touched within the first 5,000 characters.
        ndcg: nDCG@10.
        span_recall: Characters of the gold spans within the first 5 chunks.
        span_precision: Characters of the first 5 chunks within gold spans.
    """

    name: str
    channel: str
    recall: Sequence[float]
    within: Sequence[float]
    ndcg: Sequence[float]
    span_recall: Sequence[float]
    span_precision: Sequence[float]


def measured(
    name: str, channel: str, asked: Sequence[Question], rankings: Sequence[Sequence[Span]]
) -> Figures:
    """Measure what each question found, best first."""
    pairs = [(question.gold, found) for question, found in zip(asked, rankings, strict=True)]
    return Figures(
        name,
        channel,
        recall=[recall_at(TOP, found, gold) for gold, found in pairs],
        within=[recall_within(READ, found, gold) for gold, found in pairs],
        ndcg=[ndcg_at(10, found, gold) for gold, found in pairs],
        span_recall=[span_recall(found[:TOP], gold) for gold, found in pairs],
        span_precision=[span_precision(found[:TOP], gold) for gold, found in pairs],
    )
