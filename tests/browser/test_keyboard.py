import re

from playwright.async_api import FileChooser, Page, expect

from tests.browser.screens import Upload, add_documents, answered, ready


async def test_the_whole_way_from_project_to_page_needs_no_pointer(
    signed_in: Page, report: Upload
) -> None:
    keys = signed_in.keyboard

    async def choose(chooser: FileChooser) -> None:
        await chooser.set_files([report.payload()])

    signed_in.on("filechooser", choose)
    await signed_in.reload()
    await expect(signed_in.get_by_role("heading", level=1)).to_contain_text("Ada")
    await keys.press("Tab")
    await expect(signed_in.get_by_role("link", name="Skip to content")).to_be_focused()
    await signed_in.get_by_role("main").focus()
    if await signed_in.get_by_role("button", name="New project").count():
        await keys.press("n")
    else:
        await signed_in.get_by_role("button", name="Make your first project").press("Enter")
    await keys.type("By keyboard")
    await keys.press("Enter")
    await expect(signed_in.get_by_role("heading", level=1, name="By keyboard")).to_be_visible()
    await keys.press("u")
    await ready(signed_in, report.name)
    await _ask_and_look(signed_in, report)


async def _ask_and_look(signed_in: Page, report: Upload) -> None:
    keys = signed_in.keyboard
    await keys.press("/")
    await expect(signed_in.get_by_label("Your question")).to_be_focused()
    await keys.type("How many litres of oil")
    await keys.press("Shift+Enter")
    await keys.type("did the lamp consume?")
    await expect(signed_in.get_by_label("Your question")).to_have_value(
        "How many litres of oil\ndid the lamp consume?"
    )
    await keys.press("Enter")
    answer = await answered(signed_in)
    chip = answer.get_by_role("button", name=re.compile(r"^Source \d")).first
    await chip.focus()
    await keys.press("Enter")
    source = signed_in.get_by_role("dialog", name=report.name)
    await expect(source).to_contain_text("Page 2 of 3")
    await keys.press("ArrowRight")
    await expect(source).to_contain_text("Page 3 of 3")
    await keys.press("Escape")
    await expect(source).to_be_hidden()
    await expect(chip).to_be_focused()


async def test_the_list_of_keys_opens_traps_the_focus_and_can_switch_them_off(
    signed_in: Page,
) -> None:
    await signed_in.keyboard.press("?")
    dialog = signed_in.get_by_role("dialog", name="Keyboard")
    await expect(dialog).to_be_visible()
    for _ in range(5):
        await signed_in.keyboard.press("Tab")
        inside = await dialog.evaluate(
            "(d) => d.contains(document.activeElement) || document.activeElement === document.body"
        )
        assert inside
    await dialog.get_by_label("Single keys act").uncheck()
    await signed_in.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await signed_in.keyboard.press("?")
    await expect(dialog).to_be_hidden()


async def test_a_menu_is_walked_with_arrows_and_gives_the_focus_back(project: Page) -> None:
    button = project.get_by_role("button", name="Where to look: Documents")
    await button.press("Enter")
    items = project.get_by_role("menuitemradio")
    await expect(items.first).to_be_focused()
    await project.keyboard.press("ArrowDown")
    await expect(items.nth(1)).to_be_focused()
    await project.keyboard.press("Escape")
    await expect(button).to_be_focused()


async def test_a_dialog_gives_the_focus_back_to_what_opened_it(
    project: Page, report: Upload
) -> None:
    await add_documents(project, report)
    await ready(project, report.name)
    opener = project.get_by_role("button", name=f"Actions for {report.name}")
    await opener.press("Enter")
    await project.get_by_role("menuitem", name="Delete").press("Enter")
    await expect(project.get_by_role("dialog")).to_be_visible()
    await project.keyboard.press("Escape")
    await expect(opener).to_be_focused()
