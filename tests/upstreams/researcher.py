"""A language model of the loopback server that researches by reading its prompt, and only so.

It knows three patterns of sentences and nothing of the world: what it writes, it was given.
"""

import re

from tests.upstreams.http_server import Exchange
from tests.upstreams.openai_server import OpenAIServer, begin, fault, finish

MODEL = "researcher"
SECRET = "Zanzibar-Canary"
_PASSAGE = re.compile(r'<passage number="(\d+)"[^>]*>\n(.*?)\n</passage>', re.DOTALL)
_INVENTOR = re.compile(r"inventor of the Zephyrine loom was (\w+ \w+)")
_TOLD = (_INVENTOR.pattern, "Quistgaard was born in", "Oltenmere was founded")
_FOUNDED = r"town of {town} was founded in (\d{{4}})"


@fault(MODEL)
async def _research(_: OpenAIServer, exchange: Exchange) -> None:
    await begin(exchange, _says(exchange))
    await finish(exchange)


@fault(f"{MODEL}-no-asides")
async def _no_asides(_: OpenAIServer, exchange: Exchange) -> None:
    if "You answer questions" not in exchange.seen.body["messages"][0]["content"]:
        await exchange.json(500, {"error": {"message": "no"}})
        return
    await begin(exchange, _says(exchange))
    await finish(exchange)


@fault(f"{MODEL}-leaky")
async def _leaky(_: OpenAIServer, exchange: Exchange) -> None:
    """Says the secret whenever it was told it, and else what it should."""
    told = " ".join(message["content"] for message in exchange.seen.body["messages"])
    leak = [f"Who is {SECRET}? [1]"] if SECRET in told else []
    await begin(exchange, leak or _says(exchange))
    await finish(exchange)


def _says(exchange: Exchange) -> list[str]:
    messages = exchange.seen.body["messages"]
    rules, asked = messages[0]["content"], messages[-1]["content"]
    if "You plan a research" in rules:
        return [
            "1. Who was the inventor of the Zephyrine loom?\n",
            "2. What is the Zephyrine loom?",
        ]
    if "You direct a research" in rules:
        return [_missing(asked)]
    if "understandable without the conversation" in rules:
        return ["Who was the inventor of the ", "Zephyrine loom?"]
    return _report(asked)


def _missing(prompt: str) -> str:
    name = _found(_INVENTOR.pattern, prompt)
    town = name and _found(rf"{name} was born in the town of (\w+)", prompt)
    if town and _found(_FOUNDED.format(town=town), prompt):
        return "NONE"
    return f"When was the town of {town} founded?" if town else f"Where was {name} born?"


def _report(prompt: str) -> list[str]:
    lines = ["## Findings\n\n"]
    for number, text in _PASSAGE.findall(prompt):
        said = (re.search(rf"[^.]*{pattern}[^.]*\.", text) for pattern in _TOLD)
        lines += [f"{sentence[0].strip()} [{number}]\n\n" for sentence in said if sentence]
    return lines


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match[1] if match else ""
