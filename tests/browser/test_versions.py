"""A document's new version, and what becomes of what answers cite of the old one."""

import re

from playwright.async_api import Page, expect

from tests.browser.accessibility import violations
from tests.browser.pdf import make_pdf
from tests.browser.screens import (
    PDF_PAGES,
    QUESTION,
    Upload,
    add_documents,
    answered,
    ask,
    document_row,
    ready,
)

PREFACE = ["A preface, put in by a later hand", *PDF_PAGES[0][1:]]
OTHER_OIL = [[line.replace("4,120 litres", "3,900 litres") for line in page] for page in PDF_PAGES]


async def _renewed(page: Page, upload: Upload) -> None:
    """Add a file of a name that is here, and wait until it is read."""
    await add_documents(page, upload)
    renewed = document_row(page, upload.name).filter(has_text="version 2")
    await expect(renewed).to_be_visible(timeout=30_000)
    await expect(document_row(page, upload.name)).to_have_count(1)
    await ready(page, upload.name)


async def _asked(page: Page, report: Upload) -> None:
    await add_documents(page, report)
    await ready(page, report.name)
    await ask(page, QUESTION)
    await answered(page)
    await expect(page).to_have_url(re.compile(r"/c/[0-9a-f-]{36}$"))


async def test_a_passage_that_moved_is_marked_where_it_stands_now(
    project: Page, report: Upload
) -> None:
    home = project.url
    await _asked(project, report)
    talk = project.url
    await project.goto(home)
    await _renewed(project, Upload(report.name, make_pdf([PREFACE, *PDF_PAGES])))
    await project.goto(talk)
    answer = await answered(project)
    await answer.get_by_role("button", name=re.compile(r"^Source \d.*Page 3")).first.click()
    source = project.get_by_role("dialog", name=report.name)
    await expect(source).to_contain_text("Page 3 of 4")
    await expect(source.get_by_role("img")).to_have_attribute("alt", re.compile("passage marked"))
    await source.get_by_role("button", name="Text").click()
    await expect(source.locator("mark")).to_contain_text("4,120 litres")
    await expect(source).not_to_contain_text("has changed")


async def test_a_quote_of_an_older_version_says_so_and_stays_readable(
    project: Page, report: Upload
) -> None:
    home = project.url
    await _asked(project, report)
    talk = project.url
    await project.goto(home)
    await _renewed(project, Upload(report.name, make_pdf(OTHER_OIL)))
    await project.goto(talk)
    answer = await answered(project)
    said = "From version 1; the document has changed since"
    await expect(answer.locator(".source-card").first).to_contain_text(said)
    chip = answer.locator("button.chip").first
    await expect(chip).to_have_accessible_name(re.compile(said))
    await chip.click()
    source = project.get_by_role("dialog", name=report.name)
    await expect(source).to_contain_text(said)
    await expect(source.locator("blockquote")).to_contain_text("4,120 litres")
    await expect(source.locator("mark")).to_contain_text("4,120 litres")
    assert await violations(project) == []


async def test_a_new_version_is_chosen_by_the_menu_and_one_that_fails_says_who_answers(
    project: Page, report: Upload
) -> None:
    await add_documents(project, report)
    await ready(project, report.name)
    row = document_row(project, report.name)
    await row.get_by_role("button", name=re.compile("Actions for")).click()
    async with project.expect_file_chooser() as chosen:
        await project.get_by_role("menuitem", name="New version").click()
    broken = Upload(report.name, b"%PDF-1.7 broken")
    await (await chosen.value).set_files([broken.payload()])
    await expect(row).to_contain_text("Version 1 answers until then", timeout=30_000)
    await expect(row).to_contain_text("Not read")
    await row.get_by_role("button", name=re.compile("Actions for")).click()
    await expect(project.get_by_role("menuitem", name="Ask this document")).to_be_visible()
