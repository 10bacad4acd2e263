// One field that finds people, groups and departments, to give them something.
import { get } from "../api.js";
import { fill, freshId, h } from "../dom.js";
import { icon } from "../icons.js";
import { initials } from "../words.js";
import { kindWord } from "./words.js";

const WAIT_MS = 150;

/** The face of a target: a person's letters, or what kind of many it is. */
export function face({ targetType, name }) {
  const drawing = { group: "people", department: "building" }[targetType];
  return h("span", { class: ["badge", drawing && "of-many"], "aria-hidden": "true" }, drawing ? icon(drawing) : initials(name));
}

export class TargetSearch {
  #timer = null;
  #turn = 0;
  #found = [];
  #active = -1;

  /** `kinds` are those offered; `about(target)` may add a word; `onChoose(target | null)` hears of each change. */
  constructor({ projectId, label, kinds = ["user", "group", "department"], placeholder, about = () => null, onChoose = () => {} }) {
    Object.assign(this, { projectId, kinds, about, onChoose, chosen: null });
    const id = freshId("target");
    this.list = h("ul", { id: `${id}-list`, role: "listbox", "aria-label": "Found", class: "target-list" });
    this.none = h("p", { class: "small muted target-none", hidden: true });
    this.popup = h("div", { class: "target-popup", hidden: true }, this.list, this.none);
    this.said = h("span", { class: "unseen", role: "status" });
    this.input = h("input", {
      id, type: "text", class: "input", role: "combobox", name: "target", autocomplete: "off", spellcheck: "false", dir: "auto", placeholder,
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${id}-list`, "aria-describedby": `${id}-wrong`,
      on: { input: () => this.#typed(), keydown: (event) => this.#key(event), blur: () => this.#show(false), focus: () => !this.chosen && this.input.value.trim() && this.#typed() },
    });
    this.wrong = h("p", { class: "wrong", id: `${id}-wrong`, hidden: true });
    this.element = h("div", { class: "field target-search" }, h("label", { for: id }, label), h("div", { class: "target-field" }, h("div", { class: "search" }, icon("search"), this.input), this.popup), this.wrong, this.said);
  }

  clear() {
    this.input.value = "";
    this.#choose(null);
    this.#show(false);
  }

  /** The chosen target; null, with a word at the field, where none is. */
  need() {
    this.wrong.hidden = Boolean(this.chosen);
    if (this.chosen) return this.chosen;
    this.wrong.textContent = this.input.value.trim() ? "Choose one of those that were found." : "Enter a name and choose whom you mean.";
    this.input.setAttribute("aria-invalid", "true");
    this.input.focus();
    return null;
  }

  #typed() {
    this.#choose(null);
    clearTimeout(this.#timer);
    const words = this.input.value.trim();
    this.#turn += 1;
    if (!words) return this.#show(false);
    const mine = this.#turn;
    this.#timer = setTimeout(() => this.#look(words, mine), WAIT_MS);
  }

  async #look(words, mine) {
    try {
      const { targets } = await get(`/projects/${this.projectId}/grant-targets?${new URLSearchParams({ search: words })}`);
      if (mine !== this.#turn) return;
      this.#found = targets.filter((target) => this.kinds.includes(target.targetType));
      this.#draw(`Nobody here is called “${words}”.`);
    } catch (error) {
      if (mine !== this.#turn) return;
      this.#found = [];
      this.#draw(error.message);
    }
  }

  #draw(otherwise) {
    fill(this.list, this.#found.map((target, index) => this.#option(target, index)));
    this.list.hidden = !this.#found.length;
    this.none.hidden = this.#found.length > 0;
    this.none.textContent = otherwise;
    this.said.textContent = this.#found.length ? `${this.#found.length} found` : otherwise;
    this.#show(true);
    this.#activate(this.#found.length ? 0 : -1);
  }

  #option(target, index) {
    const detail = [kindWord(target.targetType), target.detail, this.about(target)].filter(Boolean).join(" · ");
    // Mouse down, because a click comes after the field lost the focus and closed the list.
    const choose = (event) => { event.preventDefault(); this.#take(target); };
    return h("li", { id: `${this.list.id}-${index}`, role: "option", "aria-selected": "false", on: { mousedown: choose } },
      face(target), h("span", { class: "grow two-lines" }, h("span", { class: "one-line", dir: "auto" }, target.name), h("span", { class: "tiny muted one-line", dir: "auto" }, detail)));
  }

  #take(target) {
    this.input.value = target.name;
    this.#choose(target);
    this.#turn += 1;
    this.#show(false);
  }

  #choose(target) {
    this.input.removeAttribute("aria-invalid");
    this.wrong.hidden = true;
    if (target === this.chosen) return;
    this.chosen = target;
    this.onChoose(target);
  }

  #show(open) {
    this.popup.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open && this.#found.length > 0));
    if (open) return;
    this.said.textContent = "";
    this.#activate(-1);
  }

  #activate(index) {
    this.#active = index;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    const option = this.list.children[index];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  #key(event) {
    if (event.isComposing || this.popup.hidden) return;
    const count = this.#found.length;
    const to = { ArrowDown: this.#active + 1, ArrowUp: this.#active - 1 }[event.key];
    if (to !== undefined && count) this.#activate((to + count) % count);
    else if (event.key === "Enter" && this.#active >= 0) this.#take(this.#found[this.#active]);
    else if (event.key === "Escape") this.#show(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
