// What the answers of a project should remember: short facts that go into every question.
import { announce } from "../announce.js";
import { get, patch, post, remove } from "../api.js";
import { confirmDialog, showDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { field, form, problem } from "../forms.js";
import { icon } from "../icons.js";
import { ago } from "../words.js";

const LONGEST = 1000;

class Memories {
  #items = [];

  constructor(project) {
    this.path = `/projects/${project.id}/memories`;
    this.mayEdit = project.accessTier !== "use";
    this.list = h("ul", { class: "memories", "aria-label": "Remembered" }, h("li", { class: "memory" }, h("div", { class: "skeleton grow" })));
    this.place = h("div");
    this.element = h("div", { class: "stack parts" }, this.mayEdit && this.#adder(), this.place, this.list);
    this.#load();
  }

  async #load() {
    try {
      this.#items = (await get(this.path)).memories;
      fill(this.place);
      this.#draw();
    } catch (error) {
      fill(this.list);
      fill(this.place, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.#load() } }, icon("reload"), "Try again")));
    }
  }

  #draw() {
    const nothing = this.mayEdit ? "Nothing yet. Good ones are short: “Amounts are in thousands of euros.”" : "Nothing yet. Somebody who may edit this project can add what answers should know.";
    fill(this.list, this.#items.length ? this.#items.map((item) => this.#row(item)) : h("li", { class: "memory muted small" }, nothing));
  }

  #row(item) {
    const row = h("li", { class: "memory" });
    fill(row,
      h("div", { class: "grow" }, h("p", { class: "memory-text", dir: "auto" }, item.text), h("p", { class: "tiny muted" }, ago(item.updatedAt))),
      this.mayEdit && [
        h("button", { type: "button", class: "button bare tight only", "aria-label": `Change “${item.text}”`, title: "Change", on: { click: () => this.#edit(item, row) } }, icon("edit")),
        h("button", { type: "button", class: "button bare tight only", "aria-label": `Forget “${item.text}”`, title: "Forget", on: { click: () => this.#forget(item) } }, icon("trash")),
      ]);
    return row;
  }

  #replace(item, row) {
    const fresh = this.#row(item);
    row.replaceWith(fresh);
    fresh.querySelector("button")?.focus();
  }

  #edit(item, row) {
    const element = form([field({ label: "What to remember", name: "text", kind: "textarea", value: item.text, required: true, "data-what": "what to remember", maxlength: String(LONGEST) })], {
      submit: "Save", cancel: () => this.#replace(item, row),
      send: async ({ text }) => {
        Object.assign(item, (await patch(`${this.path}/${item.id}`, { text: text.trim() })).memory);
        this.#replace(item, row);
        announce("Saved.");
      },
    });
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      // It leaves the field, not the dialog around it.
      event.preventDefault();
      event.stopPropagation();
      this.#replace(item, row);
    });
    element.classList.add("grow");
    fill(row, element);
    element.elements.text.focus();
  }

  #forget(item) {
    return confirmDialog({
      title: "Forget this?", submit: "Forget", description: `“${item.text}” This can't be undone.`,
      act: async () => {
        await remove(`${this.path}/${item.id}`);
        this.#items = this.#items.filter((other) => other !== item);
        this.#draw();
        announce("Forgotten.");
      },
    });
  }

  #adder() {
    const element = form([field({ label: "Add something to remember", name: "text", kind: "textarea", rows: "2", required: true, "data-what": "what to remember", maxlength: String(LONGEST) })], {
      submit: "Remember",
      send: async ({ text }, sent) => {
        const { memory } = await post(this.path, { text: text.trim() });
        this.#items.push(memory);
        this.#draw();
        sent.reset();
        announce("Remembered.");
        sent.elements.text.focus();
      },
    });
    element.classList.add("memory-adder");
    element.querySelector("[type=submit]").classList.remove("primary");
    return element;
  }
}

/** The list, to read or to change as the tier allows. */
export function memoriesDialog(project) {
  return showDialog("What the answers should remember", new Memories(project).element, { description: "Short facts that go with every question asked in this project." });
}
