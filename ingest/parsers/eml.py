"""E-mail messages: what a person sees on opening one, the names of what came with it included."""

import re
from collections.abc import Iterator
from pathlib import Path

from ingest.errors import DocumentUnreadable, EncryptedMessage
from ingest.parsed import ParsedDocument
from ingest.parsers import html
from ingest.parsers.draft import Draft, clean
from ingest.parsers.message import (
    Part,
    attachment_name,
    contents,
    header,
    is_sealed_text,
    read_message,
    text,
)

_SEEN = ("From", "To", "Cc", "Date")
_NAMED = 100
"""Names of attachments that stand in the text."""
_SEALED = (
    "This message is encrypted, and only its recipient can open it. Open it in the mail program, "
    "save it without encryption and upload that."
)
_BLANK_LINES = re.compile(r"\n[^\S\n]*\n")
_QUOTED = re.compile(r"^(?:> ?)*")


def parse(path: Path) -> ParsedDocument:
    """Read an e-mail message.

    Raises:
        EncryptedMessage: Its text opens only with somebody's key.
        ParseMemory: It has too many parts.
        NoText: It has neither a text nor a header that anybody sees.
    """
    message = read_message(path)
    found = contents(message)
    subject = header(message, "subject")
    draft = Draft()
    draft.add("heading", subject, level=1)
    names = [attachment_name(part, place) for place, part in enumerate(found.attachments, 1)]
    draft.add("paragraph", "\n".join(_lines(message, names)))
    said = sum(_add(draft, part) for part in found.texts)
    if found.sealed and not said:
        raise EncryptedMessage(_SEALED)
    return draft.finish(paged=False, title=subject)


def _lines(message: Part, names: list[str]) -> Iterator[str]:
    """The head of the message, a line for each thing that is there."""
    for name in _SEEN:
        value = header(message, name.lower())
        if value:
            yield f"{name}: {value}"
    if names:
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"Attachments: {', '.join(names[:_NAMED])}{more}"


def _add(draft: Draft, part: Part) -> int:
    """Add one text of the message.

    Returns:
        How many characters it says.

    Raises:
        EncryptedMessage: It is encrypted in itself.
    """
    said = text(part)
    if part.get_content_type() == "text/html":
        return _add_html(draft, said)
    if is_sealed_text(said):
        raise EncryptedMessage(_SEALED)
    if str(part.get_param("format", "")).lower() == "flowed":
        said = _unflowed(said)
    paragraphs = _BLANK_LINES.split(clean(said))
    for paragraph in paragraphs:
        draft.add("paragraph", paragraph)
    return sum(len(paragraph.strip()) for paragraph in paragraphs)


def _add_html(draft: Draft, markup: str) -> int:
    try:
        page = html.read(markup)
    except DocumentUnreadable:
        return 0  # It shows nothing; what came with it may.
    for block in page.blocks:
        level = block.level + 1 if block.level else 0
        draft.add(block.kind, page.text[block.start : block.end], level=level)
    return len(page.text)


def _unflowed(said: str) -> str:
    """Paragraphs of `format=flowed` (RFC 3676): a line that ends in a space goes on in the next."""
    lines: list[str] = []
    depth, flowing = "", False
    for line in said.replace("\r\n", "\n").split("\n"):
        quoted = _QUOTED.match(line)
        mark = quoted[0].replace(" ", "") if quoted else ""
        if flowing and mark == depth:
            lines[-1] += line[len(quoted[0]) if quoted else 0 :]
        else:
            lines.append(line)
        depth, flowing = mark, line.endswith(" ") and line != "-- "
    return "\n".join(lines)
