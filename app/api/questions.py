"""What requests that ask something have in common."""

from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request
from litestar.datastructures import State
from litestar.params import HeaderParameter

from app.chat.repeats import Idempotency
from app.chat.storable import storable
from app.errors import InvalidRequest

AnyRequest = Request[Any, Any, State]
MOST_KEY = 128
Key = Annotated[
    str | None, HeaderParameter(name="Idempotency-Key", min_length=1, max_length=MOST_KEY)
]

MOST_DOCUMENTS = 1_000


def clean(text: str) -> str:
    """Without what Postgres and UTF-8 refuse: NUL and lone surrogates."""
    return storable(text)


def chosen(document_ids: list[UUID] | None) -> tuple[UUID, ...] | None:
    """The documents chosen; none chosen means all of the project.

    Raises:
        InvalidRequest: There are too many.
    """
    if not document_ids:
        return None
    if len(document_ids) > MOST_DOCUMENTS:
        raise InvalidRequest(f"Choose {MOST_DOCUMENTS} documents at most.", "documentIds")
    return tuple(dict.fromkeys(document_ids))


def idempotency_of(request: AnyRequest, key: str | None, body: bytes) -> Idempotency | None:
    """What makes this request the same as another one."""
    if key is None:
        return None
    about = f"{request.method} {request.url.path}\n".encode()
    return Idempotency(key, sha256(about + body).hexdigest())


def asking_once(key: str | None, *asked: object) -> Idempotency | None:
    """The same for a question that several paths take, or one path for several projects.

    Args:
        key: As it was sent.
        asked: The dialect, where it is asked and the question: whatever is JSON.
    """
    if key is None:
        return None
    return Idempotency(key, sha256(msgspec.json.encode(asked)).hexdigest())
