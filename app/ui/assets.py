"""The static files of the screens, held in memory, under one version.

ES modules import each other by relative paths, so a version in the folder's path is a version of
every file in it: all of them may be cached for ever, and a new release is a new folder.
"""

import gzip
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

STATIC = Path(__file__).parent / "static"
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}
_PAGE = "index.html"
_PREVIEW = "widget/preview.html"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is sent.

    Attributes:
        packed: The content, gzipped.
    """

    content: bytes
    media_type: str
    packed: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # The same bytes at each start, so that every host gives a file under one tag.
        object.__setattr__(self, "packed", gzip.compress(self.content, 9, mtime=0))

    def encoded(self, accepted: str | None) -> tuple[bytes, dict[str, str]]:
        """The bytes for whoever sends this `Accept-Encoding`, and the headers that say so."""
        vary = {"Vary": "Accept-Encoding"}
        if not takes_gzip(accepted or ""):
            return self.content, vary
        return self.packed, {**vary, "Content-Encoding": "gzip"}


def takes_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` names gzip, or everything, with a weight above none.

    See RFC 9110, section 12.5.3.
    """
    weights = dict[str, bool]()
    for each in accepted.lower().split(","):
        coding, _, weight = each.partition(";")
        quality = weight.strip().removeprefix("q=").strip()
        weights[coding.strip()] = quality.strip("0.") != "" or not weight.strip()
    return weights.get("gzip", weights.get("*", False))


@dataclass(frozen=True, slots=True)
class Assets:
    """All files of the screens.

    Attributes:
        version: Changes with any byte of any file; 16 hex digits.
        files: By path under the static folder, with `/` between its parts.
        page: The document that every screen begins with.
        preview: The document that shows an integration's widget.
    """

    version: str
    files: dict[str, Asset]
    page: bytes
    preview: bytes


def load_assets(root: Path = STATIC) -> Assets:
    """Read every file of a known type; what is not listed here can't be asked for."""
    paths = sorted(path for path in root.rglob("*") if path.suffix in _TYPES)
    files = {
        path.relative_to(root).as_posix(): Asset(path.read_bytes(), _TYPES[path.suffix])
        for path in paths
    }
    template, preview = ((root / name).read_text("utf-8") for name in (_PAGE, _PREVIEW))
    digest = sha256(template.encode() + preview.encode())
    for name, asset in files.items():
        digest.update(name.encode() + b"\0" + asset.content + b"\0")
    version = digest.hexdigest()[:16]
    folder = f"/app/assets/{version}"
    page = _page(template, folder, list(files))
    return Assets(version, files, page, preview.replace("{assets}", folder).encode())


def _page(template: str, folder: str, names: list[str]) -> bytes:
    """Fill the page in: styles in their order, and modules ahead of their imports."""
    # Tokens and the base come before what builds on them.
    styles = sorted(
        (name for name in names if name.startswith("css/")),
        key=lambda name: (name != "css/tokens.css", name != "css/base.css", name),
    )
    modules = [name for name in names if name.startswith("js/") and "early" not in name]
    page = template.replace(
        "{styles}", "\n".join(f'<link rel="stylesheet" href="{folder}/{name}">' for name in styles)
    ).replace(
        "{preloads}",
        "\n".join(f'<link rel="modulepreload" href="{folder}/{name}">' for name in modules),
    )
    return page.replace("{assets}", folder).encode()
