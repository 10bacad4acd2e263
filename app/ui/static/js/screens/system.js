// Health: what this server finds wrong with itself, and which page mends it.
import { announce } from "../announce.js";
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { pause } from "../client.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { settingsSide } from "../settings.js";
import { openShell } from "../shell.js";
import { checkGroups, verdict } from "../system/checks.js";
import { embeddingPanel } from "../system/embedding.js";
import { ago } from "../words.js";

const LOOK_MS = 3000;

class SystemScreen {
  #left = new AbortController();

  constructor() {
    this.again = h("button", { type: "button", class: "button", on: { click: () => this.check() } }, icon("reload"), "Run again");
    this.verdict = h("p", { class: "verdict" });
    this.checks = h("div", { class: "stack" });
    this.embedding = h("div");
    this.element = h("div", { class: "page" }, h("div", { class: "column narrow" },
      h("header", { class: "page-head" }, h("div", {}, h("h1", {}, "Health"), h("p", { class: "muted" }, "What this server finds when it looks at itself. On the command line, lumen doctor says the same.")), this.again),
      this.verdict, this.checks, this.embedding));
  }

  async check() {
    if (this.again.getAttribute("aria-busy") === "true") return;
    this.again.setAttribute("aria-busy", "true");
    if (!this.checks.children.length) fill(this.checks, h("ul", { class: "check-list" }, [1, 2, 3, 4].map(() => h("li", { class: "check-line" }, h("div", { class: "grow skeleton" })))));
    try {
      const { checks, checkedAt } = await get("/system/checks");
      const words = verdict(checks);
      fill(this.verdict, h("strong", {}, words), h("span", { class: "muted small" }, ` Looked ${ago(checkedAt)}.`));
      fill(this.checks, checks.length ? checkGroups(checks) : h("p", { class: "muted" }, "There is nothing to check."));
      announce(words);
    } catch (error) {
      fill(this.verdict);
      fill(this.checks, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.check() } }, icon("reload"), "Try again")));
    } finally {
      this.again.removeAttribute("aria-busy");
    }
  }

  /** Shown at once, and looked at again for as long as a new model fills. */
  async watch() {
    const { signal } = this.#left;
    for (;;) {
      try {
        const state = await get("/system/embedding", { signal });
        fill(this.embedding, embeddingPanel(state));
        if (!state.next) return;
      } catch (error) {
        if (signal.aborted) return;
        fill(this.embedding, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.watch() } }, icon("reload"), "Try again")));
        return;
      }
      await pause(LOOK_MS, signal);
      if (signal.aborted) return;
    }
  }

  dispose() {
    this.#left.abort();
  }
}

export async function systemScreen() {
  const screen = new SystemScreen();
  openShell({ title: "Health", side: settingsSide(), content: screen.element });
  screen.watch();
  await screen.check();
  return screen;
}
