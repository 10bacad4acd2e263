"""Other sites' pages at the paths that are open to integrations.

Which pages those are is no setting of the server's: each integration names its own. So the answer
to a preflight, and what real answers allow, are decided by the database.
"""

from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import parse_qs

from litestar import Request
from litestar.datastructures import State
from litestar.types import HTTPScope, Send

from app.api.cors import PREFLIGHT_AGE_S, Header, OriginRule, granted
from app.api.credentials import client_of
from app.api.customers.paths import takes_integrations
from app.api.openai_errors import speaks_openai
from app.api.refusals import refuse
from app.desk.admission import Admission, Visitor

AnyRequest = Request[Any, Any, State]

_SCOPE_KEY: Final = "lumen_visit"
_METHODS: Final = b"GET, HEAD, POST"
_HEADERS: Final = (
    b"Authorization, Accept, Cache-Control, Content-Type, Idempotency-Key, Last-Event-ID, "
    b"X-Api-Key, X-Request-Id, X-Widget-Api-Key"
)
# OpenAI's clients send a dozen of their own, another dozen with the next version. No credential
# but the bearer counts there, and browsers leave that one out of the star.
_ANY_HEADERS: Final = b"*, Authorization"


@dataclass(slots=True)
class Visit:
    """One request at such a path.

    Attributes:
        origin: Of the page that sends it; None for one of our own, and where no page does.
        is_settled: Whether the server's settings let that page in, so that the door answers it.
        is_head: Whether nothing may come of it.
        is_granted: Whether that page may read the answer.
    """

    origin: str | None
    is_settled: bool = False
    is_head: bool = False
    is_granted: bool = False

    def visitor(self, request: AnyRequest) -> Visitor:
        """Where the request comes from."""
        return Visitor(client_of(request).address, self.origin)

    def headers(self) -> list[Header]:
        """What the answer carries on behalf of that page's browser."""
        if self.origin is None or self.is_settled or not self.is_granted:
            return []
        return granted(self.origin)


class CustomerGate:
    """Deals with other sites' pages at these paths.

    Args:
        admission: Knows which pages integrations name.
        origins: Knows our own.
    """

    def __init__(self, admission: Admission, origins: OriginRule) -> None:
        self._admission = admission
        self._origins = origins

    def enter(self, scope: HTTPScope) -> Visit | None:
        """Begin a visit; None at any other path."""
        path = scope["path"]
        if not takes_integrations(path):
            return None
        given = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        own = len(given) == 1 and self._origins.is_own(
            given[0], scope["scheme"], (hosts or [""])[0].lower()
        )
        # Several of them are none that any integration names.
        origin = None if own or not given else ", ".join(given)
        visit = Visit(
            origin,
            is_settled=bool(origin) and speaks_openai(path) and self._origins.allows(origin or ""),
            is_head=scope["method"] == "HEAD",
        )
        cast("dict[str, object]", scope)[_SCOPE_KEY] = visit
        return visit

    def is_preflight(self, scope: HTTPScope, visit: Visit) -> bool:
        """Whether a browser asks what another site's page may send."""
        return (
            scope["method"] == "OPTIONS"
            and visit.origin is not None
            and not visit.is_settled
            and any(name == b"access-control-request-method" for name, _ in scope["headers"])
        )

    async def answer_preflight(self, scope: HTTPScope, visit: Visit, send: Send) -> None:
        """Tell it, if any integration names the page's site; a token in the query must be its."""
        query = parse_qs(scope["query_string"].decode("latin-1"))
        token = query.get("integrationToken", [None])[0]
        visit.is_granted = await self._admission.opens_to(visit.origin or "", token)
        if not visit.is_granted:
            await refuse(
                send, scope["path"], "forbidden", "No integration is open to pages of this site."
            )
            return
        headers = [
            (b"access-control-allow-methods", _METHODS),
            (
                b"access-control-allow-headers",
                _ANY_HEADERS if speaks_openai(scope["path"]) else _HEADERS,
            ),
            (b"access-control-max-age", str(PREFLIGHT_AGE_S).encode()),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def visit_of(request: AnyRequest) -> Visit:
    """The request's visit; one without a page where the gate was not passed."""
    found = cast("dict[str, object]", request.scope).get(_SCOPE_KEY)
    return found if isinstance(found, Visit) else Visit(None)
