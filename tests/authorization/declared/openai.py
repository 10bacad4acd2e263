"""Projects as models of OpenAI's clients."""

from tests.authorization.cases import Ask, Call, Case, project, signed_in
from tests.authorization.declared.projects import no_body

ASKED = [{"role": "user", "content": "How many otters did the census count?"}]


async def completed(ask: Ask) -> Call:
    return Call(json={"model": str(ask.room.project), "messages": ASKED})


async def streamed(ask: Ask) -> Call:
    return Call(json={"model": str(ask.room.project), "messages": ASKED, "stream": True})


async def named(ask: Ask) -> Call:
    return Call({"model": ask.room.project})


PARTS = frozenset({"error"})

ROUTES = {
    ("GET", "/v1/models"): [Case("those that may be asked", signed_in, no_body, parts=PARTS)],
    ("GET", "/v1/models/{model}"): project("use", named, parts=PARTS),
    ("POST", "/v1/chat/completions"): [
        *project("use", completed, parts=PARTS),
        *project("use", streamed, parts=PARTS),
    ],
}
