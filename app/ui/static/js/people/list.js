// A list of people, page by page.
import { toast } from "../announce.js";
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { counted } from "../words.js";
import { PersonRow, rowSkeletons } from "./row.js";

const PAGE = 50;

export class PeopleList {
  #rows = new Map();
  #total = 0;
  #turn = 0;

  /**
   * `parameters()` gives the query's pairs, `actions(person)` a row's menu, `empty()` what stands
   * in place of no rows; `department: false` leaves that chip out.
   */
  constructor({ parameters, actions, empty, label, department = true }) {
    Object.assign(this, { parameters, actions, empty, department });
    this.count = h("span", { class: "muted small numbers", role: "status" });
    this.list = h("ul", { class: "people", "aria-label": label });
    this.after = h("div", { class: "people-after" });
    fill(this.list, rowSkeletons());
  }

  #page(offset) {
    return get(`/users?${new URLSearchParams([...this.parameters(), ["limit", PAGE], ["offset", offset]])}`);
  }

  /** Read the list from its start; of two readings at once the later one counts. */
  async load() {
    this.#turn += 1;
    const mine = this.#turn;
    this.list.setAttribute("aria-busy", "true");
    try {
      const answer = await this.#page(0);
      if (mine !== this.#turn) return;
      this.#rows.clear();
      fill(this.list);
      this.#take(answer);
    } catch (error) {
      if (mine !== this.#turn) return;
      fill(this.list);
      this.list.hidden = true;
      fill(this.count);
      fill(this.after, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.load() } }, icon("reload"), "Try again")));
    } finally {
      if (mine === this.#turn) this.list.removeAttribute("aria-busy");
    }
  }

  #take({ users, total }) {
    for (const person of users) this.#put(person);
    this.#total = total;
    this.#around();
  }

  #put(person) {
    const known = this.#rows.get(person.id);
    if (known) return known.update(person);
    const row = new PersonRow(person, { actions: this.actions, department: this.department });
    this.#rows.set(person.id, row);
    this.list.append(row.element);
  }

  /** Somebody's row as they are now. */
  change(person) {
    this.#rows.get(person.id)?.update(person);
  }

  drop(person) {
    const row = this.#rows.get(person.id);
    if (!row) return;
    const next = row.element.nextElementSibling ?? row.element.previousElementSibling;
    row.element.remove();
    this.#rows.delete(person.id);
    this.#total -= 1;
    this.#around();
    next?.querySelector("button")?.focus();
  }

  #around() {
    this.count.textContent = counted(this.#total, "person", "people");
    this.list.hidden = !this.#rows.size;
    if (!this.#rows.size) return fill(this.after, this.empty());
    const rest = this.#total - this.#rows.size;
    fill(this.after, rest > 0 && h("button", { type: "button", class: "button tight", on: { click: (event) => this.#more(event.currentTarget) } }, "Show more", h("span", { class: "muted numbers" }, `${rest} left`)));
  }

  async #more(button) {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    const mine = this.#turn;
    const last = this.list.lastElementChild;
    try {
      const answer = await this.#page(this.#rows.size);
      if (mine !== this.#turn) return;
      this.#take(answer);
      // Reading goes on where the new rows begin.
      last.nextElementSibling?.querySelector("button")?.focus();
    } catch (error) {
      toast(error.message);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }
}
