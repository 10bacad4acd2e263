"""Which paths the server answers, read from its controllers."""

import importlib
import re
from dataclasses import dataclass

from litestar import Controller
from litestar.handlers import HTTPRouteHandler

from tests.architecture.checkout import ROOT

_PARAMETER = re.compile(r"\{[^}]+\}")


@dataclass(frozen=True)
class Route:
    """One method on one path, parameters as `{}`."""

    method: str
    path: str

    def fits(self, path: str) -> bool:
        """Whether a path somebody wrote, with values or placeholders in it, is this one."""
        pattern = re.escape(self.path).replace(r"\{\}", "[^/]+")
        return re.fullmatch(pattern, path) is not None


def routes() -> set[Route]:
    """All of `app/api`."""
    found: set[Route] = set()
    for file in sorted((ROOT / "app" / "api").rglob("*.py")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        module = importlib.import_module(name)
        for controller in vars(module).values():
            if isinstance(controller, type) and issubclass(controller, Controller):
                found |= _of(controller)
    return found


def _of(controller: type[Controller]) -> set[Route]:
    found: set[Route] = set()
    given = vars(controller).get("path", "")
    base = given if isinstance(given, str) else ""
    for handler in vars(controller).values():
        if isinstance(handler, HTTPRouteHandler):
            for path in handler.paths:
                whole = "/" + "/".join(part for part in f"{base}/{path}".split("/") if part)
                plain = _PARAMETER.sub("{}", whole)
                found |= {Route(method, plain) for method in handler.http_methods}
    return found
