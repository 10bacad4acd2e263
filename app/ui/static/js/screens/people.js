// Everybody on this server.
import { announce } from "../announce.js";
import { get } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { personActions } from "../people/actions.js";
import { PeopleFilters } from "../people/filters.js";
import { PeopleList } from "../people/list.js";
import { passwordsAreTaken } from "../people/ways.js";
import { settingsSide } from "../settings.js";
import { openShell } from "../shell.js";
import { addPerson, editPerson } from "./person-dialog.js";

class PeopleScreen {
  #departments = [];
  #passwords = true;

  constructor(query) {
    this.filters = new PeopleFilters(query, () => this.people.load());
    this.people = new PeopleList({
      label: "People", parameters: () => this.filters.parameters, empty: () => this.#empty(),
      actions: (person) => personActions(person, this.#passwords, { edit: (one) => this.#edit(one), changed: (one) => this.people.change(one), removed: (one) => this.#removed(one) }),
    });
    const add = h("button", { type: "button", class: "button primary", "data-shortcut": "n", on: { click: () => this.#add() } }, icon("add"), "Add a person");
    this.element = h("div", { class: "page" }, h("div", { class: "column people-column" },
      h("header", { class: "page-head" }, h("div", {}, h("h1", {}, "People"), h("p", { class: "muted" }, "Who may sign in here. What they may read is settled in each project.")), add),
      h("section", { class: "people-panel", "aria-label": "List of people" }, this.filters.element, this.people.count, this.people.list, this.people.after)));
  }

  async load() {
    await Promise.all([this.people.load(), this.#loadDepartments(), passwordsAreTaken().then((taken) => { this.#passwords = taken; })]);
  }

  async #loadDepartments() {
    try {
      this.#departments = (await get("/departments")).departments;
    } catch {
      return; // The list itself says that the server is in trouble.
    }
    this.filters.offer(this.#departments);
  }

  #empty() {
    return h("div", { class: "people-empty" }, h("p", { class: "muted" }, "Nobody matches."),
      this.filters.isSet && h("button", { type: "button", class: "button tight", on: { click: () => this.filters.reset() } }, "Show everyone"));
  }

  async #add() {
    const person = await addPerson(this.#departments, this.#passwords);
    if (!person) return;
    await this.people.load();
    announce(`${person.name} was added.`);
  }

  async #edit(person) {
    const changed = await editPerson(person, this.#departments);
    if (changed) this.people.change(changed);
  }

  #removed(person) {
    this.people.drop(person);
    announce(`${person.name} was deleted.`);
  }
}

export async function peopleScreen(params, query) {
  const screen = new PeopleScreen(query);
  openShell({ title: "People", side: settingsSide(), content: screen.element });
  await screen.load();
  return { dispose: () => screen.filters.dispose() };
}
