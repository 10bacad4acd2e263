"""What comes first: who is asked for, in which conversation, before any text."""

from tests.http.dialects.client import Client, asked
from tests.http.dialects.clients import EVERYBODY
from tests.http.dialects.heard import Event
from tests.http.dialects.patterns import A_NUMBER, A_TEXT, AN_ID, holding, starting
from tests.upstreams.openai_server import ANSWER, OpenAIServer

FIRST = {
    "native": Event(
        "meta",
        "1",
        {"conversationId": AN_ID, "messageId": AN_ID, "model": A_TEXT, "mode": "docs"},
    ),
    "7a Lumika": Event(
        "message",
        A_TEXT,
        {"type": "start", "conversationId": starting("customer-"), "messageId": AN_ID},
    ),
    "7c NDJSON": Event("message", "", {"type": "start", "conversationId": AN_ID}),
    # This dialect has no word for the beginning.
    "7d delta": Event("message", "1", {"type": "delta", "text": A_TEXT}),
    "OpenAI": Event(
        "chat.completion.chunk",
        "",
        {
            "id": starting("chatcmpl-"),
            "object": "chat.completion.chunk",
            "created": A_NUMBER,
            "model": "house",
            "choices": [
                {
                    "index": 0,
                    "delta": {"role": "assistant", "content": ""},
                    "finish_reason": None,
                    "logprobs": None,
                }
            ],
            "usage": None,
        },
    ),
    "AI SDK": Event(
        "start",
        "",
        {
            "type": "start",
            "messageId": AN_ID,
            "messageMetadata": holding(mode="docs", conversationId=AN_ID, model=A_TEXT),
        },
    ),
    # The first is the last.
    "MCP": Event("result", "", holding(answer=ANSWER, messageId=AN_ID, finishReason="stop")),
}


@EVERYBODY
async def test_first_event(client: Client, plain: OpenAIServer) -> None:
    first, *_ = await asked(client)
    assert first == FIRST[client.dialect]
    assert plain.questions == 1
