"""Whether what a question names is named by what was found.

A question about another company, person or place than those of the documents is near to them in
meaning and shares their words; only the name is missing. Names are told by their capital letter
within a sentence, so a script without capitals has none, and German nouns count among them.
"""

import re
from collections.abc import Iterable

_WORD = re.compile(r"\w[\w&]+")
_SENTENCE_START = re.compile(r"(?:^|[.?!:]\s|[¿\"“„«(])\W*$")
_POSSESSIVE = re.compile(r"['’]s\b")
_STEM = 4
"""Letters by which two forms of a name meet at least; the last two are left to its case."""


def names_of(question: str) -> list[str]:
    """The words of a question that seem to be names, folded, in order.

    The first word of a sentence is one only where something is said to be its own (`Apple's`).
    """
    found: list[str] = []
    for match in _WORD.finditer(question):
        if not match[0][0].isupper():
            continue
        begins = _SENTENCE_START.search(question, max(0, match.start() - 3), match.start())
        if begins is None or _POSSESSIVE.match(question, match.end()):
            found.append(match[0].casefold())
    return found


def named(question: str, texts: Iterable[str]) -> float | None:
    """The share of the question's names that stand in any of the texts, 0 to 1; None without."""
    names = names_of(question)
    if not names:
        return None
    whole = "\n".join(texts).casefold()
    return sum(name[: max(_STEM, len(name) - 2)] in whole for name in names) / len(names)
