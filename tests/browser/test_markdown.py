"""The renderer in a real browser: text from documents and models can't act, at any prefix."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Page, Request

from tests.browser.running_server import RunningServer

HOSTILE = (Path(__file__).parent / "hostile.md").read_text("utf-8")
EVIL = "evil.example"
NODES = {
    "P", "H3", "H4", "H5", "H6", "HR", "PRE", "CODE", "BLOCKQUOTE", "UL", "OL", "LI", "DIV",
    "TABLE", "THEAD", "TBODY", "TR", "TH", "TD", "STRONG", "EM", "S", "BR", "A", "SPAN", "BUTTON",
}  # fmt: skip
_PREFIXES = (Path(__file__).parent / "prefixes.js").read_text("utf-8")


async def render(
    page: Page, served: RunningServer, text: str, *, hosts: Sequence[str] = (EVIL,)
) -> dict[str, Any]:
    """What was met at every prefix of a text, in an answer whose sources lie on these hosts."""
    await page.goto(f"{served.url}/app/sign-in")
    await page.get_by_role("heading", level=1).wait_for()
    found = re.search(r"/app/assets/\w+", await page.content())
    assert found
    result: dict[str, Any] = await page.evaluate(_PREFIXES, [found[0], text, list(hosts)])
    return result


async def test_no_prefix_of_hostile_markdown_runs_or_fetches_anything(
    page: Page, served: RunningServer
) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(urlsplit(request.url).netloc)

    page.on("request", note)
    seen = await render(page, served, HOSTILE)
    assert set(asked) == {urlsplit(served.url).netloc}
    assert seen["hit"] is None
    assert set(seen["nodes"]) <= NODES
    assert not {name for name in seen["attributes"] if name.startswith("on") or name == "style"}
    assert "src" not in seen["attributes"]


async def test_every_link_is_http_names_its_host_and_gives_nothing_away(
    page: Page, served: RunningServer
) -> None:
    seen = await render(page, served, HOSTILE)
    assert seen["links"]
    for link in seen["links"]:
        address, _, beside = link.partition(" noopener noreferrer nofollow ")
        host = urlsplit(address).netloc
        assert address.startswith(("https://", "http://"))
        assert host in beside


async def test_no_heading_skips_a_level_whatever_the_text_began_with(
    page: Page, served: RunningServer
) -> None:
    text = "### one\n\n# two\n\n##### three\n\n###### four\n\n- #### five\n"
    seen = await render(page, served, text)
    ranks = re.findall(r"<h(\d)[^>]*>(\w+)", seen["html"])
    assert ranks == [("3", "one"), ("3", "two"), ("4", "three"), ("5", "four"), ("3", "five")]


async def test_no_link_leads_where_no_search_has_been(page: Page, served: RunningServer) -> None:
    text = (
        "[a](https://found.example/x) [b](https://evil.example/?q=secret) <https://evil.example/> "
        "https://evil.example/bare [c](https://found.example.evil.example/) "
        "[d](https://found.example:8443/) **[e](https://evil.example/e)**"
    )
    seen = await render(page, served, text, hosts=["found.example"])
    assert "https://found.example/x" in {link.split(" ")[0] for link in seen["links"]}
    assert {urlsplit(link.split(" ")[0]).netloc for link in seen["links"]} == {"found.example"}
    # Nothing is hidden: whoever wants to go there reads where that is.
    assert 'b<span class="host"> (https://evil.example/?q=secret)</span>' in seen["html"]
    assert "https://evil.example/bare" in seen["html"]
    hostile = await render(page, served, HOSTILE, hosts=[])
    assert (hostile["links"], hostile["differs"]) == ([], None)


async def test_a_growing_text_looks_at_each_step_as_if_rendered_at_once(
    page: Page, served: RunningServer
) -> None:
    seen = await render(page, served, HOSTILE)
    assert seen["differs"] is None


async def test_common_markdown_becomes_its_elements(page: Page, served: RunningServer) -> None:
    text = (
        "## Title\n\nOne **two** *three* `four` [1].\n\n- a\n  - b\n- c\n\n3. x\n4. y\n\n"
        "> quoted\n\n| k | v |\n|---|--:|\n| a | 1 |\n\n```python\nx = 1\n```\n\n"
        "2 * 3 * 4 and a_b_c"
    )
    html = (await render(page, served, text))["html"]
    for piece in (
        "<h3", "<strong>two</strong>", "<em>three</em>", "<code>four</code>", "<button>1</button>",
        "<li>a<ul", "<li>b</li>", 'start="3"', "<blockquote", 'scope="col"', 'data-align="end"',
        "x = 1", "2 * 3 * 4 and a_b_c",
    ):  # fmt: skip
        assert piece in html, piece


async def test_a_megabyte_of_unclosed_markers_renders_in_time(
    page: Page, served: RunningServer
) -> None:
    await page.goto(f"{served.url}/app/sign-in")
    await page.get_by_role("heading", level=1).wait_for()
    found = re.search(r"/app/assets/\w+", await page.content())
    assert found
    slowest = await page.evaluate(
        """async (folder) => {
          const { MarkdownView } = await import(`${folder}/js/markdown/render.js`);
          const pieces = ["*a ", "[", "`x ``y ", "**_~~", "> ", "- ", "|a|b\\n", "![a]("];
          const texts = [...pieces, "<http://", "__a*"].map((piece) => piece.repeat(20000));
          let slowest = 0;
          for (const text of texts) {
            const before = performance.now();
            new MarkdownView(document.createElement("div")).show(text);
            slowest = Math.max(slowest, performance.now() - before);
          }
          return slowest;
        }""",
        found[0],
    )
    assert slowest < 2000
