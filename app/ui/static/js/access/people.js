// Everybody who can see a project, and why.
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import * as session from "../session.js";
import { counted } from "../words.js";
import { face } from "./target-search.js";
import { reason, tierWord } from "./words.js";

const PAGE = 50;
const MANY = 8;

export class People {
  #search = "";
  #shown = 0;
  #turn = 0;
  #timer = null;

  /** `onKnown(people, fresh)` hears of each page; a fresh one is the first of all of them. */
  constructor(projectId, { onKnown }) {
    Object.assign(this, { projectId, onKnown });
    this.count = h("span", { class: "muted small numbers grow", role: "status" });
    this.filter = h("div", { class: "search", hidden: true }, icon("search"), h("input", { type: "search", class: "input quiet", placeholder: "Find a person", "aria-label": "Find a person who can see this", "data-shortcut": "f", on: { input: (event) => this.#filter(event.target.value.trim()) } }));
    this.list = h("ul", { class: "holders", "aria-labelledby": "people-title" }, [1, 2, 3].map(() => h("li", { class: "holder" }, h("div", { class: "skeleton grow" }))));
    this.after = h("div");
    this.element = h("section", { class: "panel stack", "aria-labelledby": "people-title" },
      h("div", { class: "section-head" }, h("h2", { id: "people-title" }, "Who can see this, and why"), this.count, this.filter), this.list, this.after);
    this.reload();
  }

  async reload() {
    await this.#load(0);
  }

  #filter(words) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#search = words; this.reload(); }, 200);
  }

  async #load(offset) {
    this.#turn += 1;
    const mine = this.#turn;
    try {
      const query = new URLSearchParams({ limit: String(PAGE), offset: String(offset) });
      if (this.#search) query.set("search", this.#search);
      const { people, total } = await get(`/projects/${this.projectId}/people?${query}`);
      if (mine === this.#turn) this.#take(people, total, offset);
    } catch (error) {
      if (mine !== this.#turn) return;
      if (!offset) fill(this.list);
      fill(this.after, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.#load(offset) } }, icon("reload"), "Try again")));
    }
  }

  #take(people, total, offset) {
    if (!offset) fill(this.list);
    const rows = people.map((person) => this.#row(person));
    this.list.append(...rows);
    this.#shown = offset + people.length;
    this.list.hidden = !this.#shown;
    this.count.textContent = this.#search ? counted(total, "match", "matches") : counted(total, "person", "people");
    if (!this.#search) this.filter.hidden = total <= MANY;
    if (offset) rows[0]?.setAttribute("tabindex", "-1");
    if (offset) rows[0]?.focus({ preventScroll: true });
    fill(this.after,
      !this.#shown && h("p", { class: "muted" }, "Nobody with this name can see the project."),
      this.#shown < total && people.length > 0 && h("button", { type: "button", class: "button tight", on: { click: () => this.#load(this.#shown) } }, "Show more"));
    this.onKnown(people, !offset && !this.#search);
  }

  #row(person) {
    const mine = person.id === session.user().id;
    return h("li", { class: "holder" }, face({ targetType: "user", name: person.name }),
      h("span", { class: "grow two-lines" }, h("span", { class: "one-line", dir: "auto" }, person.name, mine && h("span", { class: "muted" }, " (you)")), h("span", { class: "tiny muted one-line", dir: "ltr" }, person.email)),
      h("span", { class: "holder-why two-lines" }, h("span", { class: "small" }, tierWord(person.tier)), h("span", { class: "tiny muted", dir: "auto" }, reason(person))));
  }
}
