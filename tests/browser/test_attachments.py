"""A mail in the list unfolds what it holds; what came with it says so."""

from email.message import EmailMessage

from playwright.async_api import Locator, Page, expect

from tests.browser.accessibility import violations
from tests.browser.screens import Upload, add_documents


def letter() -> Upload:
    message = EmailMessage()
    message["From"], message["To"] = "Morag <morag@example.org>", "Ada <ada@example.org>"
    message["Subject"] = "Plans for the new crane"
    message.set_content("The plans are attached; the photograph is from May.")
    message.add_attachment("The crane lifts forty tonnes.", filename="Crane – plans.txt")
    message.add_attachment(
        b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="May.png"
    )
    message.add_attachment(
        b"%PDF-1.7 torn", maintype="application", subtype="pdf", filename="Quay.pdf"
    )
    return Upload("Plans for the new crane.eml", bytes(message), "message/rfc822")


def row_of(page: Page, name: str) -> Locator:
    """The row of this very document: others name it, too."""
    return page.locator("li.document").filter(has=page.get_by_title(name, exact=True))


async def is_ready(page: Page, name: str) -> None:
    await expect(row_of(page, name).locator(".document-state .ready")).to_be_visible(timeout=60_000)


async def test_a_mail_unfolds_its_attachments_by_keyboard(project: Page) -> None:
    mail = letter()
    await add_documents(project, mail)
    await is_ready(project, mail.name)
    await expect(row_of(project, "Crane – plans.txt")).to_contain_text(f"Came with {mail.name}")
    await is_ready(project, "Crane – plans.txt")
    row = row_of(project, mail.name)
    unfold = row.get_by_role("button", name="3 attachments")
    await expect(unfold).to_have_attribute("aria-expanded", "false")
    await unfold.focus()
    await project.keyboard.press("Enter")
    lines = row.get_by_role("list", name="Attachments").get_by_role("listitem")
    await expect(lines).to_have_count(3)
    await expect(lines.nth(0)).to_contain_text("Ready")
    await expect(lines.nth(1)).to_contain_text("Left out")
    await expect(lines.nth(1)).to_contain_text("Files of this type can't be read.")
    await expect(lines.nth(2)).to_contain_text("Not read")
    assert await violations(project) == []
    await project.emulate_media(color_scheme="dark")
    assert await violations(project) == []
    await project.emulate_media(color_scheme="light")
    await project.set_viewport_size({"width": 320, "height": 800})
    assert await violations(project) == []
    await project.keyboard.press("Enter")
    await expect(lines.first).to_be_hidden()


async def test_attachments_that_cannot_be_fetched_say_so_and_are_tried_again(
    project: Page,
) -> None:
    mail = letter()
    await add_documents(project, mail)
    await is_ready(project, mail.name)
    row = row_of(project, mail.name)
    await project.route("**/attachments", lambda route: route.abort())
    await row.get_by_role("button", name="3 attachments").click()
    again = row.get_by_role("button", name="Try again")
    await expect(again).to_be_visible()
    await project.unroute("**/attachments")
    await again.click()
    await expect(row.get_by_role("list", name="Attachments")).to_contain_text("May.png")


async def test_deleting_a_mail_takes_what_came_with_it_off_the_list(project: Page) -> None:
    mail = letter()
    await add_documents(project, mail)
    await is_ready(project, mail.name)
    await is_ready(project, "Crane – plans.txt")
    await row_of(project, mail.name).get_by_role("button", name="Actions for").click()
    await project.get_by_role("menuitem", name="Delete").click()
    await expect(project.get_by_role("dialog")).to_contain_text("what came with it alone")
    await project.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(row_of(project, "Crane – plans.txt")).to_have_count(0)
