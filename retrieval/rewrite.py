"""A follow-up becomes a question that stands for itself: by rule, without a model.

"And in 2022?" is about what was asked before. Such a question is recognised by its first words, by
a pronoun that points back, or by holding no subject at all; then the question before it is carried
along, with what the new one replaces (a year, a quarter, a name) replaced.
"""

import re
from collections.abc import Sequence

MOST_HISTORY = 6
LONGEST_CARRIED = 400  # Characters of the earlier question.
FEW_WORDS = 3

_OPENERS = re.compile(
    r"^\s*(?:(?:and|but|also|so|then)\b(?:\s+(?:what|how)\s+about\b)?|(?:what|how)\s+about\b"
    r"|und\b(?:\s+was\s+ist\s+mit\b)?|was\s+ist\s+mit\b|y\b(?:\s+qué\s+hay\s+de\b)?|¿\s*y\b"
    r"|et\b|那么?|还有)[\s,:]*",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|itself|they|them|their|theirs|he|him|his|she|her|hers|this|that|these|those"
    r"|there|former|latter|same|previous|above|er|ihn|ihm|sein|seine|seinen|ihr|ihre|ihren|deren"
    r"|dessen|dort|davon|dieser|diese|dieses|ellos|ellas|su|sus|eso|esto|allí)\b"
    r"|[它他她]们?|这个?|那个?",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:what|who|whom|whose|which|when|where|why|how|does|do|did|is|are|was|were|can|could"
    r"|was|wer|wen|wem|wann|wo|warum|wie|welche[rsmn]?|qué|quién|cuándo|dónde|cómo|cuál(?:es)?"
    r"|cuánt[oa]s?)\b|什么|谁|哪|多少|为什么|怎么|吗",
    re.IGNORECASE,
)
_REPLACEABLE = (
    re.compile(r"\b(?:19|20)\d\d\b"),
    re.compile(r"\bQ[1-4]\b"),
    re.compile(
        r"\b(?:January|February|March|April|May|June|July|August|September|October|November"
        r"|December)\b"
    ),
)
_NAME = re.compile(r"(?<![.?!¿]\s)(?<!^)\b[A-ZÄÖÜ][\w&.-]*(?:\s+[A-ZÄÖÜ][\w&.-]*)*\b")
_CONNECTING = re.compile(
    r"\b(?:in|for|of|at|on|by|from|the|für|im|en|de|para|el|la)\b", re.IGNORECASE
)


def standalone(question: str, history: Sequence[str] = ()) -> str:
    """The question as it would be asked without the conversation before it.

    Args:
        question: What is asked now.
        history: The person's earlier questions, oldest first.

    Returns:
        The question itself where it stands for itself; else the one before, with what the new one
        replaces, and what the new one adds.
    """
    subject = ""
    for earlier in history[-MOST_HISTORY:]:
        subject = _carried(earlier.strip(), subject)
    return _carried(question.strip(), subject)


def _carried(question: str, subject: str) -> str:
    if not question or not subject or not _leans(question):
        return question or subject
    fragment = _OPENERS.sub("", question, count=1) or question
    carried = subject[:LONGEST_CARRIED]
    added = fragment
    for pattern in _REPLACEABLE:
        carried, added = _replace(pattern, carried, fragment, added)
    if _OPENERS.match(question) and not _ASKS.search(fragment):
        carried, added = _replace(_NAME, carried, f" {fragment}", f" {added}")
    added = added.strip(" ?？.!,")
    if not _CONNECTING.sub("", added).strip(" ?？.!,'’s"):
        return carried
    return f"{carried} {fragment.strip()}"


def _leans(question: str) -> bool:
    """Whether the question can't be understood without the one before it."""
    if _OPENERS.match(question) or _POINTS_BACK.search(question):
        return True
    return len(question.split()) <= FEW_WORDS and not _ASKS.search(question) and question.isascii()


def _replace(pattern: re.Pattern[str], carried: str, fragment: str, added: str) -> tuple[str, str]:
    """Put the fragment's one match in the place of the carried question's last one."""
    new = pattern.search(fragment)
    old = list(pattern.finditer(carried))
    if new is None or not old:
        return carried, added
    start, end = old[-1].span()
    return carried[:start] + new[0] + carried[end:], added.replace(new[0], "", 1)
