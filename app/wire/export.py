"""A conversation as a Markdown document, for people to keep."""

import re
from collections.abc import Sequence

from msgspec import Struct, UnsetType

from app.wire.lumen import CitationView

_HEADING = {"user": "Question", "assistant": "Answer"}


class Said(Struct, frozen=True):
    """A message of the exported conversation; `at` is a timestamp as the wire shows it."""

    role: str
    content: str
    at: str
    status: str
    citations: Sequence[CitationView] = ()


def markdown(title: str, messages: Sequence[Said]) -> str:
    """The conversation, each answer followed by the quotes it cites."""
    parts = [f"# {_line(title) or 'Conversation'}"]
    for said in messages:
        mark = "" if said.status == "complete" else f" ({said.status})"
        parts += [f"## {_HEADING.get(said.role, said.role)}{mark}", f"*{said.at}*", said.content]
        if said.citations:
            parts.append("\n".join(_source(citation) for citation in said.citations))
    return "\n\n".join(part for part in parts if part) + "\n"


def file_name(title: str) -> str:
    """A name that every file system takes, in ASCII, without its ending."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", title).strip("-").lower()
    return name[:60] or "conversation"


def _source(citation: CitationView) -> str:
    at = citation.page_number if isinstance(citation.now, UnsetType) else citation.now.page_number
    page = f", page {at}" if at is not None else ""
    address = f" (<{citation.url}>)" if citation.url else ""
    name = _line(citation.document_name)
    return f"- [{citation.index}] {name}{page}{address}: “{_line(citation.quote)}”{_age(citation)}"


def _age(citation: CitationView) -> str:
    if not citation.stale:
        return ""
    version = citation.document_version
    read = "" if isinstance(version, UnsetType) else f"from version {version}; "
    gone = citation.current_version is None
    return f" ({read}the document {'was deleted' if gone else 'has changed'} since)"


def _line(text: str) -> str:
    return " ".join(text.split())
