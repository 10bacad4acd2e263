"""What is a command, what is a plain yes or no, and what is neither."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.management.commands import HELP, Cancel, Command, Confirm, Help, UseTool, parse
from app.management.consent import says_no, says_yes
from app.management.toolbox import TOOLS, offered


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("help", Help()),
        (" ? ", Help()),
        ("Project", UseTool("read_project")),
        ("INSTRUCTIONS", UseTool("read_project")),
        ("instructions set One.\nTwo.", UseTool("set_instructions", {"text": "One.\nTwo."})),
        ("instructions add\nTwo.", UseTool("append_instructions", {"text": "Two."})),
        ("remember: we close at five", UseTool("add_memory", {"text": "we close at five"})),
        ("reword 12 New words", UseTool("change_memory", {"memory": "12", "text": "New words"})),
        ("forget 3", UseTool("delete_memory", {"memory": "3"})),
        ("documents Failed", UseTool("list_documents", {"status": "failed"})),
        ("retry rent 2026.txt", UseTool("retry_document", {"document": "rent 2026.txt"})),
        ("delete document a.txt", UseTool("delete_document", {"document": "a.txt"})),
        (
            "disable Shop: north",
            UseTool("change_integration", {"integration": "Shop: north", "isEnabled": False}),
        ),
        (
            "rename integration A to B to C",
            UseTool("change_integration", {"integration": "A", "name": "B to C"}),
        ),
        (
            "domains Shop:a.example b.example,  c.example",
            UseTool(
                "change_integration",
                {
                    "integration": "Shop",
                    "allowedDomains": ["a.example", "b.example", "c.example"],
                },
            ),
        ),
        (
            "domains Shop: all",
            UseTool("change_integration", {"integration": "Shop", "allowedDomains": []}),
        ),
        (
            "customer limit Shop: 5",
            UseTool("change_integration", {"integration": "Shop", "customerLimitPerMinute": 5}),
        ),
        (
            "budget Shop: none",
            UseTool("change_integration", {"integration": "Shop", "dailyBudget": 0}),
        ),
        ("unanswered", UseTool("unanswered_questions")),
        ("unanswered 7 days", UseTool("unanswered_questions", {"days": 7})),
        ("inbox", UseTool("inbox_counts")),
        ("confirm k7qf", Confirm("K7QF")),
        ("cancel K7QF", Cancel("K7QF")),
        ("Cancel", Cancel()),
    ],
)
def test_a_command_is_understood(said: str, command: Command) -> None:
    assert parse(said) == command


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Which documents failed?",
        "forget it",
        "forget 1 and 2",
        "instructions please",
        "remember",
        "confirm",
        "confirm K7QF please",
        "please confirm K7QF",
        "> confirm K7QF",
        "confirm K7QF\nconfirm AAAA",
        "documents about rent",
        "limit Shop: many",
        "cancel my subscription at once",
    ],
)
def test_what_only_resembles_one_is_none(said: str) -> None:
    assert parse(said) is None


@given(st.text(max_size=400))
def test_anything_can_be_said(said: str) -> None:
    parse(said)
    assert not (says_yes(said) and says_no(said))


@given(
    st.sampled_from(["remember ", "instructions set ", "disable ", "domains x: ", "retry "]),
    st.text(min_size=1, max_size=200).filter(str.strip),
)
def test_what_a_command_asks_for_is_a_tool_that_takes_it(word: str, rest: str) -> None:
    command = parse(word + rest)
    if isinstance(command, UseTool):
        msgspec.convert(command.arguments, TOOLS[command.name][1])


def test_help_names_every_command() -> None:
    begun = {line.split()[0].rstrip(",") for line in HELP.splitlines() if line.startswith("  ")}
    for said in ("project", "instructions", "memories", "remember", "reword", "forget"):
        assert said in begun
    examples = {
        "TEXT": "x", "CODE": "AB2C", "NAME": "Shop", "NEW": "Store", "N": "1",
    }  # fmt: skip
    for line in HELP.splitlines()[1:-1]:
        usage = re.split(r"\s{2,}|; ", line.strip())[0]
        for each in usage.split(", ") if not usage.startswith("domains") else [usage]:
            said = re.sub(r"\b(TEXT|CODE|NAME|NEW|N)\b", lambda m: examples[m[0]], each)
            assert parse(said) is not None, said


@pytest.mark.parametrize(
    "said",
    [
        "yes", "Yes!", "OK.", "yes, please", "Ja, bitte.", "Oui", "Sí", "sim", "Akkoord", "tak",
        "Evet", "да", "Да, пожалуйста", "نعم", "好的", "はい、お願いします", "네", "Bestätigt",
    ],
)  # fmt: skip
def test_a_plain_yes_is_one(said: str) -> None:
    assert says_yes(said)
    assert not says_no(said)


@pytest.mark.parametrize("said", ["no", "No, thanks.", "Nein", "non", "Não", "nie", "нет", "取消"])
def test_a_plain_no_is_one(said: str) -> None:
    assert says_no(said)
    assert not says_yes(said)


@pytest.mark.parametrize(
    "said",
    [
        "yes but shorter", "yes?", "ok？", "yes\nconfirm ABCD", "not yes", "say yes", "yes yes yes",
        "no!yes", "the customer said yes", "“yes”", "> yes", "",
    ],
)  # fmt: skip
def test_more_or_less_than_that_is_neither(said: str) -> None:
    assert not says_yes(said)
    assert not says_no(said)


def test_models_are_told_of_every_tool_by_its_own_words() -> None:
    tools = {tool.name: tool for tool in offered()}
    assert tools.keys() == TOOLS.keys()
    for name, tool in tools.items():
        assert tool.parameters["type"] == "object"
        assert tool.parameters["additionalProperties"] is False
        assert "$ref" not in str(tool.parameters)
        changes = name.split("_")[0] in {"set", "append", "add", "change", "delete", "retry"}
        assert tool.description.startswith("Propose") == changes
        assert tool.description.endswith(".")
