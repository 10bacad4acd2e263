"""What clients of OpenAI's chat completions send, and how projects look to them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from msgspec import Struct

from app.api.questions import clean
from app.chat.transcripts import Said
from app.errors import InvalidRequest
from ingest.corpus.tables import Project

OWNER = "lumen"
_IGNORED_ROLES = frozenset({"tool", "function"})
"""What tools said is for models that call tools."""
_INSTRUCTING = frozenset({"system", "developer"})


class Part(Struct):
    """A part of a message."""

    type: str
    text: str | None = None


class ToldMessage(Struct):
    """A message of the dialogue so far."""

    role: str
    content: str | list[Part] | None = None


class StreamOptions(Struct):
    """How the stream is wanted."""

    include_usage: bool | None = None


class CompletionRequest(Struct):
    """What is read of a request; everything else is for models and left alone.

    Attributes:
        user: On whose behalf an integration asks; its limit for one customer counts by it.
    """

    model: str
    messages: list[ToldMessage]
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = None
    user: str | None = None


class Model(Struct):
    """A project, as a model.

    Attributes:
        id: The project's id; `slug` is understood as well.
    """

    id: UUID
    slug: str
    name: str
    created: int
    object: Literal["model"] = "model"
    owned_by: str = OWNER


class Models(Struct):
    """The projects that the caller may ask."""

    data: list[Model]
    object: Literal["list"] = "list"


def models_of(projects: Sequence[Project]) -> list[Model]:
    """Projects as models.

    A slug is the project's name; where two have the same, the end of the id stands behind it (its
    head is the time, which projects made in a row share).
    """
    plain = {project.id: slug_of(project.name) for project in projects}
    shared = Counter(plain.values())
    return [
        Model(
            id=project.id,
            slug=_longer(plain[project.id], project.id)
            if shared[plain[project.id]] > 1
            else plain[project.id],
            name=project.name,
            created=int(project.created_at.timestamp()),
        )
        for project in projects
    ]


def find_model(models: Sequence[Model], wanted: str) -> Model | None:
    """The one of them that is meant: by its slug, or by the longer form of it."""
    for model in models:
        if wanted == model.slug:
            return model
    for model in models:
        if wanted == _longer(slug_of(model.name), model.id):
            return model
    return None


def slug_of(name: str) -> str:
    """A name as one word of letters, digits and hyphens, in lower case."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return re.sub(r"[\W_]+", "-", plain).strip("-") or "project"


def as_uuid(wanted: str) -> UUID | None:
    """The id that is written there, if it is one."""
    try:
        return UUID(wanted)
    except ValueError:
        return None


def dialogue(messages: Sequence[ToldMessage]) -> tuple[list[Said], str]:
    """What was said, and the wishes that system messages hold.

    Raises:
        InvalidRequest: A message is of no known role, or holds something else than text.
    """
    said: list[Said] = []
    wishes: list[str] = []
    for at, message in enumerate(messages):
        if message.role in _IGNORED_ROLES:
            continue
        text = clean(_text(message, at))
        if not text.strip():
            continue
        if message.role in _INSTRUCTING:
            wishes.append(text)
        elif message.role == "user":
            said.append(Said("user", text))
        elif message.role == "assistant":
            said.append(Said("assistant", text))
        else:
            raise InvalidRequest("There is no such role.", "messages", str(at), "role")
    return said, "\n\n".join(wishes)


def _text(message: ToldMessage, at: int) -> str:
    if message.content is None or isinstance(message.content, str):
        return message.content or ""
    if any(part.type not in {"text", "refusal"} for part in message.content):
        raise InvalidRequest("Only text is read here.", "messages", str(at), "content")
    return "\n".join(part.text or "" for part in message.content)


def _longer(slug: str, project_id: UUID) -> str:
    return f"{slug}-{project_id.hex[-8:]}"
