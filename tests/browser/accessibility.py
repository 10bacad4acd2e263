"""axe-core over a page, in both colour schemes."""

from pathlib import Path
from typing import Any

from playwright.async_api import Page

_AXE = Path(__file__).parent / "vendor" / "axe.min.js"
_RUN = (Path(__file__).parent / "axe.js").read_text("utf-8")
# Two frames: the first is drawn in the new scheme, which may begin fades; these are ended, and what
# they begin in turn.
_SETTLED = """() => new Promise((done) => {
  const isFinite = (each) => Number.isFinite(each.effect?.getComputedTiming().endTime);
  const settle = () => {
    const running = document.getAnimations().filter((each) => each.playState === "running");
    const fades = running.filter(isFinite);
    for (const each of fades) each.finish();
    requestAnimationFrame(fades.length ? settle : done);
  };
  requestAnimationFrame(() => requestAnimationFrame(settle));
})"""


async def violations(page: Page) -> list[str]:
    """What axe finds wrong, light and dark, each with where it is; empty is right."""
    found: list[str] = []
    if not await page.evaluate("() => 'axe' in window"):
        # Through the debugger, which the page's own policy does not bind.
        await page.evaluate(_AXE.read_text("utf-8"))
    for scheme in ("light", "dark"):
        # Reduced motion: nothing is measured half-way through a fade.
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.evaluate(_SETTLED)
        results: list[Any] = await page.evaluate(_RUN)
        found += [f"{scheme}: {result}" for result in results]
    return found
