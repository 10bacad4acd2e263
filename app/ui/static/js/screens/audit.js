// What was done on this server: by whom, when, and what changed.
import { announce } from "../announce.js";
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { AuditFilters } from "../records/audit-filters.js";
import { csvButton } from "../records/csv.js";
import { auditEntry } from "../records/entry.js";
import { dayOf, daysAgo } from "../records/period.js";
import { settingsSide } from "../settings.js";
import { openShell } from "../shell.js";
import { counted, date } from "../words.js";

const PAGE = 50;

function dayWord(day, iso) {
  return { [daysAgo(0)]: "Today", [daysAgo(1)]: "Yesterday" }[day] ?? date(iso);
}

class AuditScreen {
  #cursor = null;
  #turn = 0;
  #day = null;

  constructor(query) {
    this.filters = new AuditFilters(query, () => this.load());
    this.days = h("div", { class: "stack" });
    this.after = h("div");
    this.element = h("div", { class: "page" }, h("div", { class: "column" },
      h("header", { class: "page-head" }, h("div", {}, h("h1", {}, "Audit log"), h("p", { class: "muted" }, "Who did what, and when. Entries are written once and never changed.")),
        csvButton("/audit-log", () => this.filters.query(), () => `audit ${daysAgo(0)}.csv`)),
      this.filters.element, this.days, this.after));
  }

  async load() {
    this.#turn += 1;
    this.#cursor = null;
    await this.#page(this.#turn, true);
  }

  async #page(mine, fresh) {
    if (fresh) {
      this.days.setAttribute("aria-busy", "true");
      if (!this.days.children.length) fill(this.days, this.#skeleton());
    }
    try {
      const asked = new URLSearchParams({ ...this.filters.query(), limit: String(PAGE), ...(this.#cursor ? { cursor: this.#cursor } : {}) });
      const { entries, nextCursor } = await get(`/audit-log?${asked}`);
      if (mine !== this.#turn) return;
      if (fresh) this.#clear();
      this.#add(entries, !fresh);
      this.#cursor = nextCursor;
      this.#around(entries.length, fresh);
    } catch (error) {
      if (mine !== this.#turn) return;
      if (fresh) this.#clear();
      fill(this.after, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.#page(this.#turn, fresh) } }, icon("reload"), "Try again")));
    } finally {
      if (mine === this.#turn) this.days.removeAttribute("aria-busy");
    }
  }

  #skeleton() {
    return h("ol", { class: "audit-list" }, [1, 2, 3, 4].map(() => h("li", { class: "audit-entry audit-waiting" }, h("div", { class: "skeleton" }))));
  }

  #clear() {
    this.#day = null;
    fill(this.days);
  }

  #add(entries, focus) {
    let first = null;
    for (const entry of entries) {
      const line = auditEntry(entry);
      first ??= line;
      this.#listOf(entry.at).append(line);
    }
    if (focus) first?.querySelector("summary").focus({ preventScroll: true });
  }

  /** The list of the day of `iso`; a new one where the day begins. */
  #listOf(iso) {
    const day = dayOf(new Date(iso));
    if (this.#day !== day) {
      this.#day = day;
      this.days.append(h("section", { class: "audit-day", "aria-label": dayWord(day, iso) }, h("h2", {}, dayWord(day, iso)), h("ol", { class: "audit-list" })));
    }
    return this.days.lastChild.querySelector("ol");
  }

  #around(count, fresh) {
    const empty = fresh && !count;
    const more = h("button", { type: "button", class: "button tight", on: { click: () => this.#page(this.#turn, false) } }, "Show more");
    fill(this.after, empty && this.#empty(), this.#cursor && more);
    if (fresh) announce(empty ? "No entry matches." : `${counted(count, "entry", "entries")}${this.#cursor ? ", and more" : ""}.`);
  }

  #empty() {
    if (!this.filters.any) return h("p", { class: "muted" }, "Nothing has been written yet. Changes of people, access, projects and providers will stand here.");
    return h("div", { class: "stack" }, h("p", { class: "muted" }, "No entry matches. Try other days, or look at everything."),
      h("div", {}, h("button", { type: "button", class: "button tight", on: { click: () => this.filters.clear() } }, "Show everything")));
  }
}

export async function auditScreen(params, query) {
  const screen = new AuditScreen(query);
  openShell({ title: "Audit log", side: settingsSide(), content: screen.element });
  await screen.load();
}
