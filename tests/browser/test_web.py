"""Answers from the web, on the real server, with a search on loopback."""

import re
from urllib.parse import urlsplit

from playwright.async_api import Locator, Page, Request, expect

from tests.browser.accessibility import violations
from tests.browser.running_server import RunningServer
from tests.browser.screens import answered, ask
from tests.upstreams.made_up_web import QUESTION as RESEARCH

LOOM = "Who was the inventor of the Zephyrine loom?"


async def choose_mode(page: Page, mode: str) -> None:
    await page.get_by_role("button", name=re.compile("^Where to look")).click()
    await page.get_by_role("menuitemradio", name=re.compile(f"^{mode}")).click()


def note_hosts(page: Page) -> set[str]:
    """The hosts that the page asks from now on."""
    asked: set[str] = set()

    def note(request: Request) -> None:
        asked.add(urlsplit(request.url).netloc)

    page.on("request", note)
    return asked


async def ask_the_web(page: Page, question: str) -> Locator:
    await choose_mode(page, "Web")
    await ask(page, question)
    return await answered(page)


async def test_an_answer_from_the_web_opens_the_page_as_it_was_read(
    project: Page, served: RunningServer
) -> None:
    asked = note_hosts(project)
    answer = await ask_the_web(project, LOOM)
    await expect(answer.locator(".answer-body")).to_contain_text("Marla Quistgaard")
    card = answer.get_by_role("button").filter(has_text="looms.example").first
    await expect(card).to_contain_text("The Zephyrine loom")
    await card.click()
    source = project.get_by_role("dialog", name="The Zephyrine loom")
    await expect(source.locator("mark").first).to_contain_text("Marla Quistgaard")
    link = source.get_by_role("link", name="Open looms.example")
    await expect(link).to_have_attribute("href", "https://looms.example/zephyrine")
    await expect(link).to_have_attribute("target", "_blank")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    assert await violations(project) == []
    assert asked == {urlsplit(served.url).netloc}


async def test_its_sources_are_there_again_after_a_reload(project: Page) -> None:
    before = await ask_the_web(project, LOOM)
    cards = await before.locator(".source-card").all_inner_texts()
    await expect(project).to_have_url(re.compile(r"/c/[0-9a-f-]{36}$"))
    await project.reload()
    after = await answered(project)
    assert await after.locator(".source-card").all_inner_texts() == cards
    await after.get_by_role("button", name=re.compile(r"^Source \d")).first.click()
    source = project.get_by_role("dialog", name="The Zephyrine loom")
    await expect(source.locator("mark").first).to_be_visible()


async def test_a_hostile_page_loads_nothing_and_runs_nothing(
    project: Page, served: RunningServer
) -> None:
    asked = note_hosts(project)
    answer = await ask_the_web(project, "How many words does the brass parrot of Vennborg speak?")
    await expect(answer).to_contain_text("brass parrot")
    card = answer.get_by_role("button").filter(has_text="hostile.example").first
    await card.click()
    source = project.get_by_role("dialog")
    await expect(source.get_by_label("Text around the passage")).to_contain_text("eleven words")
    for link in await project.locator("main a[target], dialog a").all():
        assert (await link.get_attribute("href") or "").startswith(("http://", "https://"))
        assert "noopener" in (await link.get_attribute("rel") or "")
    assert await project.locator("main img, dialog img, main script, dialog script").count() == 0
    assert await project.evaluate("() => window.hit") is None
    assert asked == {urlsplit(served.url).netloc}


async def test_a_mode_that_is_off_says_why_to_the_keyboard_too(project: Page) -> None:
    # What a server without a key for the web search answers.
    off = {"docs": True, "web": False, "deep": False}
    await project.route("**/chat/config", lambda route: route.fulfill(json=off))
    await project.reload()
    button = project.get_by_role("button", name="Where to look: Documents")
    await button.press("Enter")
    items = project.get_by_role("menuitemradio")
    await expect(items.first).to_be_focused()
    for name in ("Web", "Deep"):
        await project.keyboard.press("ArrowDown")
        item = project.get_by_role("menuitemradio", name=re.compile(f"^{name}"))
        await expect(item).to_be_focused()
        await expect(item).to_have_attribute("aria-disabled", "true")
        await expect(item).to_contain_text("no key for web search")
        await project.keyboard.press("Enter")
    assert await violations(project) == []
    await project.keyboard.press("Escape")
    await expect(button).to_be_focused()


async def test_the_mode_that_was_chosen_goes_on_with_the_conversation(project: Page) -> None:
    await ask_the_web(project, LOOM)
    await expect(project.get_by_role("button", name="Where to look: Web")).to_be_visible()


async def test_a_research_unfolds_while_it_goes_on_and_folds_into_a_line(
    project: Page, served: RunningServer
) -> None:
    await choose_mode(project, "Deep")
    await ask(project, f"{RESEARCH[:-1]} gate7f3a?")
    answer = project.get_by_role("article", name="Answer")
    steps = answer.get_by_role("region", name="Steps of this answer")
    # Its searches go side by side: while one is held, another may be reading already.
    await expect(steps).to_contain_text(re.compile("Search(ing|ed) “.*gate7f3a"))
    await expect(steps.locator("[data-now]")).to_have_count(1)
    toggle = answer.get_by_role("button", name=re.compile("^Researching"))
    await expect(toggle).to_have_attribute("aria-expanded", "true")
    assert await violations(project) == []
    (served.folder / "gate7f3a").touch()
    await answered(project)
    await expect(answer.locator(".answer-body")).to_contain_text("1483")
    await expect(steps).to_be_hidden()
    toggle = answer.get_by_role("button", name=re.compile(r"^Researched: \d+ searches, \d+ pages$"))
    await expect(toggle).to_have_attribute("aria-expanded", "false")
    await toggle.press("Enter")
    await expect(steps).to_contain_text("towns.example: Oltenmere")
    await expect(steps.locator("[data-now]")).to_have_count(0)
    assert await violations(project) == []
    await expect(project).to_have_url(re.compile(r"/c/[0-9a-f-]{36}$"))
    await project.reload()
    await answer.get_by_role("button", name="How this was researched").press("Enter")
    await expect(steps).to_contain_text("towns.example: Oltenmere")
    await expect(toggle).to_have_attribute("aria-expanded", "true")


async def test_a_research_can_be_stopped_in_the_middle(project: Page) -> None:
    await choose_mode(project, "Deep")
    await ask(project, "Where is the closed gate0dead of Vennborg?")
    answer = project.get_by_role("article", name="Answer")
    await expect(answer.get_by_role("region", name="Steps of this answer")).to_be_visible()
    await project.get_by_role("button", name="Stop the answer").click()
    await expect(answer).to_contain_text("You stopped this answer.")
    await expect(answer.get_by_role("region", name="Steps of this answer")).to_be_hidden()
    await expect(answer.get_by_role("button", name=re.compile("^Researched"))).to_be_visible()
