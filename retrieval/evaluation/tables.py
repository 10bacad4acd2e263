"""Figures as Markdown tables, in percent."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from retrieval.evaluation.figures import Figures
from retrieval.evaluation.judging import CURVE, Judgement
from retrieval.evaluation.metrics import interval

_FIGURES = (
    "| set | channel | questions | recall@5 | in 5,000 characters | nDCG@10 "
    "| span recall@5 | span precision@5 |"
)
_DIFFERENCES = (
    "| set | hybrid over the better channel, recall@5 | over fixed windows, recall@5 "
    "| in 5,000 characters |"
)
_JUDGEMENTS = (
    "| set | answerable | accepted | not there | refused | right document in 5 | ROC area "
    f"| refused {' | '.join(f'at {share:.0%}' for share in CURVE)} |"
)


def figures_table(figures: Iterable[Figures]) -> str:
    """Every set's channels side by side."""
    return "\n".join(
        [
            _FIGURES,
            "|---|---|---:|---:|---:|---:|---:|---:|",
            *(
                f"| {f.name} | {f.channel} | {len(f.recall)} | {fmean(f.recall):.1%} "
                f"| {fmean(f.within):.1%} | {fmean(f.ndcg):.1%} | {fmean(f.span_recall):.1%} "
                f"| {fmean(f.span_precision):.1%} |"
                for f in figures
            ),
        ]
    )


def differences_table(sets: Mapping[str, Mapping[str, Figures]], *, baseline: str) -> str:
    """By how many points hybrid beats the better channel, and the baseline, with 95 % intervals."""
    lines = [_DIFFERENCES, "|---|---:|---:|---:|"]
    for name, channels in sets.items():
        hybrid = channels["hybrid"]
        better = max((channels["dense"].recall, channels["lexical"].recall), key=fmean)
        lines.append(
            f"| {name} | {_gained(hybrid.recall, better)} "
            f"| {_gained(hybrid.recall, channels[baseline].recall)} "
            f"| {_gained(hybrid.within, channels[baseline].within)} |"
        )
    return "\n".join(lines)


def _gained(one: Sequence[float], other: Sequence[float]) -> str:
    differences = [mine - theirs for mine, theirs in zip(one, other, strict=True)]
    low, high = interval(differences)
    return f"{fmean(differences) * 100:+.1f} ({low * 100:+.1f} to {high * 100:+.1f})"


def judgements_table(judgements: Iterable[Judgement]) -> str:
    """What was called answerable and what was refused, with the curve behind it."""
    return "\n".join(
        [
            _JUDGEMENTS,
            "|---|---:|---:|---:|---:|---:|---:" + "|---:" * len(CURVE) + "|",
            *(
                f"| {j.name} | {j.answerable} | {j.accepted:.1%} | {j.foreign} | {j.refused:.1%} "
                f"| {j.source_found:.1%} | {j.area:.3f} | "
                + " | ".join(f"{(j.at or {}).get(share, 0.0):.0%}" for share in CURVE)
                + " |"
                for j in judgements
            ),
        ]
    )
