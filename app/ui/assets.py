"""The static files of the screens, held in memory, under one version.

ES modules import each other by relative paths, so a version in the folder's path is a version of
every file in it: all of them may be cached for ever, and a new release is a new folder.
"""

from dataclasses import dataclass
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
    """One file as it is sent."""

    content: bytes
    media_type: str


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
