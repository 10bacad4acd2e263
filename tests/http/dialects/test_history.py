"""What was said before: who keeps it, and that the next answer is written with it."""

from tests.http.chat.bench import QUESTION
from tests.http.dialects.client import Client, asked
from tests.http.dialects.clients import by
from tests.upstreams.openai_server import ANSWER, OpenAIServer

NEXT = "How is it paid?"
NAMES = {"7a Lumika": "customer", "7c NDJSON": "customer"}


def told_to_the_model(upstream: OpenAIServer) -> list[str]:
    """What stood before the last question, as the model was told it."""
    messages = upstream.requests[-1].body["messages"]
    return [each["content"] for each in messages[:-1] if each["role"] != "system"]


@by("native", "lumika", "ndjson", "delta", "openai", "ai-sdk")
async def test_history(client: Client, plain: OpenAIServer) -> None:
    await asked(client)
    await asked(client, NEXT)
    user = NAMES.get(client.dialect, "user")
    assert await client.history() == [
        (user, QUESTION), ("assistant", ANSWER), (user, NEXT), ("assistant", ANSWER),
    ]  # fmt: skip
    before = told_to_the_model(plain)
    assert before[0].endswith(QUESTION)
    assert "The rent is due on Monday" in before[1]


@by("mcp")
async def test_each_question_stands_alone(client: Client, plain: OpenAIServer) -> None:
    await asked(client)
    await asked(client, NEXT)
    assert told_to_the_model(plain) == []
    # Nor was it rewritten: there is nothing that it could follow.
    assert plain.questions == 2
