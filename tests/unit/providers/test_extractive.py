import re

import pytest

from providers.contract import ChatRequest, Completed, PromptPassage, TextDelta
from providers.extractive import MOST, NOT_FOUND, NOTICE, ExtractiveAnswerer
from providers.local.embedder import LocalEmbedder

LEASE = PromptPassage(
    1,
    "This agreement is between Acme Ltd. and the tenant. The rent of $ 1,200 is due on the first "
    "of each month. Pets are not allowed in the building. The roof was repaired in 2019.",
    "lease.pdf",
    3,
)
POLICY = PromptPassage(
    2,
    "| Leave | Days |\n| Annual leave | 28 |\n| Parental leave | 90 |\n\n"
    "Employees may carry five days of leave into the next year. 员工每年有二十八天年假。",
    "policy.md",
)
FILLER = PromptPassage(3, "Bananas grow in warm countries. They are picked green.", "fruit.txt")
ALL = [LEASE, POLICY, FILLER]


async def _answer(embedder: LocalEmbedder, question: str, passages: list[PromptPassage]) -> str:
    text, ends = "", 0
    async for item in ExtractiveAnswerer(embedder).stream(ChatRequest([], question, passages)):
        if isinstance(item, TextDelta):
            assert item.text
            text += item.text
        else:
            assert isinstance(item, Completed)
            ends += 1
    assert ends == 1
    return text


@pytest.mark.parametrize(
    ("question", "quote", "index"),
    [
        ("When is the rent due?", "The rent of $ 1,200 is due on the first of each month.", 1),
        ("Are pets allowed?", "Pets are not allowed in the building.", 1),
        ("How many days of leave can I carry over?", "carry five days of leave", 2),
        ("年假有几天？", "员工每年有二十八天年假。", 2),
    ],
)
async def test_the_sentence_that_answers_is_quoted_as_written_with_its_number(
    embedder: LocalEmbedder, question: str, quote: str, index: int
):
    text = await _answer(embedder, question, ALL)
    first = text.split("\n\n")
    line = next(line for line in first if line.startswith(">"))
    assert quote in line
    assert line.endswith(f"[{index}]")
    assert NOTICE in text


async def test_every_quote_is_in_its_passage_and_none_is_repeated(embedder: LocalEmbedder):
    text = await _answer(embedder, "What about the rent, pets, leave and the roof?", [*ALL, LEASE])
    quotes = re.findall(r"^> (.*) \[(\d)\]$", text, flags=re.MULTILINE)
    assert 1 <= len(quotes) <= MOST
    assert len(set(quotes)) == len(quotes)
    for quote, index in quotes:
        assert quote in " ".join(ALL[int(index) - 1].text.split())


@pytest.mark.parametrize(
    ("question", "passages"),
    [
        ("When is the rent due?", []),
        ("Who won the football world cup in 1974?", [FILLER]),
        ("What is the boiling point of lead?", ALL),
        ("", ALL),
        ("When?", [PromptPassage(1, " \n ", "empty.txt")]),
    ],
)
async def test_what_the_documents_do_not_answer_is_said_so(
    embedder: LocalEmbedder, question: str, passages: list[PromptPassage]
):
    assert await _answer(embedder, question, passages) == NOT_FOUND


async def test_brackets_in_a_document_are_not_taken_for_citations(embedder: LocalEmbedder):
    passage = PromptPassage(1, "The rent is due on the first of each month [7].", "a [9](x).md")
    text = await _answer(embedder, "When is the rent due each month?", [passage, POLICY])
    assert set(re.findall(r"\[(\d+)\]", text)) <= {"1", "2"}
