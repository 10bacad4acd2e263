"""The website widget on somebody else's site, against a server that does what a test says."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import BrowserContext, Request, expect

from tests.browser.accessibility import violations
from tests.browser.conftest import SMALL
from tests.browser.foreign_site import LOUD, ForeignSite
from tests.browser.widget_page import ask, entries, opened, visit
from tests.upstreams.lumika_server import LumikaServer, message
from tests.waiting import eventually, eventually_async

HOSTILE = (Path(__file__).parent / "hostile.md").read_text("utf-8")
CITATIONS: list[dict[str, Any]] = [
    {
        "index": 1, "documentName": "lighthouse report.pdf", "pageNumber": 2, "support": "exact",
        "quote": "Its lamp consumed 4,120 litres of oil in total.",
    },
    {
        "index": 2, "documentName": "handbook.md", "pageNumber": None, "support": "weak",
        "quote": "The lens was cleaned every morning.",
    },
]  # fmt: skip


def keys(lumika: LumikaServer) -> set[str]:
    """The conversation keys that the server was asked with."""
    queries = [parse_qs(urlsplit(path).query) for path in lumika.seen]
    return {query["conversationId"][0] for query in queries if "conversationId" in query}


async def test_one_line_is_all_a_page_with_a_strict_policy_needs(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    blocked: list[str] = []
    visitor.on("console", lambda line: blocked.append(line.text) if line.type == "error" else None)
    lumika.script.pieces = ["The lamp burned **4,120 litres** [1]", " of oil, it seems [2]."]
    lumika.script.citations = CITATIONS
    page = await visit(visitor, site.url)
    panel = await opened(page)
    await expect(panel.get_by_label("Your message")).to_be_focused()
    await ask(panel, "How many litres?")
    await expect(panel.locator(".said")).to_have_text("How many litres?")
    answer = panel.locator(".answer")
    await expect(answer.locator("strong")).to_have_text("4,120 litres")
    await panel.get_by_role("button", name="Source 1: lighthouse report.pdf, Page 2").click()
    await expect(panel.get_by_text("Its lamp consumed 4,120")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Answer: The lamp")).to_be_attached()
    assert blocked == []
    assert lumika.script.asked == ["How many litres?"]


async def test_the_shadow_root_is_closed_and_the_mount_is_one(
    visitor: BrowserContext, site: ForeignSite
) -> None:
    site.tags = 2
    page = await visitor.new_page()
    await page.goto(site.url)
    hosts = page.locator("lumen-chat")
    await expect(hosts).to_have_count(1)
    assert await hosts.evaluate("(host) => host.shadowRoot") is None
    # A single-page app puts the tag in again with each of its pages.
    await page.evaluate(
        """() => new Promise((done) => {
          const tag = document.createElement("script"), old = document.querySelector("script");
          tag.src = old.src;
          tag.dataset.integrationToken = old.dataset.integrationToken;
          tag.onload = done;
          document.body.replaceChildren(tag);
        })"""
    )
    await expect(hosts).to_have_count(1)


async def test_no_style_of_the_page_reaches_the_widget(
    visitor: BrowserContext, site: ForeignSite
) -> None:
    look = """(root) => [...root.querySelectorAll("*")].map((element) => {
      const { color, backgroundColor, fontSize, fontFamily, display, opacity, transform,
              letterSpacing, textTransform, position } = getComputedStyle(element);
      const { width, height } = element.getBoundingClientRect();
      return [element.className, color, backgroundColor, fontSize, fontFamily, display, opacity,
              transform, letterSpacing, textTransform, position, width, height].join("|");
    })"""
    looks: list[object] = []
    for css in ("", LOUD):
        site.css = css
        page = await visit(visitor, site.url)
        await page.emulate_media(reduced_motion="reduce")
        panel = await opened(page)
        await ask(panel, "How?")
        await expect(panel.locator(".answer strong")).to_be_visible()
        looks.append(await page.locator("lumen-chat .lumen").evaluate(look))
        await page.evaluate("() => localStorage.clear()")
        await page.close()
    assert looks[0] == looks[1]


async def test_no_prefix_of_a_hostile_answer_runs_or_fetches_anything(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    asked: set[str] = set()
    visitor.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    # Each delta is a prefix that is shown.
    lumika.script.pieces = re.findall(r"(?s).{1,7}", HOSTILE)
    lumika.script.packet = 11
    page = await visit(visitor, site.url)
    panel = await opened(page)
    await ask(panel, "What does it say?")
    await expect(panel.locator(".answer")).not_to_have_attribute("data-live", "", timeout=30_000)
    await expect(panel.locator(".answer > *").nth(3)).to_be_attached()
    assert asked == {urlsplit(lumika.url).netloc, urlsplit(site.url).netloc}
    assert await page.evaluate("() => window.hit") is None
    assert (
        await panel.locator(".answer a, .answer img, .answer script, .answer iframe").count() == 0
    )


async def test_a_character_cut_in_two_arrives_whole(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    lumika.script.pieces = ["Zwölf 🗼", " \u2028 Türme"]
    lumika.script.packet = 1
    panel = await opened(await visit(visitor, site.url))
    await ask(panel, "Wie viele?")
    await expect(panel.locator(".answer")).to_contain_text("Zwölf 🗼")
    await expect(panel.locator(".answer")).to_contain_text("Türme")


async def test_the_thread_and_its_sources_outlive_a_reload(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    lumika.script.pieces = ["It burned oil [1]."]
    lumika.script.citations = CITATIONS[:1]
    page = await visit(visitor, site.url)
    panel = await opened(page)
    await ask(panel, "What did it burn?")
    await expect(panel.get_by_role("button", name="Source 1")).to_be_visible()
    await page.reload()
    panel = await opened(page)
    await expect(entries(panel)).to_have_count(2)
    await expect(panel.locator(".said")).to_have_text("What did it burn?")
    await expect(panel.get_by_role("button", name="Source 1")).to_be_visible()
    # Told by the server: what this browser keeps is a key and a place.
    kept = await page.evaluate("() => Object.values(localStorage).map((each) => JSON.parse(each))")
    assert [set(each) for each in kept] == [{"key", "lastSeen"}]
    (key,) = keys(lumika)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", key)


async def test_a_long_thread_opens_at_its_end(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    lumika.script.pieces = ["A line of the answer.\n\n" * 60]
    page = await visit(visitor, site.url)
    await ask(await opened(page), "How long?")
    await page.reload()
    panel = await opened(page)
    await expect(panel.locator(".answer p")).to_have_count(60)
    await expect(panel.locator(".answer p").last).to_be_in_viewport(ratio=1)
    left = "(box) => box.scrollHeight - box.scrollTop - box.clientHeight"
    scroller = panel.locator(".scroller")
    await eventually_async(lambda: scroller.evaluate(f"async (box) => ({left})(box) < 2 || null"))


async def test_an_answer_cut_off_goes_on_and_is_asked_once(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    lumika.script.pieces = ["one ", "two ", "three ", "four"]
    lumika.script.cut = True
    lumika.script.gate.clear()
    panel = await opened(await visit(visitor, site.url))
    await ask(panel, "Count.")
    await expect(panel.locator(".answer")).to_have_text("one two")
    lumika.script.gate.set()
    await expect(panel.locator(".answer")).to_have_text("one two three four")
    assert lumika.script.asked == ["Count."]


async def test_a_question_that_arrived_before_the_connection_broke_is_not_asked_again(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    lumika.script.dropped = True
    page = await visit(visitor, site.url)
    await page.clock.install()
    panel = await opened(page)
    await ask(panel, "Did this arrive?")
    await expect(panel.get_by_text("Your message has arrived.")).to_be_visible()
    await page.clock.run_for(6_000)
    await expect(panel.locator(".answer strong")).to_be_visible()
    await expect(entries(panel)).to_have_count(2)
    assert lumika.script.asked == ["Did this arrive?"]


async def test_an_operator_answers_at_the_next_look_and_the_launcher_counts_it(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    lumika.script.notice = "A person will answer here."
    page = await visit(visitor, site.url)
    await page.clock.install()
    panel = await opened(page)
    await ask(panel, "A person, please.")
    await expect(panel.locator(".answer")).to_have_text("A person will answer here.")
    (key,) = lumika.script.messages
    lumika.script.messages[key].append(message("assistant", "Good morning, this is Morag."))
    await page.clock.run_for(6_000)
    await expect(panel.get_by_text("Good morning, this is Morag.")).to_be_visible()
    await expect(panel.locator(".said")).to_have_count(1)
    await page.keyboard.press("Escape")
    lumika.script.messages[key].append(message("assistant", "Are you there?"))
    await page.clock.run_for(31_000)
    await expect(page.get_by_role("button", name="Ask us. New messages: 1")).to_be_visible()
    await page.get_by_role("button", name="Ask us. New messages: 1").click()
    await expect(panel.get_by_text("Are you there?")).to_be_visible()


async def test_looks_become_rarer_while_nothing_happens(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    page = await visit(visitor, site.url)
    await page.clock.install()
    panel = await opened(page)
    await ask(panel, "How?")
    await expect(panel.locator(".answer strong")).to_be_visible()
    await expect(panel.get_by_role("button", name="Stop the answer")).to_be_hidden()
    under_way = set[Request]()

    def begins(request: Request) -> None:
        under_way.add(request)

    def ends(request: Request) -> None:
        under_way.discard(request)

    page.on("request", begins)
    page.on("requestfinished", ends)
    page.on("requestfailed", ends)

    async def looks(seconds: int) -> int:
        before = len(lumika.seen)
        for _ in range(seconds):
            await page.clock.run_for(1_000)
            # Lets the answer of a look arrive and be read, as it would within a second.
            await page.evaluate("() => fetch('/none').catch(() => null)")
            await eventually(lambda: not under_way)
        return len(lumika.seen) - before

    first, later = await looks(40), await looks(600)
    assert 6 <= first <= 9
    assert later < 600 / 15


async def test_a_new_conversation_has_a_new_key_once_it_is_wanted(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    panel = await opened(await visit(visitor, site.url))
    await ask(panel, "One?")
    await expect(panel.locator(".answer strong")).to_be_visible()
    await panel.get_by_role("button", name="New conversation").click()
    await panel.get_by_role("button", name="Keep this one").click()
    await expect(entries(panel)).to_have_count(2)
    await panel.get_by_role("button", name="New conversation").click()
    await panel.get_by_role("button", name="Begin anew").click()
    await expect(entries(panel)).to_have_count(0)
    await ask(panel, "Two?")
    await expect(panel.locator(".answer strong")).to_be_visible()
    assert len(keys(lumika)) == 2


async def test_the_keyboard_stays_in_the_panel_and_its_keys_out_of_the_page(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    lumika.script.citations = CITATIONS
    lumika.script.pieces = ["Oil [1] and vinegar [2]."]
    page = await visit(visitor, site.url)
    await page.evaluate(
        "() => { window.keys = []; addEventListener('keydown', (e) => window.keys.push(e.key)); }"
    )
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Ask us")).to_be_focused()
    await page.keyboard.press("Enter")
    panel = page.get_by_role("dialog", name="Ask us")
    await expect(panel.get_by_label("Your message")).to_be_focused()
    await ask(panel, "n?")
    await expect(panel.get_by_role("button", name="Source 2")).to_be_visible()
    names: list[str] = []
    focused = """() => {
      const { activeElement } = document.querySelector("lumen-chat").shadowRoot;
      return activeElement?.getAttribute("aria-label") ?? activeElement?.textContent ?? "";
    }"""
    for _ in range(8):
        await page.keyboard.press("Tab")
        names.append(await page.evaluate(focused))
    assert "" not in names
    assert names[0] == "Send"
    assert names[7] == "Your message"
    await page.keyboard.press("Shift+Tab")
    assert await page.evaluate(focused) == names[6]
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(page.get_by_role("button", name="Ask us")).to_be_focused()
    heard = await page.evaluate("() => window.keys")
    assert set(heard) <= {"Tab", "Enter"}
    assert heard.count("Tab") == 1


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
async def test_the_widget_is_accessible_wide_and_narrow_in_both_directions(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite, direction: str
) -> None:
    site.direction = direction
    site.attributes["data-accent-color"] = "#d97706"
    lumika.script.citations = CITATIONS
    lumika.script.pieces = ["Oil [1] and *vinegar* [2].\n\n- one\n- two\n\n|a|b|\n|-|-|\n|1|2|\n"]
    page = await visit(visitor, site.url)
    assert await violations(page) == []
    panel = await opened(page)
    assert await violations(page) == []
    await ask(panel, "What?")
    await panel.get_by_role("button", name="Source 1").click()
    assert await violations(page) == []
    await panel.get_by_role("button", name="New conversation").click()
    assert await violations(page) == []
    box = await panel.bounding_box()
    assert box
    assert (box["x"] < SMALL["width"] / 2) == (direction == "rtl")
    await page.set_viewport_size({"width": 320, "height": 568})
    assert await violations(page) == []
    narrow = await panel.bounding_box()
    assert narrow == {"x": 0, "y": 0, "width": 320, "height": 568}
    overflow = "(box) => box.scrollWidth - box.clientWidth"
    assert await panel.evaluate(overflow) == 0


async def test_the_tag_says_title_welcome_place_and_colour(
    visitor: BrowserContext, site: ForeignSite
) -> None:
    site.attributes |= {
        "data-title": "Ask the <b>museum</b>",
        "data-welcome-message": "Welcome aboard.",
        "data-position": "bottom-left",
        "data-accent-color": "oklch(0.9 0.15 100)",
    }
    page = await visit(visitor, site.url)
    launcher = page.get_by_role("button", name="Ask the <b>museum</b>")
    box = await launcher.bounding_box()
    assert box
    assert box["x"] == 20
    ink = await launcher.evaluate("(button) => getComputedStyle(button).color")
    assert ink == "rgb(20, 18, 15)"
    panel = await opened(page, "Ask the <b>museum</b>")
    await expect(panel.get_by_text("Welcome aboard.")).to_be_visible()


@pytest.mark.parametrize("colour", ["red; display: none", "var(--x)", "url(//evil.example)", "no"])
async def test_what_is_no_colour_changes_nothing(
    visitor: BrowserContext, site: ForeignSite, colour: str
) -> None:
    site.attributes["data-accent-color"] = colour
    page = await visit(visitor, site.url)
    launcher = page.get_by_role("button", name="Ask us")
    ground = await launcher.evaluate("(button) => getComputedStyle(button).backgroundColor")
    assert ground == "rgb(29, 95, 85)"


async def test_two_tabs_are_in_one_conversation(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    first, second = await visit(visitor, site.url), await visit(visitor, site.url)
    there, here = await opened(second), await opened(first)
    await ask(here, "One?")
    await expect(here.locator(".answer strong")).to_be_visible()
    await expect(entries(there)).to_have_count(2, timeout=30_000)
    assert len(keys(lumika)) == 1


async def test_nothing_is_asked_of_the_server_before_somebody_writes(
    visitor: BrowserContext, lumika: LumikaServer, site: ForeignSite
) -> None:
    page = await visit(visitor, site.url)
    await opened(page)
    await eventually(lambda: lumika.seen)
    assert [urlsplit(path).path for path in lumika.seen] == ["/widget.js"]
    assert json.loads(await page.evaluate("() => JSON.stringify(localStorage)")) == {}
