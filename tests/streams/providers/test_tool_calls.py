"""Tools at the wire: offered, called for, and their results fed back."""

import pytest

from providers.contract import ChatRequest, Completed, PromptMessage, TextDelta, Tool, ToolCall
from providers.endpoint import Limits, OpenAIEndpoint
from providers.errors import UpstreamRefused
from providers.openai_compatible import OpenAIChatModel
from tests.upstreams.tool_server import MODEL, WITHOUT, ToolServer, Wants

LOOK = Tool("look", "Looks at something.", {"type": "object", "properties": {"at": {}}})


async def answer(
    server: ToolServer, messages: list[PromptMessage], model: str = MODEL
) -> tuple[str, Completed]:
    endpoint = OpenAIEndpoint(server.base_url, limits=Limits(idle=5.0), allow_private=True)
    text, end = "", None
    try:
        asked = ChatRequest(messages, "Look!", [], tools=[LOOK])
        async for item in OpenAIChatModel(endpoint, slug="acme", model=model).stream(asked):
            if isinstance(item, TextDelta):
                text += item.text
            else:
                end = item
    finally:
        await endpoint.aclose()
    assert end is not None
    return text, end


@pytest.mark.parametrize("cut", [1, 2, 7, 1_000])
async def test_a_model_is_told_what_it_called_for(cut: int) -> None:
    wanted = [Wants("look", {"at": "Zürich 😀"}), Wants("look", '{"at"')]
    asked = [PromptMessage("system", "Rules."), PromptMessage("user", "Look!")]
    async with ToolServer(["I look.", *wanted], ["Seen."], cut=cut) as server:
        text, end = await answer(server, asked)
        assert text == "I look."
        assert end.tool_calls == (
            ToolCall("call-1-0", "look", '{"at": "Z\\u00fcrich \\ud83d\\ude00"}'),
            ToolCall("call-1-1", "look", '{"at"'),
        )
        results = [PromptMessage("tool", "A lake.", tool_call_id=c.id) for c in end.tool_calls]
        calling = PromptMessage("assistant", text, tool_calls=end.tool_calls)
        assert (await answer(server, [*asked, calling, *results]))[0] == "Seen."
    first, second = (seen.body for seen in server.requests)
    function = {"name": "look", "description": LOOK.description, "parameters": LOOK.parameters}
    assert first["tools"] == second["tools"] == [{"type": "function", "function": function}]
    *_, told, result, _ = second["messages"]
    assert told["content"] == "I look."
    assert [(each["id"], each["type"]) for each in told["tool_calls"]] == [
        ("call-1-0", "function"), ("call-1-1", "function"),
    ]  # fmt: skip
    assert result == {"role": "tool", "tool_call_id": "call-1-0", "content": "A lake."}


async def test_a_call_without_a_word_goes_back_without_one() -> None:
    called = PromptMessage("assistant", "", tool_calls=[ToolCall("a", "look", "{}")])
    result = PromptMessage("tool", "A lake.", tool_call_id="a")
    async with ToolServer(["Seen."]) as server:
        await answer(server, [PromptMessage("user", "Look!"), called, result])
    _, told, _ = server.requests[0].body["messages"]
    assert (told["content"], len(told["tool_calls"])) == (None, 1)


async def test_an_endpoint_without_tools_refuses_with_its_status() -> None:
    async with ToolServer() as server:
        with pytest.raises(UpstreamRefused) as refused:
            await answer(server, [PromptMessage("user", "Look!")], WITHOUT)
    assert refused.value.status == 400
