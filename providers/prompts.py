"""What is put before a text that is embedded, for models that were trained with it."""

import re
from hashlib import sha256
from typing import Final

import msgspec


class Prompts(msgspec.Struct, frozen=True):
    """What goes before questions and before passages; None for what the model itself says."""

    query: str | None = None
    passage: str | None = None


OWN: Final = Prompts()

_INSTRUCTION: Final = (
    "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery: "
)
_DEMANDED: Final = (
    (r"(multilingual-)?e5-(small|base|large)(-v2|-unsupervised)?", "query: ", "passage: "),
    (r"(multilingual-e5-large|e5-mistral-7b)-instruct", _INSTRUCTION, ""),
    (
        r"bge-(small|base|large)-en(-v1\.5)?",
        "Represent this sentence for searching relevant passages: ",
        "",
    ),
    (r"bge-(small|base|large)-zh(-v1\.5)?", "为这个句子生成表示以用于检索相关文章：", ""),
    (
        r"snowflake-arctic-embed-(xs|s|m|l)",
        "Represent this sentence for searching relevant passages: ",
        "",
    ),
)
"""Name, before questions, before passages: what a model's card demands; most of their
configurations say nothing of it."""


def demanded(name: str) -> Prompts:
    """What the card of a model of this name demands; empty for most.

    Args:
        name: With or without its owner; `intfloat/multilingual-e5-small`.
    """
    plain = name.rpartition("/")[2].lower()
    for pattern, query, passage in _DEMANDED:
        if re.fullmatch(pattern, plain):
            return Prompts(query, passage)
    return Prompts("", "")


def marked(space: str, passage: str) -> str:
    """The name of a space whose passages are embedded with another prompt than the model's own.

    What is put before questions changes no vector that is stored, and so not the name.
    """
    return f"{space}+{sha256(passage.encode()).hexdigest()[:8]}"
