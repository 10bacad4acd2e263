// What a document holds: the attachments of a mail, unfolded under its row.
import { get } from "../api.js";
import { fill, freshId, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { bytes, counted, documentError, statusWord } from "../words.js";

const QUIET = 150;
const TOGETHER = 300;
const WORDS = { left_out: "Left out", deleted: "Deleted" };

function line(held) {
  const fine = held.status === "ready";
  const sound = fine || !held.error;
  return h("li", {},
    h("span", { class: "one-line", dir: "auto", title: held.name }, held.name),
    held.sizeBytes > 0 && h("span", { class: "tiny muted numbers" }, bytes(held.sizeBytes)),
    h("span", { class: ["tiny", sound ? "muted" : "failed"] }, !sound && icon("alert"), fine && icon("check"), WORDS[held.status] ?? statusWord(held.status)),
    held.error && h("p", { class: "tiny muted" }, documentError(held.error)));
}

export class Attachments {
  #id = null;
  #count = 0;
  #turn = 0;
  #soon;

  constructor() {
    const id = freshId("attachments");
    this.list = h("div", { id, class: "attachments", hidden: true });
    this.words = h("span", {});
    this.toggle = h("button", { type: "button", class: "unfold tiny", hidden: true, "aria-expanded": "false", "aria-controls": id, on: { click: () => this.#turnOver() } }, icon("clip"), this.words, icon("down"));
  }

  update({ id, attachmentCount = 0, status }) {
    const changed = this.#id !== id || this.#count !== attachmentCount || this.status !== status;
    Object.assign(this, { status });
    this.#id = id;
    this.#count = attachmentCount;
    this.toggle.hidden = !attachmentCount;
    this.words.textContent = counted(attachmentCount, "attachment");
    if (!attachmentCount) this.#show(false);
    else if (changed) this.news();
  }

  /** Something of what it holds has changed; several changes are looked at together. */
  news() {
    if (this.list.hidden) return;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#load(), TOGETHER);
  }

  #show(open) {
    this.list.hidden = !open;
    this.toggle.setAttribute("aria-expanded", String(open));
  }

  #turnOver() {
    this.#show(this.list.hidden);
    if (!this.list.hidden) this.#load();
  }

  async #load() {
    this.#turn += 1;
    const mine = this.#turn;
    const waiting = setTimeout(() => this.list.childElementCount || fill(this.list, h("div", { class: "skeleton" })), QUIET);
    try {
      const { attachments } = await get(`/documents/${this.#id}/attachments`);
      if (mine === this.#turn) fill(this.list, h("ul", { "aria-label": "Attachments" }, attachments.map(line)));
    } catch (error) {
      if (mine === this.#turn) fill(this.list, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.#load() } }, icon("reload"), "Try again")));
    } finally {
      clearTimeout(waiting);
    }
  }
}
