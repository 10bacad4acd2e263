"""The widget speaks the page's language."""

import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import SMALL
from tests.browser.foreign_site import ForeignSite
from tests.browser.widget_page import visit
from tests.upstreams.lumika_server import LumikaServer


@pytest_asyncio.fixture(loop_scope="session")
async def dutch(chromium: Browser) -> AsyncGenerator[BrowserContext]:
    """A visitor whose browser speaks Dutch."""
    context = await chromium.new_context(viewport=SMALL, locale="nl-NL")
    context.set_default_timeout(15_000)
    yield context
    await context.close()


async def launched(page: Page, title: str) -> None:
    await page.get_by_role("button", name=title).click()
    await expect(page.get_by_role("dialog", name=title)).to_be_visible()


@pytest.mark.parametrize(
    ("said", "of_the_page", "title"),
    [
        (None, "fr-CA", "Posez-nous une question"),
        ("de", "fr", "Fragen Sie uns"),
        (" PT_br ", "fr", "Pergunte-nos"),
        ("de", None, "Fragen Sie uns"),
        (None, None, "Stel uw vraag"),
        (None, "", "Stel uw vraag"),
        # What nobody here speaks is passed over.
        ("tlh", "ja", "お問い合わせ"),
    ],
)
async def test_the_tag_speaks_before_the_page_and_the_page_before_the_browser(
    dutch: BrowserContext, site: ForeignSite, said: str | None, of_the_page: str | None, title: str
) -> None:
    site.language = of_the_page
    if said is not None:
        site.attributes["data-lang"] = said
    await launched(await visit(dutch, site.url), title)


async def test_what_nobody_speaks_is_answered_in_english(
    chromium: Browser, site: ForeignSite
) -> None:
    context = await chromium.new_context(viewport=SMALL, locale="sv-SE")
    site.language = "cy"
    await launched(await visit(context, site.url), "Ask us")
    await context.close()


async def test_the_tags_own_words_win(dutch: BrowserContext, site: ForeignSite) -> None:
    site.language = "de"
    site.attributes |= {"data-title": "Fragen an das Museum", "data-welcome-message": "Moin."}
    page = await visit(dutch, site.url)
    await launched(page, "Fragen an das Museum")
    panel = page.get_by_role("dialog")
    await expect(panel.get_by_text("Moin.")).to_be_visible()
    await expect(panel.get_by_placeholder("Nachricht schreiben")).to_be_focused()


async def test_arabic_stands_from_the_right_on_any_page_and_every_state_has_its_words(
    dutch: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    site.attributes["data-lang"] = "ar"
    lumika.script.pieces = ["احترق الزيت [1]."]
    lumika.script.citations = [
        {"index": 1, "documentName": "t.pdf", "pageNumber": 2, "support": "exact", "quote": "زيت"}
    ]
    page = await visit(dutch, site.url)
    await launched(page, "اسألنا")
    panel = page.get_by_role("dialog")
    box = await panel.bounding_box()
    assert box
    assert box["x"] == 20
    field = panel.get_by_label("رسالتك")
    await field.fill("ماذا؟")
    await field.press("Enter")
    await panel.get_by_role("button", name="المصدر 1: t.pdf, صفحة 2").click()
    await expect(panel.get_by_text("المصادر (1)")).to_be_visible()
    assert await violations(page) == []
    lumika.script.status, lumika.script.headers = 429, {"retry_after": "9"}
    await field.fill("ماذا؟")
    await field.press("Enter")
    await expect(panel.get_by_text("يمكنك السؤال مجددًا بعد 9")).to_be_visible()
    assert await violations(page) == []
    words = (await panel.inner_text()).replace("t.pdf", "")
    assert not re.search("[A-Za-z]", words)


async def test_what_the_server_says_in_english_is_said_in_the_pages_language(
    dutch: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    site.language = "de"
    lumika.script.notice = "A person will answer you here as soon as possible."
    page = await visit(dutch, site.url)
    await launched(page, "Fragen Sie uns")
    field = page.get_by_label("Ihre Nachricht")
    await field.fill("Einen Menschen, bitte.")
    await field.press("Enter")
    await expect(page.locator("lumen-chat .answer")).to_have_text(
        "Hier antwortet Ihnen so bald wie möglich ein Mensch."
    )
