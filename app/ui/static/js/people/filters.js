// The search and the filters above the list of people; they live in the address, too.
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { POSITIONS, ROLES } from "./words.js";

const WAIT_MS = 200;
const STATES = [["", "Everyone"], ["true", "Active"], ["false", "Inactive"]];
// What the address calls each, and what the server does.
const NAMES = { search: "search", role: "platformRole", position: "orgPosition", department: "departmentId", active: "isActive" };

function select(label, name, options, value, changed) {
  return h("select", { class: "input quiet", name, "aria-label": label, value, on: { change: changed } }, options.map(([key, words]) => h("option", { value: key }, words)));
}

export class PeopleFilters {
  #timer = 0;

  /** `query` is the address's; `changed()` hears of each change. */
  constructor(query, changed) {
    this.changed = changed;
    const now = () => this.#apply();
    this.search = h("input", { type: "search", class: "input quiet", name: "search", placeholder: "Find by name or e-mail", "aria-label": "Find by name or e-mail", value: query.get("search") ?? "", "data-shortcut": "f", on: { input: () => this.#soon() } });
    this.departments = select("Department", "department", [["", "Every department"]], "", now);
    this.wanted = query.get("department") ?? "";
    this.clear = h("button", { type: "button", class: "button bare tight", on: { click: () => this.reset() } }, icon("close"), "Clear");
    this.element = h("form", { class: "people-filters", role: "search", "aria-label": "People", on: { submit: (event) => { event.preventDefault(); now(); } } },
      h("div", { class: "search grow" }, icon("search"), this.search),
      select("Role", "role", [["", "Every role"], ...ROLES], query.get("role") ?? "", now),
      select("Position", "position", [["", "Every position"], ...POSITIONS], query.get("position") ?? "", now),
      this.departments,
      select("Active or not", "active", STATES, query.get("active") ?? "", now),
      this.clear);
    this.clear.hidden = !this.isSet;
  }

  /** Fill in the departments once they are known. */
  offer(departments) {
    fill(this.departments, [["", "Every department"], ...departments.map(({ id, name }) => [id, name])].map(([key, words]) => h("option", { value: key }, words)));
    this.departments.value = this.wanted;
  }

  #values() {
    const values = Object.fromEntries(new FormData(this.element));
    // Until the list of departments has come, the address knows which one is meant.
    if (this.departments.length === 1) values.department = this.wanted;
    return Object.entries(values).map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
  }

  get isSet() {
    return this.#values().length > 0;
  }

  /** For the server. */
  get parameters() {
    return this.#values().map(([name, value]) => [NAMES[name], value]);
  }

  #soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#apply(), WAIT_MS);
  }

  #apply() {
    clearTimeout(this.#timer);
    const query = String(new URLSearchParams(this.#values()));
    history.replaceState(null, "", query ? `${location.pathname}?${query}` : location.pathname);
    this.clear.hidden = !this.isSet;
    this.changed();
  }

  reset() {
    for (const input of this.element.elements) if (input.name) input.value = "";
    this.wanted = "";
    this.#apply();
    this.search.focus();
  }

  dispose() {
    clearTimeout(this.#timer);
  }
}
