// How much was asked and answered: by person, project, model and integration.
import { announce } from "../announce.js";
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { csvButton } from "../records/csv.js";
import { daysAgo, startOf } from "../records/period.js";
import { segments } from "../records/segments.js";
import { settingsSide } from "../settings.js";
import { openShell } from "../shell.js";
import { counted, dollars, number } from "../words.js";

const BY = [["user", "People", "Person"], ["project", "Projects", "Project"], ["model", "Models", "Model"], ["integration", "Integrations", "Integration"]];
const COLUMNS = [
  { kind: "answers", words: "Answers", value: (row) => number(row.answers) },
  { kind: "fold", words: "Searches", value: (row) => number(row.searches) },
  { kind: "fold", words: "Tokens read", value: (row) => number(row.promptTokens) },
  { kind: "fold", words: "Tokens written", value: (row) => number(row.completionTokens) },
  { kind: "", words: "All tokens", value: (row) => number(row.totalTokens) },
  { kind: "cost", words: "Cost", value: (row) => dollars(row.cost) },
];
const PERIODS = [["7", "7 days"], ["30", "30 days"], ["90", "90 days"], ["custom", "Other days"]];

class UsageScreen {
  #turn = 0;

  constructor() {
    Object.assign(this, { by: "user", period: "30" });
    const changed = { change: () => this.load() };
    this.from = h("input", { type: "date", class: "input quiet", "aria-label": "From", value: daysAgo(29), max: daysAgo(0), on: changed });
    this.to = h("input", { type: "date", class: "input quiet", "aria-label": "To", value: daysAgo(0), max: daysAgo(0), on: changed });
    this.days = h("div", { class: "row", hidden: true }, this.from, h("span", { class: "muted small" }, "to"), this.to);
    this.totals = h("dl", { class: "totals" });
    this.place = h("div", { class: "stack" });
    this.element = h("div", { class: "page" }, h("div", { class: "column" },
      h("header", { class: "page-head" }, h("div", {}, h("h1", {}, "Usage"), h("p", { class: "muted" }, "Answers given, the tokens that models read and wrote for them, and what they cost where a price is known.")),
        csvButton("/usage", () => this.#query(), () => `usage by ${this.by} ${daysAgo(0)}.csv`)),
      h("div", { class: "row wrap usage-controls" },
        segments("Count by", BY, this.by, (by) => { this.by = by; this.load(); }),
        h("span", { class: "grow" }), this.days,
        segments("Period", PERIODS, this.period, (period) => this.#choose(period))),
      this.totals, this.place));
  }

  #choose(period) {
    this.period = period;
    this.days.hidden = period !== "custom";
    this.load();
  }

  #query() {
    const custom = this.period === "custom";
    const from = startOf(custom ? this.from.value : daysAgo(Number(this.period) - 1));
    const to = startOf(custom ? this.to.value : daysAgo(0), 1);
    return Object.fromEntries(Object.entries({ by: this.by, from, to }).filter(([, value]) => value));
  }

  async load() {
    this.#turn += 1;
    const mine = this.#turn;
    if (!this.place.children.length) fill(this.place, h("div", { class: "usage-frame usage-waiting" }, [1, 2, 3].map(() => h("div", { class: "skeleton" }))));
    this.place.setAttribute("aria-busy", "true");
    try {
      const answer = await get(`/usage?${new URLSearchParams(this.#query())}`);
      if (mine === this.#turn) this.#show(answer);
    } catch (error) {
      if (mine !== this.#turn) return;
      fill(this.totals);
      fill(this.place, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.load() } }, icon("reload"), "Try again")));
    } finally {
      if (mine === this.#turn) this.place.removeAttribute("aria-busy");
    }
  }

  #show({ usage, total }) {
    const figures = [["Answers", number(total.answers)], ["Tokens read", number(total.promptTokens)], ["Tokens written", number(total.completionTokens)], ["Web searches", number(total.searches)], ["Cost", dollars(total.cost)]];
    fill(this.totals, usage.length > 0 && figures.map(([name, value]) => h("div", {}, h("dt", { class: "small muted" }, name), h("dd", { class: "numbers" }, value))));
    fill(this.place, usage.length ? this.#table(usage, total) : h("p", { class: "muted" }, "Nothing was asked in this time. Choose a longer one."));
    announce(`${counted(total.answers, "answer")} in this time.`);
  }

  #table(usage, total) {
    const most = Math.max(1, ...usage.map((row) => row.totalTokens));
    const cells = (row) => COLUMNS.map(({ kind, value }) => h("td", { class: ["figure", kind] }, value(row)));
    const [, , title] = BY.find(([value]) => value === this.by);
    const rows = usage.map((row) => h("tr", {},
      h("th", { scope: "row" }, h("span", { class: "usage-name", dir: "auto" }, row.name || "Unknown"), h("span", { class: "share", "aria-hidden": "true", css: { "--share": `${(row.totalTokens / most) * 100}%` } })), cells(row)));
    return h("div", { class: "usage-frame", tabindex: "0", role: "region", "aria-label": "Usage" }, h("table", { class: "usage" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, title), COLUMNS.map(({ kind, words }) => h("th", { scope: "col", class: ["figure", kind] }, words)))),
      h("tbody", {}, rows),
      usage.length > 1 && h("tfoot", {}, h("tr", {}, h("th", { scope: "row" }, "Together"), cells(total)))));
  }
}

export async function usageScreen() {
  const screen = new UsageScreen();
  openShell({ title: "Usage", side: settingsSide(), content: screen.element });
  await screen.load();
}
