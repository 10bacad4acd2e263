"""What a search finds, in what order, and what it never shows."""

from uuid import uuid4

import pytest

from retrieval.search import Search, SearchQuery
from tests.evaluation.corpus import Shelf

HARBOUR = (
    "The harbour master keeps the ledger of every ship that enters the bay.",
    "Pilots board the large tankers two miles before the breakwater.",
    "A fee of 412 crowns is due for each night at the inner quay, invoice code QX-7781-B.",
)
BAKERY = (
    "Sourdough needs a starter that has been fed in the morning.",
    "The oven is heated to 250 degrees before the loaves go in.",
)


async def test_the_passage_that_answers_comes_first(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()
    await shelf.add(project, "bakery.txt", "\n\n".join(BAKERY), chunks=BAKERY)
    harbour = await shelf.add(project, "harbour.txt", "\n\n".join(HARBOUR), chunks=HARBOUR)

    outcome = await search.passages(SearchQuery(project, "How much is a night at the quay?"))

    assert outcome.relevant
    assert outcome.passages[0].document_id == harbour
    assert "412 crowns" in outcome.passages[0].text


async def test_a_passage_is_the_text_of_its_document_at_its_offsets(
    shelf: Shelf, search: Search
) -> None:
    project = await shelf.project()
    pages = (f"{HARBOUR[0]}\n\n{HARBOUR[1]}  \n", f"  {HARBOUR[2]}\nfin")
    await shelf.add(project, "harbour.pdf", pages, chunks=HARBOUR)

    outcome = await search.passages(SearchQuery(project, "Where do pilots board tankers?"))

    (passage,) = outcome.passages
    assert passage.text == "".join(pages)[passage.start : passage.end]
    assert passage.text.startswith(HARBOUR[0])
    assert passage.text.endswith(HARBOUR[2])
    assert passage.page_number == 1


async def test_another_project_is_never_read(shelf: Shelf, search: Search) -> None:
    mine, theirs = await shelf.project(), await shelf.project()
    await shelf.add(mine, "bakery.txt", "\n\n".join(BAKERY), chunks=BAKERY)
    foreign = await shelf.add(theirs, "harbour.txt", "\n\n".join(HARBOUR), chunks=HARBOUR)

    for document_ids in (None, (foreign,)):
        query = SearchQuery(mine, "invoice code QX-7781-B", document_ids=document_ids, limit=100)
        found = [*await search.ranked(query), *(await search.passages(query)).passages]
        assert not any("QX-7781-B" in passage.text for passage in found)
        assert all(passage.document_name == "bakery.txt" for passage in found)


async def test_only_the_documents_asked_for_are_read(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()
    await shelf.add(project, "harbour.txt", "\n\n".join(HARBOUR), chunks=HARBOUR)
    bakery = await shelf.add(project, "bakery.txt", "\n\n".join(BAKERY), chunks=BAKERY)

    found = await search.ranked(SearchQuery(project, "fee at the quay", document_ids=(bakery,)))

    assert {passage.document_id for passage in found} == {bakery}
    assert len(found) == len(BAKERY)


async def test_an_exact_identifier_is_found_by_its_words(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()
    await shelf.add(project, "bakery.txt", "\n\n".join(BAKERY), chunks=BAKERY)
    await shelf.add(project, "harbour.txt", "\n\n".join(HARBOUR), chunks=HARBOUR)

    first, *_ = await search.ranked(SearchQuery(project, "QX-7781-B"))

    assert "QX-7781-B" in first.text
    assert first.ranks.lexical == 1


@pytest.mark.parametrize(
    "asked", ["invoice 2024-0815", "INV-2024/0815", "82.959 kronor", "10-Q", "3,5 %", "§ 12a"]
)
async def test_identifiers_and_numbers_are_found_in_any_spelling(
    shelf: Shelf, search: Search, asked: str
) -> None:
    project = await shelf.project()
    right = "Invoice INV-2024/0815 of $82,959 by § 12a, at 3.5 % as in the 10-Q."
    wrong = (
        "Invoice INV-2023/0816 of 82 and 959 by § 12b, at 35 % as in the 10-K.",
        "In 2024 there were 10 of them and 3 in Q 5.",
    )
    await shelf.add(project, "a.txt", "\n\n".join([*wrong, right]), chunks=[*wrong, right])

    found = await search.ranked(SearchQuery(project, asked))

    (first,) = (passage for passage in found if passage.ranks.lexical == 1)
    assert first.text == right


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\n\t"])
async def test_a_question_without_text_finds_nothing(
    shelf: Shelf, search: Search, text: str
) -> None:
    project = await shelf.project()
    await shelf.add(project, "bakery.txt", "\n\n".join(BAKERY), chunks=BAKERY)

    outcome = await search.passages(SearchQuery(project, text))

    assert not outcome.passages
    assert not outcome.relevant


async def test_an_empty_project_has_nothing_relevant(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()

    assert not (await search.passages(SearchQuery(project, "How hot is the oven?"))).relevant
    assert await search.ranked(SearchQuery(uuid4(), "How hot is the oven?")) == []


async def test_a_question_of_stop_words_is_left_to_the_meaning(
    shelf: Shelf, search: Search
) -> None:
    project = await shelf.project()
    await shelf.add(project, "bakery.txt", "\n\n".join(BAKERY), chunks=BAKERY)

    found = await search.ranked(SearchQuery(project, "what is it that they did not"))

    assert {passage.ranks.lexical for passage in found} == {None}
    assert len(found) == len(BAKERY)


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE chunk; --",
        "oven & ! | ( <-> :* 'x'::tsquery",
        r"back\slash \' quote '' \\",
        "oven\x00degrees",
        "lone \ud800 surrogate oven",
        "%s %(x)s :project {0} $1",
        "oven " * 2_000,
        "'" * 10_000,
        " ".join(f"word{n}" for n in range(3_000)),
        "🥖" * 300,
    ],
)
async def test_hostile_text_is_only_text(shelf: Shelf, search: Search, text: str) -> None:
    project = await shelf.project()
    await shelf.add(project, "bakery.txt", "\n\n".join(BAKERY), chunks=BAKERY)

    found = await search.ranked(SearchQuery(project, text))

    assert len(found) == len(BAKERY)


async def test_the_order_is_the_same_every_time(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()
    for name in ("a.txt", "b.txt", "c.txt"):
        await shelf.add(project, name, "\n\n".join(BAKERY), chunks=BAKERY)
    query = SearchQuery(project, "How hot is the oven?", limit=100)

    orders = {tuple(p.chunk_id for p in await search.ranked(query)) for _ in range(8)}

    assert len(orders) == 1


async def test_what_stands_twice_is_shown_once(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()
    for name in ("a.txt", "b.txt"):
        await shelf.add(project, name, BAKERY[1], chunks=BAKERY[1:])

    outcome = await search.passages(SearchQuery(project, "How hot is the oven?"))

    assert [passage.text for passage in outcome.passages] == [BAKERY[1]]


async def test_stems_are_those_of_the_documents_language(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()
    await shelf.add(project, "en.txt", "\n\n".join(BAKERY), chunks=BAKERY)
    german = "Die Häuser an der Mole wurden im Winter gestrichen."
    await shelf.add(project, "de.txt", german, language="german", chunks=[german])

    first, *_ = await search.ranked(SearchQuery(project, "Wann strich man das Haus?"))

    assert first.text == german
    assert first.ranks.lexical == 1


async def test_chinese_words_are_found_without_spaces(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()
    sentences = ("港口的费用是每晚四百克朗。", "面包师早上喂养酵母。", "油轮由领航员引导进港。")
    await shelf.add(project, "zh.txt", "".join(sentences), language="simple", chunks=sentences)

    first, *_ = await search.ranked(SearchQuery(project, "酵母是谁喂养的？"))

    assert first.text == sentences[1]
    assert first.ranks.lexical == 1


async def test_a_search_tells_why_these_passages(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()
    await shelf.add(project, "bakery.txt", "\n\n".join(BAKERY), chunks=BAKERY)
    harbour = await shelf.add(project, "harbour.txt", "\n\n".join(HARBOUR), chunks=HARBOUR)

    outcome = await search.passages(SearchQuery(project, " How much is a night at the quay? "))

    trace = outcome.trace
    assert trace is not None
    assert trace.question == "How much is a night at the quay?"
    assert (trace.relevant, trace.evidence) == (True, outcome.evidence)
    assert trace.told >= trace.threshold
    assert trace.by_meaning == trace.considered == len(BAKERY) + len(HARBOUR)
    first = trace.candidates[0]
    assert (first.document_id, first.fate, first.place) == (harbour, "taken", 1)
    assert (first.ranks.dense, first.ranks.lexical) == (1, 1)
    assert first.passage == first.chunk_id == outcome.passages[0].chunk_id
    assert {each.passage for each in trace.candidates} == {
        passage.chunk_id for passage in outcome.passages
    }


async def test_nothing_that_was_looked_for_leaves_no_trace(shelf: Shelf, search: Search) -> None:
    project = await shelf.project()

    assert (await search.passages(SearchQuery(project, "  "))).trace is None
    empty = (await search.passages(SearchQuery(project, "Who trims?"))).trace
    assert empty is not None
    assert (empty.relevant, empty.considered, empty.candidates) == (False, 0, ())


STEMLESS = {
    "polish": (
        ("Latarnik zapala lampy każdego wieczoru.", "Książki stoją na półkach w bibliotece."),
        "Kto zapalał lampę wieczorem?",
        "Gdzie jest półka z książką?",
    ),
    "czech": (
        ("Lodě kotví v přístavu za vlnolamem.", "Pekař krmí kvásek každé ráno."),
        "Která loď kotvila v přístavech?",
        "Kdy pekaři krmili kvasek?",
    ),
    "ukrainian": (
        ("Кораблі стоять у порту біля маяка.", "Пекар годує закваску щоранку."),
        "Де стояв корабель?",
        "Хто годував закваскою?",
    ),
    "hebrew": (
        ("הספינות עוגנות בנמל ליד המגדלור.", "האופה מאכיל את המחמצת בבוקר."),
        "איפה נמל הספינה?",
        "מתי אופה מאכילים מחמצת?",
    ),
    "korean": (
        ("등대지기는 매일 저녁 등불을 켰다.", "제빵사가 아침에 효모에게 먹이를 준다."),
        "등대지기가 등불은 언제 켜나요?",
        "효모는 제빵사에게 무엇인가요?",
    ),
    "thai": (
        ("เรือจอดอยู่ที่ท่าเรือใกล้ประภาคาร", "คนทำขนมปังให้อาหารยีสต์ทุกเช้า"),
        "ประภาคารอยู่ใกล้ท่าเรือไหน",
        "ยีสต์กินอาหารตอนไหน",
    ),
    "khmer": (
        ("នាវាចតនៅកំពង់ផែក្បែរប៉មភ្លើង", "អ្នកដុតនំប៉័ងផ្តល់អាហារដល់ដំបែរាល់ព្រឹក"),
        "កំពង់ផែនៅឯណា",
        "ដំបែស៊ីអាហារអ្វី",
    ),
}


@pytest.mark.parametrize("language", STEMLESS)
async def test_inflected_words_are_found_without_a_stemmer(
    shelf: Shelf, search: Search, language: str
) -> None:
    project = await shelf.project()
    await shelf.add(project, "en.txt", "\n\n".join(BAKERY), chunks=BAKERY)
    sentences, *questions = STEMLESS[language]
    whole = "\n".join(sentences)
    await shelf.add(project, "other.txt", whole, language="simple", chunks=sentences)

    for question, right in zip(questions, sentences, strict=True):
        found = await search.ranked(SearchQuery(project, question))
        (first,) = (passage for passage in found if passage.ranks.lexical == 1)
        assert first.text == right


async def test_beginnings_of_words_do_not_blur_a_language_with_a_stemmer(
    shelf: Shelf, search: Search
) -> None:
    project = await shelf.project()
    english = ("The porter carries the portrait.", "A port is where ships land.")
    await shelf.add(project, "en.txt", "\n".join(english), chunks=english)
    await shelf.add(project, "pl.txt", "Latarnik zapala lampy.", language="simple")

    found = await search.ranked(SearchQuery(project, "Which ports?"))

    assert [p.text for p in found if p.ranks.lexical is not None] == [english[1]]


async def test_beginnings_count_as_one_word_beside_documents_of_other_languages(
    shelf: Shelf, search: Search
) -> None:
    """One shared word of eight is no more of the question because it is several lexemes."""
    alone, beside = await shelf.project(), await shelf.project()
    polish = "Latarniami zajmuje się miasto."
    for project in (alone, beside):
        await shelf.add(project, "pl.txt", polish, language="simple", chunks=[polish])
    await shelf.add(beside, "en.txt", "\n\n".join(BAKERY), chunks=BAKERY)
    question = "Ile kosztuje wypożyczenie przenośnej latarni podczas letniego festiwalu?"

    shares = [
        (await search.passages(SearchQuery(project, question))).evidence.coverage
        for project in (alone, beside)
    ]

    assert 0 < shares[0] < 0.25
    assert shares[1] == pytest.approx(shares[0], abs=0.05)
