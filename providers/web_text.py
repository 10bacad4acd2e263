"""Text of the web made harmless: no markup, nothing invisible, no addresses to be followed.

Whoever writes a page may write for a language model instead of a reader. What is left here is what
a reader would see; that none of it is an instruction is the prompt's matter.
"""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Final, TypeAlias, cast

from lxml import html

from providers.visible_text import visible

_Element: TypeAlias = Any
"""An lxml element; lxml has no types."""
_etree: Final = cast("Any", html).etree
_SyntaxError: Final = cast("type[Exception]", _etree.XMLSyntaxError)

_TAG: Final = re.compile(r"<(?:[a-zA-Z/!?])")
_ENTITY: Final = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_ROUNDS: Final = 3
"""How often text is read as HTML: markup may hide in escaped markup."""

_UNSEEN: Final = frozenset({"script", "style", "template", "noscript", "head", "svg", "math"})
_BREAKING: Final = frozenset(
    re.findall(
        r"\S+",
        """
        address article aside blockquote br caption dd div dl dt fieldset figcaption figure footer
        form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section table tbody td tfoot th
        thead title tr ul
        """,
    )
)
_HIDING: Final = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?:\.0*)?(?![.\d])"
    r"|font-size\s*:\s*0(?![.\d]*[1-9])",
    re.IGNORECASE,
)

_IMAGE: Final = re.compile(r"!\[([^\[\]]{0,400})\]\([^()\s]{0,2000}(?:\s[^()]{0,200})?\)")
_LINK: Final = re.compile(r"\[([^\[\]]{0,400})\]\([^()\s]{0,2000}(?:\s[^()]{0,200})?\)")
_REFERENCE: Final = re.compile(r"^[ \t]*\[[^\[\]\n]{1,100}\]:[ \t]*\S+.*$", re.MULTILINE)
_OTHER_SCHEME: Final = re.compile(r"\b(?:javascript|vbscript|data|file|blob)\s*:", re.IGNORECASE)

_SPACES: Final = re.compile(r"[^\S\n]+")
_EMPTY_LINES: Final = re.compile(r"\s*\n\s*\n\s*")


def plain_text(text: str, *, longest: int) -> str:
    """What a reader would see of HTML or text, at most `longest` characters.

    Markup, comments and hidden elements go, links and pictures leave their words, invisible and
    direction-changing characters go; a `<` that could still begin a tag becomes `‹`.
    """
    seen = visible(text[: 8 * longest])
    for _ in range(_ROUNDS):
        if not (_TAG.search(seen) or _ENTITY.search(seen)):
            break
        seen = _without_markup(seen)
    seen = visible(seen)
    seen = _REFERENCE.sub("", _LINK.sub(r"\1", _IMAGE.sub(r"\1", seen)))
    seen = _OTHER_SCHEME.sub("", seen)
    seen = _TAG.sub(lambda found: "‹" + found[0][1:], seen)
    seen = _SPACES.sub(" ", seen)
    return _EMPTY_LINES.sub("\n\n", seen).strip()[:longest].rstrip()


def plain_line(text: str, *, longest: int) -> str:
    """The same on one line, for titles."""
    return " ".join(plain_text(text, longest=8 * longest).split())[:longest].rstrip()


def _without_markup(text: str) -> str:
    if not _TAG.search(text):
        return unescape(text)
    # libxml2 reads any text in time that grows with its length; the standard library's does not.
    parser = _etree.HTMLParser(
        remove_comments=True, remove_pis=True, no_network=True, recover=True, huge_tree=False
    )
    try:
        root: _Element = _etree.fromstring(f"<html><body><div>{text}</div></body></html>", parser)
    except _SyntaxError:
        return _TAG.sub("‹", text)
    return "" if root is None else "".join(_shown(root))


def _shown(root: _Element) -> Iterator[str]:
    """The text that stands in elements which are shown, a line break around each block."""
    hidden: _Element = None
    for event, element in _etree.iterwalk(root, events=("start", "end")):
        is_block = element.tag in _BREAKING
        if event == "start":
            if hidden is None and _is_hidden(element):
                hidden = element
            if hidden is None:
                yield "\n" * is_block + (element.text or "")
        else:
            if hidden is element:
                hidden = None
            if hidden is None:
                yield "\n" * (is_block and element.tag != "br") + (element.tail or "")


def _is_hidden(element: _Element) -> bool:
    return (
        element.tag in _UNSEEN
        or element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or _HIDING.search(element.get("style") or "") is not None
    )
