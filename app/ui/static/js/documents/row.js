// One document in the list: what it is, how far it is, what can be done with it.
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { moreButton } from "../menu.js";
import { Attachments } from "./attachments.js";
import { ago, bytes, counted, countedPages, documentError, number, statusWord } from "../words.js";

// Trying these again would end the same way.
const FINAL = new Set(["empty_file", "unsupported_type", "file_too_large", "password_protected", "no_text", "too_many_pages"]);
const WORKING = new Set(["uploading", "queued", "parsing", "embedding"]);

export function isWorking(status) {
  return WORKING.has(status);
}

function percent(file) {
  const progress = file.progress ?? 0;
  return Math.round(progress <= 1 ? progress * 100 : progress);
}

function kind(name) {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(dot + 1, dot + 5).toUpperCase() : "FILE";
}

function meta(file) {
  const parts = [];
  if (file.parentId) parts.push(`Came with ${file.parentName ?? "another document"}`);
  if (file.version > 1) parts.push(`version ${number(file.version)}`);
  if (file.pageCount) parts.push(countedPages(file));
  if (file.status === "ready") parts.push(counted(file.chunkCount ?? 0, "passage"));
  if (file.sizeBytes !== undefined) parts.push(bytes(file.sizeBytes));
  if (file.createdAt) parts.push(ago(file.createdAt));
  return parts.join(" · ");
}

export class DocumentRow {
  /** `actions(file)` gives the menu; `retry(file)`, `dismiss(file)` act on a failed one, for those who may. */
  constructor(file, { actions, retry, dismiss }) {
    Object.assign(this, { actions, retry, dismiss });
    this.name = h("span", { class: "name one-line", dir: "auto" });
    this.meta = h("span", { class: "tiny muted numbers one-line" });
    this.kind = h("span", { class: "kind", "aria-hidden": "true" });
    this.state = h("div", { class: "document-state" });
    this.trouble = h("div", { class: "document-trouble", hidden: true });
    this.menu = h("div");
    this.attachments = new Attachments();
    this.element = h("li", { class: "document" }, this.kind, h("div", { class: "document-words" }, this.name, this.meta, this.attachments.toggle), this.state, this.menu, this.trouble, this.attachments.list);
    this.update(file);
  }

  update(file) {
    const changed = !this.file || this.file.id !== file.id || this.file.name !== file.name;
    this.file = file;
    this.element.dataset.status = file.status;
    this.name.textContent = file.name;
    this.name.title = file.name;
    this.kind.textContent = kind(file.name);
    this.meta.textContent = meta(file);
    this.attachments.update(file);
    this.#state(file);
    this.#trouble(file);
    if (changed) fill(this.menu, file.id && moreButton(`Actions for ${file.name}`, () => this.actions(this.file)));
  }

  #state(file) {
    if (!isWorking(file.status)) {
      fill(this.state, file.status === "ready" ? h("span", { class: "small ready" }, icon("check"), "Ready") : h("span", { class: "small failed" }, icon("alert"), statusWord(file.status)));
      return;
    }
    const value = percent(file);
    const known = file.status !== "queued";
    if (this.state.dataset.status !== file.status || !this.bar?.isConnected) {
      this.bar = h("progress", { class: "bar", max: "100", "aria-label": `${file.name}: ${statusWord(file.status)}` });
      this.words = h("span", { class: "tiny muted numbers" });
      fill(this.state, this.words, this.bar);
    }
    this.state.dataset.status = file.status;
    this.words.textContent = known ? `${statusWord(file.status)} ${value} %` : statusWord(file.status);
    this.bar.value = known ? value : 0;
  }

  #trouble(file) {
    const failed = file.status === "failed";
    this.trouble.hidden = !failed;
    if (!failed) return fill(this.trouble);
    const answers = file.readyVersion && ` Version ${number(file.readyVersion)} answers until then.`;
    fill(this.trouble, h("p", { class: "small" }, documentError(file.error), answers),
      this.dismiss && h("div", { class: "row" },
        !FINAL.has(file.error?.code) && h("button", { type: "button", class: "button tight", on: { click: () => this.retry(this.file) } }, icon("reload"), "Try again"),
        h("button", { type: "button", class: "button bare tight", on: { click: () => this.dismiss(this.file) } }, file.id ? "Delete" : "Dismiss")));
  }
}
