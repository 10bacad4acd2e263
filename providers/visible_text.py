"""Text without what nobody sees: there instructions hide from people and not from models."""

import re
import unicodedata
from typing import Final

_UNSEEN_KINDS: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Cn"})
_UNSEEN_CHARS: Final = re.compile(
    # Fillers, blanks and selectors that count as letters, marks or symbols.
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0"
    "\U000e0100-\U000e01ef]"
)
_JOINER: Final = re.compile("(?<=[\u0600-\u0dff])[\u200c\u200d](?=[\u0600-\u0dff])")
"""Between letters of Arabic and Indic scripts these change what is read."""
_KEPT: Final = {"\u200c": "\ue000", "\u200d": "\ue001"}
_STAND_INS: Final = frozenset(_KEPT.values())


def visible(text: str) -> str:
    """Without control, format and other characters that nobody sees; NFC."""
    # The stand-ins are of no use to anybody else.
    held = text.replace("\r\n", "\n").translate(dict.fromkeys(map(ord, _STAND_INS)))
    held = _JOINER.sub(lambda found: _KEPT[found[0]], held)
    held = _UNSEEN_CHARS.sub("", held)
    unseen = [char for char in set(held) if _is_unseen(char)]
    shown = held.translate(dict.fromkeys(map(ord, unseen)))
    for joiner, stand_in in _KEPT.items():
        shown = shown.replace(stand_in, joiner)
    return unicodedata.normalize("NFC", shown)


def _is_unseen(char: str) -> bool:
    if char in "\n\t" or char in _STAND_INS:
        return False
    return unicodedata.category(char) in _UNSEEN_KINDS
