"""ES modules as one classic script, for pages that are to load a single file.

No bundler: each module becomes a function that gives its exports, in the order of their imports.
What the screens' modules use is understood, anything else is refused, so that a new form of import
fails a test and not a visitor's page. Comments that have lines of their own stay behind.
"""

import re
from collections.abc import Mapping
from posixpath import dirname, join, normpath

_IMPORT = re.compile(r'^import \{([^}]*)\} from "(\.{1,2}/[^"]+)";\n', re.MULTILINE)
_EXPORT = re.compile(
    r"^export ((?:async )?function\*? ?|class |const )([A-Za-z_$][\w$]*)", re.MULTILINE
)
_COMMENT = re.compile(r"^[ \t]*(?:/\*\*.*?\*/[ \t]*|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_IN_TEXT = re.compile(r"`\n[^`]*\Z")
_LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


class NotBundled(ValueError):
    """A module can't become part of one script."""


def bundle(files: Mapping[str, str], entry: str) -> str:
    """One script that does what loading the module `entry` does.

    Args:
        files: Modules by path, `/` between its parts.
        entry: The path of the first one.

    Raises:
        NotBundled: A module is absent, imports itself by a circle, or uses another form of import
            or export than `import { a, b as c } from "./d.js";` and exported declarations, or what
            looks like a comment stands within backticks.
    """
    names: dict[str, str] = {}
    written: list[str] = []
    _add(files, entry, names, written, ())
    return '(() => {\n"use strict";\n' + "".join(written) + "})();\n"


def _add(
    files: Mapping[str, str],
    path: str,
    names: dict[str, str],
    written: list[str],
    above: tuple[str, ...],
) -> None:
    """Write a module behind all that it imports, once.

    Raises:
        NotBundled: As above.
    """
    if path in names:
        return
    if path in above:
        raise NotBundled(f"{' > '.join([*above, path])} is a circle.")
    if path not in files:
        raise NotBundled(f"There is no {path}, which {above[-1] if above else 'nobody'} imports.")
    source = _without_comments(path, files[path])
    for _, target in _IMPORT.findall(source):
        _add(files, _resolved(path, target), names, written, (*above, path))
    body = _IMPORT.sub(lambda found: _bound(found, path, names), source)
    exports = [name for _, name in _EXPORT.findall(body)]
    body = _EXPORT.sub(r"\1\2", body)
    left = _LEFT_OVER.search(body)
    if left:
        raise NotBundled(f"{path}: “{left[0][:80]}” is no form that is understood.")
    name = names[path] = f"module{len(names)}"
    written.append(
        f"// {path}\nconst {name} = (() => {{\n{body}return {{ {', '.join(exports)} }};\n}})();\n"
    )


def _without_comments(path: str, source: str) -> str:
    """What is left where lines that only comment are taken out.

    Raises:
        NotBundled: One of them is part of a text, which begins with a backtick at a line's end.
    """
    for found in _COMMENT.finditer(source):
        if _IN_TEXT.search(source, 0, found.start()):
            raise NotBundled(f"{path}: “{found[0].strip()[:80]}” would be missing in a text.")
    return _COMMENT.sub("", source)


def _bound(found: re.Match[str], path: str, names: Mapping[str, str]) -> str:
    wanted = [each.strip() for each in found[1].split(",") if each.strip()]
    parts = ", ".join(each.replace(" as ", ": ") for each in wanted)
    return f"const {{ {parts} }} = {names[_resolved(path, found[2])]};\n"


def _resolved(path: str, target: str) -> str:
    return normpath(join(dirname(path), target))
