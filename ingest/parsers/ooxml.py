"""What Word, PowerPoint and Excel files have in common: parts, and how they refer to each other."""

import posixpath
from dataclasses import dataclass

from ingest.parsers.package import Element, Package, joined

_STRICT = (
    (b"http://purl.oclc.org/ooxml/", b"http://schemas.openxmlformats.org/"),
    (b"/wordprocessingml/main", b"/wordprocessingml/2006/main"),
    (b"/presentationml/main", b"/presentationml/2006/main"),
    (b"/spreadsheetml/main", b"/spreadsheetml/2006/main"),
    (b"/drawingml/main", b"/drawingml/2006/main"),
    (b"/officeDocument/relationships", b"/officeDocument/2006/relationships"),
)
"""The strict form of the standard says the same in other namespaces."""

RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""What older programs show in place of the choice beside it: the same again."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A part that another one refers to.

    Attributes:
        kind: The last word of its type: `slide`, `styles`, `notesSlide` …
        target: Its name in the package.
    """

    kind: str
    target: str


def relations(package: Package, part: str) -> dict[str, Relation]:
    """The parts that a part refers to, by their ids; the package's own for an empty name.

    Raises:
        CorruptFile: The list is damaged.
    """
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    if listed not in package:
        return {}
    return {
        str(each.get("Id")): Relation(
            str(each.get("Type", "")).rpartition("/")[2], joined(folder, each.get("Target", ""))
        )
        for each in package.tree(listed)
        if each.get("TargetMode") != "External"
    }


def main_part(package: Package) -> str:
    """The part that holds the document itself.

    Raises:
        CorruptFile: None is named.
    """
    for relation in relations(package, "").values():
        if relation.kind == "officeDocument":
            return relation.target
    raise package.damaged()


def related(package: Package, part: str, kind: str) -> str | None:
    """The first part of a kind that a part refers to and that is there."""
    for relation in relations(package, part).values():
        if relation.kind == kind and relation.target in package:
            return relation.target
    return None


def tree(package: Package, part: str) -> Element:
    """The root of a part, in the namespaces of the transitional form.

    Raises:
        CorruptFile: There is no such part, or it is no XML.
        ParseMemory: It unpacks to too much.
    """
    content = package.read(part)
    if _STRICT[0][0] in content:
        for strict, transitional in _STRICT:
            content = content.replace(strict, transitional)
    return package.parsed(content)


def title(package: Package) -> str | None:
    """The title in the file's properties.

    Raises:
        CorruptFile: The properties are damaged.
    """
    part = related(package, "", "core-properties")
    if part is None:
        return None
    return package.tree(part).findtext("{http://purl.org/dc/elements/1.1/}title")
