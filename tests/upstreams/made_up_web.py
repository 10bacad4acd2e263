"""Fifty pages that nobody wrote, and a search over them that ranks by words.

Nothing here is so: a model that knows the answers has read these pages.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_WORD = re.compile(r"[a-z0-9]+")
_PLAIN = frozenset(
    _WORD.findall(
        "a an and are as at by for from had has have in into is it its of on or that the their "
        "there this to was were what when where which who whose with"
    )
)


@dataclass(frozen=True)
class WebPage:
    """A page: its address, title and text as a search engine would read it."""

    url: str
    title: str
    text: str


QUESTION = "In which year was the town founded where the inventor of the Zephyrine loom was born?"
CHAIN = (
    WebPage(
        "https://looms.example/zephyrine",
        "The Zephyrine loom",
        "The Zephyrine loom weaves without a shuttle. The inventor of the Zephyrine loom was Marla "
        "Quistgaard, a clockmaker by trade. It was shown in public for the first time at the fair "
        "of Vennborg, where it won a medal. About four hundred were built, and nine of them still "
        "run today in small workshops.",
    ),
    WebPage(
        "https://lives.example/marla-quistgaard",
        "Marla Quistgaard",
        "Marla Quistgaard learned clockmaking from her aunt. Marla Quistgaard was born in the town "
        "of Oltenmere, the third of five children. She held eleven patents when she died. A street "
        "in the harbour quarter bears her name.",
    ),
    WebPage(
        "https://towns.example/oltenmere",
        "Oltenmere",
        "Oltenmere lies where two rivers meet. The town of Oltenmere was founded in 1483 by salt "
        "traders from the coast. Its market hall has a roof of green slate. Today some nine "
        "thousand people live there.",
    ),
)
YEAR = "1483"

_CRAFTS = ("pottery", "glass", "bells", "barrels", "rope", "candles", "paper", "soap", "bricks")
_PLACES = (
    "Harnesk", "Brumvale", "Tissing", "Corvath", "Lindsey", "Marrow Bay", "Ostrel",
    "Pellgate", "Quarn", "Rustholm", "Selby Cross", "Tarrow", "Ulverby", "Wexcombe",
    "Yarnfold", "Zellern",
)  # fmt: skip
_NAMES = (
    "Edda Fenwright", "Tomas Brill", "Ines Okafor", "Piet Sandholm", "Rhea Calloway", "Jon Astley",
    "Mirja Tolvan", "Otto Kessling", "Pia Renholm", "Sol Ardent", "Vera Lindqvist", "Wim Hollan",
    "Xenia Marsh", "Yusuf Brandt", "Zoe Haldane", "Anton Grell",
)  # fmt: skip


def _towns() -> list[WebPage]:
    """Towns that share with the question every word that is no name."""
    return [
        WebPage(
            f"https://gazetteer.example/{at}",
            f"{place}, a town",
            f"The town of {place} was founded in the year {1201 + 17 * at}. An inventor was born "
            f"in the town of {place}, the guide books say, but nobody knows when. The founding "
            f"year stands over the gate. Every year the town remembers the day it was founded.",
        )
        for at, place in enumerate(_PLACES)
    ]


def _lives() -> list[WebPage]:
    return [
        WebPage(
            f"https://people.example/{at}",
            name,
            f"{name} was an inventor. In which year {name} was born is not known, only the town: "
            f"{_PLACES[at]}. The town was founded where an old road crosses the hills. {name} left "
            f"no letters.",
        )
        for at, name in enumerate(_NAMES)
    ]


def _notes() -> list[WebPage]:
    pages: list[WebPage] = []
    for at in range(15):
        craft, place = _CRAFTS[at % len(_CRAFTS)], _PLACES[at]
        pages.append(
            WebPage(
                f"https://notes.example/{craft}-{at}",
                f"Notes on {craft}, part {at}",
                f"Good {craft} takes patience. A workshop in {place} makes {craft} by hand and "
                f"sells it on market days. Visitors who come in week {at + 3} may watch. The "
                f"tools are kept dry, sharpened often and handed on.",
            )
        )
    return pages


PAGES: tuple[WebPage, ...] = (
    *_towns(), CHAIN[1], *_lives(), CHAIN[2], *_notes(), CHAIN[0],
)  # fmt: skip


def ranked(pages: Sequence[WebPage], body: dict[str, Any]) -> list[dict[str, Any]]:
    """What a search answers: the pages that share rare words with the query, the best first."""
    asked = set(words(body["query"]))
    known = [Counter(words(f"{page.title} {page.text}")) for page in pages]
    weight = {
        word: math.log(1 + len(pages) / (1 + sum(word in counts for counts in known)))
        for word in asked
    }
    whole = sum(weight.values()) or 1.0
    hits = []
    for page, counts in zip(pages, known, strict=True):
        score = sum(weight[word] for word in asked if word in counts) / whole
        if score > 0.2 and _is_allowed(page, body):
            hits.append((score, page))
    hits.sort(key=lambda hit: (-hit[0], hit[1].url))
    return [_hit(page, score, body) for score, page in hits[: body.get("max_results", 5)]]


def words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if word not in _PLAIN]


def _is_allowed(page: WebPage, body: dict[str, Any]) -> bool:
    host = urlsplit(page.url).hostname or ""
    include, exclude = body.get("include_domains") or [], body.get("exclude_domains") or []
    return host not in exclude and (not include or host in include)


def _hit(page: WebPage, score: float, body: dict[str, Any]) -> dict[str, Any]:
    asked = set(words(body["query"]))
    sentences = re.split(r"(?<=\.) ", page.text)
    best = sorted(sentences, key=lambda each: -len(asked & set(words(each))))[:2]
    return {
        "url": page.url,
        "title": page.title,
        "content": " ".join(each for each in sentences if each in best),
        "score": round(score, 4),
        "raw_content": page.text if body.get("include_raw_content") else None,
    }
