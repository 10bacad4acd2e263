// A field that finds people as one types, and hands over the one chosen.
import { fill, freshId, h } from "../dom.js";
import { icon } from "../icons.js";
import { initials } from "../words.js";

const WAIT_MS = 150;

export class PersonPicker {
  #timer = 0;
  #turn = 0;
  #found = [];
  #at = -1;

  /** `find(text)` gives people, `choose(person)` takes one and gives a promise. */
  constructor({ label, find, choose }) {
    Object.assign(this, { find, choose });
    const id = freshId("picker");
    this.options = h("ul", { class: "picker-options", role: "listbox", id: `${id}-options`, "aria-label": label, hidden: true });
    this.said = h("p", { class: "small muted", role: "status" });
    this.input = h("input", {
      id, type: "search", class: "input", role: "combobox", placeholder: label, "aria-label": label, autocomplete: "off", spellcheck: "false",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-options`,
      on: { input: () => this.#soon(), keydown: (event) => this.#key(event), blur: () => this.#close() },
    });
    this.element = h("div", { class: "picker" }, h("div", { class: "search" }, icon("search"), this.input), this.options, this.said);
  }

  #soon() {
    clearTimeout(this.#timer);
    const text = this.input.value.trim();
    if (!text) return this.#close();
    this.#timer = setTimeout(() => this.#search(text), WAIT_MS);
  }

  async #search(text) {
    this.#turn += 1;
    const mine = this.#turn;
    try {
      const found = await this.find(text);
      if (mine === this.#turn && document.activeElement === this.input) this.#show(found);
    } catch (error) {
      if (mine === this.#turn) this.said.textContent = error.message;
    }
  }

  #show(found) {
    this.#found = found;
    fill(this.options, found.map((person, index) => h("li", { role: "option", id: `${this.options.id}-${index}`, "aria-selected": "false", on: { mousedown: (event) => { event.preventDefault(); this.#take(index); } } },
      h("span", { class: "badge", "aria-hidden": "true" }, initials(person.name)),
      h("span", { class: "grow" }, h("span", { class: "one-line block", dir: "auto" }, person.name), h("span", { class: "small muted one-line block" }, h("bdi", { dir: "ltr" }, person.email))))));
    this.options.hidden = !found.length;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.said.textContent = found.length ? "" : "Nobody else matches.";
    this.#mark(found.length ? 0 : -1);
    this.options.scrollIntoView({ block: "nearest" });
  }

  #mark(at) {
    this.#at = at;
    [...this.options.children].forEach((option, index) => option.setAttribute("aria-selected", String(index === at)));
    const chosen = this.options.children[at];
    if (!chosen) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    const count = this.options.hidden ? 0 : this.#found.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && count) this.#mark((this.#at + step + count) % count);
    else if (event.key === "Enter" && count) this.#take(this.#at);
    else if (event.key === "Escape" && count) this.#close();
    else return;
    event.preventDefault();
  }

  #close() {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.#found = [];
    this.#mark(-1);
    this.options.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.said.textContent = "";
  }

  async #take(index) {
    const person = this.#found[index];
    this.#close();
    this.input.value = "";
    try {
      await this.choose(person);
    } catch (error) {
      this.said.textContent = error.message;
    }
    this.input.focus();
  }
}
