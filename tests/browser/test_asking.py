import asyncio
import re

from playwright.async_api import Locator, Page, Route, expect

from tests.browser.screens import (
    QUESTION,
    Upload,
    add_documents,
    answered,
    ask,
    document_row,
    ready,
)


async def test_a_document_becomes_ready_by_itself_and_answers_with_its_page_marked(
    project: Page, report: Upload
) -> None:
    await add_documents(project, report)
    await ready(project, report.name)
    await expect(document_row(project, report.name)).to_contain_text("3 pages")
    await ask(project, QUESTION)
    answer = await answered(project)
    await expect(answer).to_contain_text("4,120 litres")
    await answer.get_by_role("button", name=re.compile(r"^Source \d")).first.click()
    source = project.get_by_role("dialog", name=report.name)
    await expect(source).to_contain_text("Page 2 of 3")
    await expect(source.get_by_role("img")).to_have_attribute("alt", re.compile("passage marked"))
    await _stands_on_the_passage(source)
    await source.get_by_role("button", name="Text").click()
    await expect(source.locator("mark")).to_contain_text("4,120 litres")
    await source.get_by_role("button", name="Next page").click()
    await expect(source).to_contain_text("Three keepers served")
    await expect(source.locator("mark")).to_have_count(0)


async def _stands_on_the_passage(source: Locator) -> None:
    """The amber boxes lie on the page's two lines of text, which stand near its top."""
    sheet = await source.locator(".page-sheet").bounding_box()
    boxes = await source.locator(".passage-box").all()
    assert sheet
    assert boxes
    for element in boxes:
        box = await element.bounding_box()
        assert box
        assert 0.05 < (box["y"] - sheet["y"]) / sheet["height"] < 0.3
        assert 0.05 < (box["x"] - sheet["x"]) / sheet["width"] < 0.6


async def test_a_conversation_is_there_again_after_a_reload_with_its_citations(
    project: Page, report: Upload
) -> None:
    await add_documents(project, report)
    await ready(project, report.name)
    await ask(project, QUESTION)
    before = await (await answered(project)).locator(".answer-body").inner_text()
    await expect(project).to_have_url(re.compile(r"/c/[0-9a-f-]{36}$"))
    await project.reload()
    after = await answered(project)
    assert await after.locator(".answer-body").inner_text() == before
    await after.get_by_role("button", name=re.compile(r"^Source \d")).first.click()
    await expect(project.get_by_role("dialog", name=report.name)).to_contain_text("Page 2 of 3")


async def test_a_question_the_documents_cannot_answer_says_what_to_do(
    project: Page, report: Upload
) -> None:
    await add_documents(project, report)
    await ready(project, report.name)
    await ask(project, "Which volcano erupted in Iceland in 2010?")
    answer = await answered(project)
    await expect(answer.locator(".chip")).to_have_count(0)
    await expect(answer).to_contain_text("add the document")


async def test_a_conversation_can_be_renamed_pinned_and_deleted(
    project: Page, report: Upload
) -> None:
    await add_documents(project, report)
    await ready(project, report.name)
    await ask(project, QUESTION)
    await answered(project)
    side = project.get_by_role("navigation", name="Places")
    await side.get_by_role("button", name=re.compile("Actions for")).click()
    await project.get_by_role("menuitem", name="Rename").click()
    await project.get_by_label("Title").fill("Oil of the lamp")
    await project.get_by_role("button", name="Rename").click()
    await expect(project.get_by_role("heading", level=1)).to_have_text("Oil of the lamp")
    await side.get_by_role("button", name="Actions for Oil of the lamp").click()
    await project.get_by_role("menuitem", name="Pin").click()
    await expect(side.get_by_role("heading", name="Pinned")).to_be_visible()
    await side.get_by_role("button", name="Actions for Oil of the lamp").click()
    await project.get_by_role("menuitem", name="Delete").click()
    await project.get_by_role("button", name="Delete").click()
    await expect(side.get_by_text("Oil of the lamp")).to_have_count(0)


async def test_an_open_menu_outlives_news_of_the_list_around_it(
    project: Page, report: Upload
) -> None:
    """The list is read again once an answer is done: whoever has opened a menu there keeps it."""
    await add_documents(project, report)
    await ready(project, report.name)
    await ask(project, QUESTION)
    await answered(project)
    await project.reload()
    await answered(project)
    side = project.get_by_role("navigation", name="Places")
    await expect(side.get_by_role("button", name=re.compile("Actions for"))).to_be_visible()
    let_go = asyncio.Event()

    async def held(route: Route) -> None:
        await let_go.wait()
        await route.continue_()

    await project.route("**/conversations", held)
    async with project.expect_response("**/conversations") as news:
        await ask(project, QUESTION)
        await expect(project.locator(".answer")).to_have_count(2)
        await side.get_by_role("button", name=re.compile("Actions for")).click()
        rename = project.get_by_role("menuitem", name="Rename")
        await expect(rename).to_be_focused()
        await rename.evaluate("item => item.closest('li').dataset.before = ''")
        let_go.set()
    await (await news.value).finished()
    before = side.locator("li[data-before]")
    await expect(before.get_by_role("menuitem", name="Rename")).to_be_focused()
    await rename.press("Escape")
    await expect(before).to_have_count(0)  # The news is shown now.
    await expect(side.get_by_role("button", name=re.compile("Actions for"))).to_be_visible()


async def test_a_document_can_be_renamed_found_again_and_deleted(
    project: Page, report: Upload
) -> None:
    await add_documents(project, report)
    await ready(project, report.name)
    await project.get_by_role("button", name=f"Actions for {report.name}").click()
    await project.get_by_role("menuitem", name="Rename").click()
    await project.get_by_role("textbox", name="Name").fill("Keepers.pdf")
    await project.get_by_role("button", name="Rename").click()
    await expect(document_row(project, "Keepers.pdf")).to_be_visible()
    await project.get_by_role("button", name="Actions for Keepers.pdf").click()
    await project.get_by_role("menuitem", name="Delete").click()
    dialog = project.get_by_role("dialog")
    await expect(dialog).to_contain_text("Keepers.pdf")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(project.get_by_text("Drop documents here")).to_be_visible()


async def test_an_answer_can_be_rated_and_copied_with_its_sources(
    project: Page, report: Upload
) -> None:
    await project.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await add_documents(project, report)
    await ready(project, report.name)
    await ask(project, QUESTION)
    answer = await answered(project)
    await answer.get_by_role("button", name="Good answer").click()
    await expect(answer.get_by_role("button", name="Good answer")).to_have_attribute(
        "aria-pressed", "true"
    )
    await answer.get_by_role("button", name="Copy").click()
    await expect(project.get_by_text("Copied, with its sources.").first).to_be_attached()
    copied = await project.evaluate("() => navigator.clipboard.readText()")
    assert "4,120 litres" in copied
    assert f"[1] {report.name}, page 2" in copied
    await project.reload()
    answer = await answered(project)
    await expect(answer.get_by_role("button", name="Good answer")).to_have_attribute(
        "aria-pressed", "true"
    )


async def test_files_dropped_anywhere_are_added(project: Page, report: Upload) -> None:
    transfer = await project.evaluate_handle(
        """(bytes) => {
          const transfer = new DataTransfer();
          const type = "application/pdf";
          const file = new File([new Uint8Array(bytes)], "dropped.pdf", { type });
          transfer.items.add(file);
          return transfer;
        }""",
        list(report.content),
    )
    await project.dispatch_event("body", "dragenter", {"dataTransfer": transfer})
    await expect(project.get_by_text("Drop to add to")).to_be_visible()
    await project.dispatch_event("body", "drop", {"dataTransfer": transfer})
    await expect(project.get_by_text("Drop to add to")).to_be_hidden()
    await ready(project, "dropped.pdf")
