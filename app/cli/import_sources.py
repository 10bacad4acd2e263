"""Which files an import brings: those named, those in folders, those in archives."""

import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from app.cli.import_archive import check_member, is_archive, members, open_archive
from ingest.errors import IngestError
from ingest.intake import MAX_NAME
from ingest.parsers.draft import clean

BETWEEN = " › "
"""Between folders in a document's name, which holds no slash."""
_LITTER = frozenset({"Thumbs.db", "desktop.ini", "__MACOSX"})


@dataclass(frozen=True, slots=True)
class Found:
    """A file to bring in.

    Attributes:
        path: Where it is, for people.
        name: What its document is called: two files of one name in two folders stay two.
        size: Bytes that it says it has.
        open: Opens it.
    """

    path: str
    name: str
    size: int
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is not brought in, and why.

    Attributes:
        skipped: Whether that is as it should be, so that nothing is wrong.
    """

    path: str
    code: str
    message: str
    skipped: bool = False


class Sources:
    """Looks for files; archives stay open until the block ends.

    Hidden files and folders are left out, and so are links that lead out of the folder.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def look(self, paths: Sequence[Path]) -> Iterator[Found | LeftOut]:
        """Every file behind the paths, in the order of their names."""
        for path in paths:
            try:
                if path.is_dir():
                    name = path.resolve().name
                    yield from self._folder(path, path.resolve(), (name,) if name else (), set())
                else:
                    yield from self._file(path, ())
            except OSError as error:
                yield _unreadable(path, error)

    def _folder(
        self, folder: Path, root: Path, above: tuple[str, ...], seen: set[Path]
    ) -> Iterator[Found | LeftOut]:
        place = folder.resolve()
        if place in seen:
            return  # A link back to where we are.
        seen.add(place)
        for entry in sorted(folder.iterdir()):
            if _is_hidden(entry.name):
                continue
            if entry.is_symlink() and not entry.resolve().is_relative_to(root):
                message = "A link that leads out of the folder is not followed."
                yield LeftOut(_shown(entry), "outside", message, skipped=True)
                continue
            try:
                if entry.is_dir():
                    yield from self._folder(entry, root, (*above, entry.name), seen)
                elif entry.is_file():
                    yield from self._file(entry, above)
            except OSError as error:
                yield _unreadable(entry, error)

    def _file(self, path: Path, above: tuple[str, ...]) -> Iterator[Found | LeftOut]:
        if path.stat().st_size and is_archive(path):
            yield from self._archive(path, (*above, path.stem))
            return
        name = _name((*above, path.name))
        yield Found(_shown(path), name, path.stat().st_size, lambda: path.open("rb"))

    def _archive(self, path: Path, above: tuple[str, ...]) -> Iterator[Found | LeftOut]:
        try:
            archive = self._stack.enter_context(open_archive(path))
        except IngestError as error:
            yield LeftOut(_shown(path), error.code, error.message)
            return
        for member in members(archive):
            parts = member.filename.replace("\\", "/").split("/")
            shown = _shown(f"{path}{os.sep}{member.filename}")
            try:
                check_member(member)
            except IngestError as error:
                yield LeftOut(shown, error.code, error.message)
                continue
            if not any(map(_is_hidden, parts)):
                name = _name((*above, *parts))
                yield Found(shown, name, member.file_size, _opener(archive, member))


def _opener(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(member)


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in _LITTER


def _name(parts: Sequence[str]) -> str:
    """Folders and file in one name; of one that is too long the beginning goes."""
    whole = BETWEEN.join(parts)
    return whole if len(whole) <= MAX_NAME else f"…{whole[1 - MAX_NAME :]}"


def _unreadable(path: Path, error: OSError) -> LeftOut:
    return LeftOut(_shown(path), "unreadable", f"{error.strerror or error}.")


def _shown(path: Path | str) -> str:
    """A path in characters that can be printed and stored, also where it is none of any text."""
    return clean(str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
