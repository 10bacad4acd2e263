"""What calls of integrations take: a token, a customer, a question."""

from collections.abc import Collection
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request
from litestar.datastructures import State

from app.api.customers.gate import visit_of
from app.api.questions import MOST_KEY, asking_once, clean
from app.chat.repeats import Idempotency
from app.desk.admission import Admitted, check
from app.desk.desk import Desk
from app.errors import InvalidRequest
from app.integrations.domains import allows

AnyRequest = Request[Any, Any, State]
MOST_MESSAGE: Final = 4_000
_JSON: Final = "application/json"

BodyT = TypeVar("BodyT")


async def admitted(
    request: AnyRequest,
    desk: Desk,
    token: str | None,
    *,
    kinds: Collection[str] = ("widget", "api"),
    count_first: bool = False,
) -> Admitted:
    """The integration of this token; its page may read whatever is answered from now on.

    Args:
        request: Who asks, from which page.
        desk: Knows integrations.
        token: As it was sent.
        kinds: The kinds of integrations that this call is for.
        count_first: Whether limits come before everything else that may be refused.

    Raises:
        Unauthenticated: The token is nobody's, or its integration is switched off.
        RateLimited: Too many such tokens came from this address, or it asked too often.
        Forbidden: It is of another kind, or its pages are others.
    """
    visit = visit_of(request)
    visitor = visit.visitor(request)
    found = await desk.admission.identify(token, visitor.address)
    visit.is_granted = visitor.origin is not None and allows(
        found.integration.allowed_domains, visitor.origin
    )
    if count_first:
        await desk.admission.count(found)
    check(found, visitor.origin, kinds)
    return found


def question(given: object, field: str = "message", most: int = MOST_MESSAGE) -> str:
    """The question, as it is kept, of `most` characters at most.

    Raises:
        InvalidRequest: It is none, empty or too long.
    """
    text = clean(given).strip() if isinstance(given, str) else ""
    if not 1 <= len(text) <= most:
        raise InvalidRequest(f"A message has 1 to {most} characters.", field)
    return text


def sent_once(request: AnyRequest, *asked: str) -> Idempotency | None:
    """The request's `Idempotency-Key`, if it has one; read when its token has been looked at.

    Args:
        request: The request.
        asked: The dialect, the conversation and the question.

    Raises:
        InvalidRequest: The key is empty or too long.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= MOST_KEY:
        raise InvalidRequest(f"An Idempotency-Key has 1 to {MOST_KEY} characters.")
    return asking_once(key, *asked)


async def read(request: AnyRequest, body: type[BodyT]) -> BodyT:
    """The request's JSON.

    Raises:
        InvalidRequest: It is of another type, malformed or of another form.
    """
    kind = request.headers.get("content-type", "").partition(";")[0]
    if kind.strip().lower() != _JSON:
        raise InvalidRequest("Send JSON, with its content type.")
    try:
        return msgspec.json.decode(await request.body(), type=body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequest("The request is not the JSON that this call takes.") from error
