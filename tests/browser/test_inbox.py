"""The inbox and the webhooks of a project, as the people see them who answer customers."""

from uuid import UUID

from playwright.async_api import Locator, Page, expect

from tests.browser.accessibility import violations
from tests.browser.customers import new_customer
from tests.browser.running_server import RunningServer
from tests.upstreams.webhook_receiver import WebhookReceiver


def _project(page: Page) -> UUID:
    return UUID(page.url.rsplit("/", 1)[1])


async def _opened(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Project actions").click()
    await page.get_by_role("menuitem", name=name).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name)


async def _fits(page: Page) -> None:
    await page.set_viewport_size({"width": 320, "height": 640})
    assert await violations(page) == []
    over: int = await page.evaluate("() => document.documentElement.scrollWidth - innerWidth")
    assert over <= 0


async def _reply_and_note(thread: Locator, said: Locator) -> None:
    body = thread.get_by_label("Write to the customer")
    await body.fill("Good morning, what can I do?")
    await body.press("Enter")
    await expect(said).to_have_count(2)
    await thread.get_by_label("A note for people here").check()
    await thread.get_by_label("Write to people here").fill("He called yesterday as well.")
    await thread.get_by_role("button", name="Keep the note").click()
    await expect(said).to_have_count(3)
    await expect(said.last).to_contain_text("only people here see this")


async def test_a_customer_who_waits_is_answered_live_and_given_back(
    project: Page, served: RunningServer
) -> None:
    customer = await new_customer(served, _project(project), "customer-42")
    await _opened(project, "Inbox")
    await expect(project.get_by_text("Nobody waits for a person.")).to_be_visible()
    assert await violations(project) == []
    await customer.says("Can I talk to a human?")
    await customer.asks_for_a_person()
    row = project.get_by_role("button", name="customer-42")
    await expect(row.get_by_label("1 unread message")).to_be_visible()
    await row.click()
    thread = project.get_by_role("region", name="Conversation")
    await expect(thread.get_by_text("For people: asked for a person")).to_be_visible()
    await expect(row.get_by_label("1 unread message")).to_be_hidden()
    said = thread.get_by_role("list", name="What was said").locator("> li")
    await _reply_and_note(thread, said)
    await customer.says("When is my parcel here?")
    await expect(said).to_have_count(4)
    assert await violations(project) == []
    await thread.get_by_role("button", name="Give back to the assistant").click()
    await expect(thread.get_by_text("With the assistant")).to_be_visible()
    await thread.get_by_role("button", name="Resolve").click()
    await project.get_by_role("radio", name="Resolved").check()
    await expect(project.get_by_role("button", name="customer-42")).to_be_visible()
    await _fits(project)
    await _one_at_a_time(project)
    await customer.database.close()


async def _one_at_a_time(page: Page) -> None:
    """Where there is room for the list or the conversation: there and back by keyboard."""
    row = page.get_by_role("button", name="customer-42")
    await expect(row).to_be_hidden()
    await page.get_by_role("button", name="All conversations").press("Enter")
    await expect(page.get_by_role("region", name="Conversation")).to_have_count(0)
    await expect(row).to_be_focused()
    assert await violations(page) == []
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="All conversations")).to_be_focused()
    await expect(page.get_by_label("Write to the customer")).to_be_visible()


async def _add_webhook(page: Page, receiver: WebhookReceiver) -> str:
    """Try an address that is refused, then the receiver's; the secret."""
    await page.get_by_role("button", name="Add a webhook").click()
    await page.get_by_label("Address").fill("http://169.254.169.254/hook")
    await page.get_by_role("button", name="Add the webhook").click()
    await expect(page.get_by_text("never allowed")).to_be_visible()
    await page.get_by_label("Address").fill(receiver.url)
    assert await violations(page) == []
    await page.get_by_role("button", name="Add the webhook").click()
    secret = await page.get_by_label("Secret of the webhook").input_value()
    await page.get_by_role("button", name="Done").click()
    return secret


async def _logged(panel: Locator, state: str) -> Locator:
    """The one entry of the log, once it says so."""
    entry = panel.locator(".webhook-log summary")
    await expect(entry).to_have_count(1)
    while state not in await entry.inner_text():
        await panel.get_by_role("button", name="Look again").click()
    return entry


async def test_a_webhook_shows_its_secret_once_and_what_was_sent(
    project: Page, served: RunningServer
) -> None:
    customer = await new_customer(served, _project(project), "customer-7")
    async with WebhookReceiver(answers=[410]) as receiver:
        await _opened(project, "Webhooks")
        await expect(project.get_by_text("No other system hears of it yet")).to_be_visible()
        secret = await _add_webhook(project, receiver)
        assert secret.startswith("whsec_")
        await customer.asks_for_a_person()
        panel = project.get_by_role("region", name="Webhook at")
        await expect(panel).to_contain_text(f"Secret ends in {secret[-4:]}")
        await panel.get_by_text("What was sent").click()
        await _logged(panel, "Given up")
        await project.reload()
        await expect(panel).to_contain_text("gone for good (410)")
        await panel.get_by_role("button", name="Actions for").click()
        await project.get_by_role("menuitem", name="Switch on").click()
        await expect(panel.get_by_text("On", exact=True)).to_be_visible()
        await panel.get_by_text("What was sent").click()
        await panel.locator(".webhook-log summary").click()
        await panel.get_by_role("button", name="Send again").click()
        await (await _logged(panel, "Delivered")).click()
        assert await violations(project) == []
        await _fits(project)
    await customer.database.close()
