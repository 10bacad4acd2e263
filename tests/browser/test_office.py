"""Sheets and slides beside an answer: called by their names, the passage marked."""

import io
import re

import openpyxl
import pptx
from playwright.async_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.screens import Upload, add_documents, answered, ask, document_row, ready

STORES = [
    ["Month", "Oil (litres)", "Wick (metres)", "Remarks"],
    ["January", 371, 4.5, "The supply ship came two days late because of ice"],
    ["February", 344, 4.2, "A barrel leaked and was mended with pitch"],
    ["March", 352, 4.4, "The cellar was whitewashed by the two younger keepers"],
    ["April", 330, 4.1, "New tins for the wicks arrived from the store in Leith"],
]


def workbook() -> Upload:
    book = openpyxl.Workbook()
    book.active.title = "Staff"
    book.active.append(["Name", "Since"])
    for name in ("Morag", "Ailsa", "Hamish", "Fergus", "Isla", "Callum", "Eilidh", "Lachlan"):
        book.active.append([f"{name} of the northern coast lights, keeper of the lamp", 1894])
    sheet = book.create_sheet("Stores")
    for row in STORES:
        sheet.append(row)
    return _saved("stores.xlsx", book)


def slides() -> Upload:
    presentation = pptx.Presentation()
    for title, text in (
        ("Fog signals of the coast", "Horns are sounded twice a minute.\nBells ring on the pier."),
        (
            "Training of the keepers",
            "Apprentices learn knots first.\nThey row to Skerry on Sundays.",
        ),
    ):
        slide = presentation.slides.add_slide(presentation.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text_frame.text = text
    return _saved("talk.pptx", presentation)


def _saved(name: str, document) -> Upload:
    content = io.BytesIO()
    document.save(content)
    return Upload(name, content.getvalue())


async def test_a_sheet_is_called_by_its_name_and_its_row_is_marked(project: Page) -> None:
    await add_documents(project, workbook())
    await ready(project, "stores.xlsx")
    await expect(document_row(project, "stores.xlsx")).to_contain_text("2 sheets")
    await ask(project, "How many litres of oil in February, when a barrel leaked?")
    answer = await answered(project)
    await answer.get_by_role("button", name=re.compile(r"^Source \d")).first.click()
    source = project.get_by_role("dialog", name="stores.xlsx")
    await expect(source).to_contain_text("Sheet Stores · 2 of 2")
    await expect(source.locator("mark")).to_contain_text("Month: February | Oil (litres): 344")
    await source.get_by_role("button", name="Previous page").click()
    await expect(source).to_contain_text("Sheet Staff · 1 of 2")
    assert await violations(project) == []


async def test_a_slide_is_called_by_its_number(project: Page) -> None:
    await add_documents(project, slides())
    await ready(project, "talk.pptx")
    await expect(document_row(project, "talk.pptx")).to_contain_text("2 slides")
    await ask(project, "Where do apprentices row to on Sundays?")
    answer = await answered(project)
    await answer.get_by_role("button", name=re.compile(r"^Source \d")).first.click()
    source = project.get_by_role("dialog", name="talk.pptx")
    await expect(source).to_contain_text("Slide 2 of 2")
    await expect(source.locator("mark")).to_contain_text("row to Skerry on Sundays")
