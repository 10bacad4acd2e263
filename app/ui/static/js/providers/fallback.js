// Who stands in when a model does not answer: an ordered list, moved by buttons or by dragging.
import { announce } from "../announce.js";
import { get, put } from "../api.js";
import { fill, freshId, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";

export class FallbackList {
  #models = [];
  #saved = [];
  #waiting = null;
  #saving = false;
  #offered = [];
  #dragged = null;
  #saves = 0;

  constructor() {
    const id = freshId("fallback");
    this.list = h("ol", { class: "fallback-list", "aria-labelledby": id });
    this.adder = h("select", { class: "input", "aria-label": "A model to stand in" });
    this.add = h("button", { type: "button", class: "button", on: { click: () => this.#append() } }, icon("add"), "Add to the list");
    this.place = h("div");
    this.adding = h("div", { class: "row fallback-add" }, this.adder, this.add);
    this.element = h("section", { class: "stack", "aria-labelledby": id },
      h("div", {}, h("h2", { id }, "When a model does not answer"), h("p", { class: "muted" }, "These stand in, the first one first, as long as nothing was written yet, and the answer says who wrote it. A model that was chosen for one question has no stand-in.")),
      this.place, this.list, this.adding);
  }

  /** `offered` are the ids of all models that could stand in. */
  async load(offered) {
    this.#offered = offered;
    const before = this.#saves;
    try {
      const { models } = await get("/providers/fallback");
      // What was saved meanwhile is newer than what was asked for.
      if (before === this.#saves) this.#models = this.#saved = models;
      fill(this.place);
      this.#show();
    } catch (error) {
      fill(this.place, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.load(offered) } }, icon("reload"), "Try again")));
    }
  }

  #show() {
    fill(this.list, this.#models.map((model, at) => this.#line(model, at)));
    const rest = this.#offered.filter((model) => !this.#models.includes(model));
    const chosen = this.adder.value;
    fill(this.adder, rest.map((model) => h("option", { value: model }, model)));
    if (rest.includes(chosen)) this.adder.value = chosen;
    this.adding.hidden = !rest.length;
    if (!this.#models.length) fill(this.list, h("li", { class: "fallback-none muted small" }, this.#offered.length ? "Nobody yet: a question whose model fails gets the failure as its answer." : "There is no model that could. Add a provider first."));
  }

  #line(model, at) {
    const step = (by, name, label) => h("button", { type: "button", class: "button bare tight only", "data-by": by, "aria-label": `${label}: ${model}`, title: label, disabled: at + by < 0 || at + by >= this.#models.length, on: { click: () => this.#move(at, at + by, by) } }, icon(name));
    const gone = !this.#offered.includes(model);
    const line = h("li", { class: "fallback", draggable: "true", "data-model": model },
      h("span", { class: "grip", "aria-hidden": "true" }), h("span", { class: "tiny muted numbers" }, `${at + 1}`),
      h("span", { class: "grow one-line mono", dir: "ltr" }, model), gone && h("span", { class: "tag off" }, "Not offered now"),
      step(-1, "up", "Move up"), step(1, "down", "Move down"),
      h("button", { type: "button", class: "button bare tight only", "aria-label": `Take out: ${model}`, title: "Take out", on: { click: () => this.#take(at) } }, icon("close")));
    this.#draggable(line, at);
    return line;
  }

  #draggable(line, at) {
    line.addEventListener("dragstart", (event) => { this.#dragged = at; event.dataTransfer.effectAllowed = "move"; line.dataset.dragged = ""; });
    line.addEventListener("dragend", () => { this.#dragged = null; delete line.dataset.dragged; });
    line.addEventListener("dragover", (event) => { if (this.#dragged !== null) { event.preventDefault(); line.dataset.over = this.#dragged < at ? "after" : "before"; } });
    line.addEventListener("dragleave", () => { delete line.dataset.over; });
    line.addEventListener("drop", (event) => { event.preventDefault(); if (this.#dragged !== null) this.#move(this.#dragged, at, 0); });
  }

  #append() {
    if (this.adder.value) this.#save([...this.#models, this.adder.value], `${this.adder.value} stands in as number ${this.#models.length + 1}.`, () => (this.adding.hidden ? this.list.lastChild.querySelector("button:not(:disabled)") : this.adder));
  }

  #take(at) {
    const model = this.#models[at];
    this.#save(this.#models.toSpliced(at, 1), `${model} stands in no longer.`, () => this.list.children[Math.min(at, this.#models.length - 1)]?.querySelector("button:last-child") ?? this.adder);
  }

  #move(from, to, by) {
    if (from === to) return;
    const model = this.#models[from];
    const moved = this.#models.toSpliced(from, 1).toSpliced(to, 0, model);
    // The same button goes on with the same model, until it is at an end.
    this.#save(moved, `${model} is number ${to + 1}.`, () => this.list.children[to].querySelector(`[data-by="${by}"]:not(:disabled)`) ?? this.list.children[to].querySelector("[data-by]:not(:disabled)"));
  }

  /**
   * Shown at once and saved in order: while the server has one list, only the newest of the next
   * ones waits. What it refuses goes back to what it last took.
   */
  async #save(models, words, focus) {
    this.#saves += 1;
    this.#models = models;
    this.#show();
    focus()?.focus();
    this.#waiting = { models, words };
    if (this.#saving) return;
    this.#saving = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) {
        await put("/providers/fallback", { models: next.models });
        this.#saved = next.models;
        fill(this.place);
        announce(next.words);
      }
    } catch (error) {
      this.#waiting = null;
      this.#models = this.#saved;
      this.#show();
      fill(this.place, problem(error.message));
    } finally {
      this.#saving = false;
    }
  }

  #next() {
    const next = this.#waiting;
    this.#waiting = null;
    return next;
  }
}
