"""The end: what says that the answer is whole; it is kept by then."""

from tests.http.chat.bench import QUESTION
from tests.http.dialects.client import Client, asked
from tests.http.dialects.clients import EVERYBODY
from tests.http.dialects.heard import Event
from tests.http.dialects.patterns import A_NUMBER, A_TEXT, A_TIME, AN_ID, Like, holding, starting
from tests.upstreams.openai_server import ANSWER, USAGE, OpenAIServer

ONE_CITATION = Like("a citation", lambda value: isinstance(value, list) and len(value) == 1)
TOKENS = {
    "promptTokens": USAGE["prompt_tokens"],
    "completionTokens": USAGE["completion_tokens"],
    "totalTokens": USAGE["total_tokens"],
}
LAST = {
    "native": Event(
        "done",
        A_TEXT,
        {"messageId": AN_ID, **TOKENS, "finishReason": "stop", "citations": ONE_CITATION},
    ),
    "7a Lumika": Event(
        "message",
        A_TEXT,
        {
            "type": "final",
            "id": AN_ID,
            "actor": "assistant",
            "body": ANSWER,
            "createdAt": A_TIME,
            "conversationId": starting("customer-"),
            "citations": ONE_CITATION,
        },
    ),
    "7c NDJSON": Event("message", "", {"type": "done", "message": ANSWER, "conversationId": AN_ID}),
    "7d delta": Event("message", A_TEXT, "[DONE]"),
    # Behind the piece with `finish_reason`; their client keeps `[DONE]` to itself.
    "OpenAI": Event(
        "chat.completion.chunk",
        "",
        {
            "id": starting("chatcmpl-"),
            "object": "chat.completion.chunk",
            "created": A_NUMBER,
            "model": "house",
            "choices": [],
            "usage": USAGE,
        },
    ),
    "AI SDK": Event(
        "finish", "", {"type": "finish", "finishReason": "stop", "messageMetadata": TOKENS}
    ),
    "MCP": Event("result", "", holding(finishReason="stop", citations=ONE_CITATION)),
}
KEPT = {
    "native": [("user", QUESTION), ("assistant", ANSWER)],
    "7a Lumika": [("customer", QUESTION), ("assistant", ANSWER)],
    "7c NDJSON": [("customer", QUESTION), ("assistant", ANSWER)],
    "7d delta": [("user", QUESTION), ("assistant", ANSWER)],
    "OpenAI": [("user", QUESTION), ("assistant", ANSWER)],
    "AI SDK": [("user", QUESTION), ("assistant", ANSWER)],
    "MCP": [],
}


@EVERYBODY
async def test_end(client: Client, plain: OpenAIServer) -> None:
    heard = await asked(client)
    assert heard[-1] == LAST[client.dialect]
    assert await client.history() == KEPT[client.dialect]
    assert plain.questions == 1
