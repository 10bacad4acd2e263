// The documents of a project: the list, live, and the ways to add to it.
import { endedNotice, isOutOfReach } from "../access/ended.js";
import { announce, toast } from "../announce.js";
import { get, patch, post, remove } from "../api.js";
import { confirmDialog, openDialog } from "../dialog.js";
import { fill, freshId, h } from "../dom.js";
import { field, form, problem } from "../forms.js";
import { icon } from "../icons.js";
import { counted } from "../words.js";
import { downloadDocument } from "./download.js";
import { followDocuments } from "./events.js";
import { DocumentRow } from "./row.js";
import { upload } from "./upload.js";

const PAGE = 50;
const MANY = 8;
const ACCEPT = ".pdf,.docx,.docm,.pptx,.pptm,.ppsx,.xlsx,.xlsm,.odt,.ods,.odp,.epub,.rtf,.eml,.html,.htm,.xhtml,.md,.markdown,.csv,.tsv,.txt,.log";

export class DocumentsPanel {
  #left = new AbortController();
  #rows = new Map();
  #uploads = new Set();
  #cursor = null;
  #total = 0;
  #search = "";
  #status = "";
  #turn = 0;

  /** `ask(file)` restricts the question; `onCount(n)` hears how many documents there are, `onEnded` that the project is out of reach. */
  constructor(project, { ask, onCount = () => {}, onEnded = () => {} }) {
    Object.assign(this, { project, ask, onCount, onEnded });
    this.mayEdit = project.accessTier !== "use";
    const heading = freshId("documents");
    this.chooser = h("input", { type: "file", multiple: true, accept: ACCEPT, hidden: true, on: { change: () => this.#chosen() } });
    this.count = h("span", { class: "muted small numbers" });
    this.filters = this.#filters();
    this.list = h("ul", { class: "documents", "aria-labelledby": heading });
    this.after = h("div");
    this.adder = this.mayEdit && h("button", { type: "button", class: "button tight", "data-shortcut": "u", on: { click: () => this.chooser.click() } }, icon("add"), "Add documents");
    this.element = h("section", { class: "documents-panel", "aria-labelledby": heading },
      h("div", { class: "section-head" }, h("h2", { id: heading }, "Documents"), this.count, h("span", { class: "grow" }), this.filters,
        this.adder),
      this.chooser, this.list, this.after);
    fill(this.list, [1, 2].map(() => h("li", { class: "document" }, h("div", { class: "skeleton grow" }))));
    followDocuments(project.id, { onDocument: (file) => this.#news(file.document ?? file), onGap: () => this.reload(), onEnded: () => this.#end(), signal: this.#left.signal });
    this.reload();
  }

  dispose() {
    this.#left.abort();
  }

  /** The project is out of reach: nothing of it stays here, and nobody asks for more. */
  #end() {
    if (this.#left.signal.aborted) return;
    this.#left.abort();
    this.#turn += 1;
    this.mayEdit = false;
    this.#rows.clear();
    this.#uploads.clear();
    for (const part of [this.adder, this.filters, this.list, this.count]) part && part.remove();
    fill(this.after, endedNotice(this.project.name));
    this.onEnded();
  }

  async reload() {
    this.#turn += 1;
    const mine = this.#turn;
    try {
      const answer = await this.#page(null);
      if (mine !== this.#turn) return;
      const kept = new Set(answer.documents.map((file) => file.id));
      for (const [id, row] of this.#rows) if (!kept.has(id)) { row.element.remove(); this.#rows.delete(id); }
      for (const skeleton of this.list.querySelectorAll(".skeleton")) skeleton.parentElement.remove();
      this.#take(answer);
    } catch (error) {
      if (mine !== this.#turn) return;
      if ((error.status === 403 || error.status === 404) && (await isOutOfReach(this.project.id))) return this.#end();
      fill(this.after, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.reload() } }, icon("reload"), "Try again")));
    }
  }

  #page(cursor) {
    const query = new URLSearchParams({ limit: String(PAGE) });
    if (this.#search) query.set("search", this.#search);
    if (this.#status) query.set("status", this.#status);
    if (cursor) query.set("cursor", cursor);
    return get(`/documents/projects/${this.project.id}?${query}`);
  }

  #take({ documents, total, nextCursor }) {
    for (const file of documents) this.#put(file, false);
    this.#cursor = nextCursor;
    this.#total = total ?? documents.length;
    this.#around();
  }

  #put(file, first) {
    const known = this.#rows.get(file.id);
    if (known) return known.update(file);
    const row = new DocumentRow(file, this.#handlers());
    this.#rows.set(file.id, row);
    if (first) this.list.prepend(row.element);
    else this.list.append(row.element);
  }

  #handlers() {
    return { actions: (file) => this.#actions(file), retry: this.mayEdit && ((file) => this.#retry(file)), dismiss: this.mayEdit && ((file) => this.#dismiss(file)) };
  }

  #news(file) {
    if (file.deleted || file.status === "deleted") return this.#gone(file.id);
    const before = this.#rows.get(file.id)?.file.status;
    if (before === undefined) {
      if (this.#search || this.#status) return;
      this.#total += 1;
    }
    this.#put({ ...this.#rows.get(file.id)?.file, ...file }, true);
    this.#rows.get(file.parentId)?.attachments.news();
    if (before && before !== file.status && file.status === "ready") announce(`${file.name} is ready.`);
    if (before && before !== file.status && file.status === "failed") announce(`${file.name} could not be read.`);
    this.#around();
  }

  #gone(id) {
    const row = this.#rows.get(id);
    if (!row) return;
    row.element.remove();
    this.#rows.delete(id);
    this.#total -= 1;
    this.#around();
  }

  /** What stands around the list: count, filters, empty state, more. */
  #around() {
    const filtered = Boolean(this.#search || this.#status);
    this.count.textContent = filtered ? `${counted(this.#total, "match", "matches")}` : String(this.#total || "");
    this.filters.hidden = !filtered && this.#total <= MANY;
    if (!filtered) this.onCount(this.#total);
    const empty = !this.#rows.size && !this.#uploads.size;
    this.list.hidden = empty;
    if (empty) return fill(this.after, filtered ? h("p", { class: "muted" }, "No document matches. Try fewer letters or another status.") : this.#invitation());
    fill(this.after, this.#cursor && h("button", { type: "button", class: "button tight", on: { click: () => this.#more() } }, "Show more"));
  }

  #invitation() {
    if (!this.mayEdit) return h("p", { class: "muted" }, "There are no documents here yet. Somebody who may edit this project can add them.");
    return h("button", { type: "button", class: "drop-invitation", on: { click: () => this.chooser.click() } },
      icon("upload"), h("strong", {}, "Drop documents here, or choose them"), h("span", { class: "small muted" }, "PDF, Office and OpenDocument files, e-books, e-mail, web pages, Markdown, CSV or text. They stay on this server."));
  }

  async #more() {
    try {
      this.#take(await this.#page(this.#cursor));
    } catch (error) {
      toast(error.message);
    }
  }

  #filters() {
    let timer;
    const search = (event) => {
      clearTimeout(timer);
      timer = setTimeout(() => { this.#search = event.target.value.trim(); this.reload(); }, 200);
    };
    const status = (event) => { this.#status = event.target.value; this.reload(); };
    const options = [["", "All"], ["ready", "Ready"], ["parsing", "Reading"], ["failed", "Not read"]];
    return h("div", { class: "row", hidden: true },
      h("div", { class: "search" }, icon("search"), h("input", { type: "search", class: "input quiet", placeholder: "Find a document", "aria-label": "Find a document", "data-shortcut": "f", on: { input: search } })),
      h("select", { class: "input quiet", "aria-label": "Show documents by status", on: { change: status } }, options.map(([value, label]) => h("option", { value }, label))));
  }

  #chosen() {
    this.add([...this.chooser.files]);
    this.chooser.value = "";
  }

  /** Upload files; each gets a row at once and keeps it. */
  add(files) {
    for (const file of files) this.#upload(file);
    if (files.length) announce(`Adding ${counted(files.length, "document")}.`);
  }

  async #upload(source) {
    const file = { name: source.name, sizeBytes: source.size, status: "uploading", progress: 0, source };
    const row = new DocumentRow(file, this.#handlers());
    this.#uploads.add(row);
    this.list.prepend(row.element);
    this.#around();
    try {
      const answer = await upload(this.project.id, source, { onProgress: (progress) => row.update({ ...file, progress }), signal: this.#left.signal });
      if (answer.error && !answer.id) throw Object.assign(new Error(answer.error.message), answer.error);
      this.#uploaded(row, answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      row.update({ ...file, status: "failed", error: { code: error.code, message: error.message } });
      announce(`${file.name} was not added.`);
    }
  }

  #uploaded(row, file) {
    this.#uploads.delete(row);
    if (file.duplicate) toast(`${file.name} is already here.`);
    else if (file.version > 1) toast(`${file.name} is here: this is its version ${file.version}. Until it is read, the one before answers.`);
    const known = this.#rows.get(file.id);
    if (known) row.element.remove(); // The news was faster, or it was here before.
    else {
      this.#rows.set(file.id, row);
      row.update(file);
      this.#total += 1;
    }
    this.#around();
  }

  #dismiss(file) {
    if (file.id) return this.#delete(file);
    for (const row of this.#uploads) {
      if (row.file !== file) continue;
      row.element.remove();
      this.#uploads.delete(row);
    }
    this.#around();
  }

  async #retry(file) {
    if (!file.id) {
      this.#dismiss(file);
      return this.#upload(file.source);
    }
    await this.#act(() => post(`/documents/${file.id}/retry`), () => this.#rows.get(file.id)?.update({ ...file, status: "queued", progress: 0, error: null }));
  }

  async #act(call, done) {
    try {
      const answer = await call();
      done(answer);
    } catch (error) {
      toast(error.message);
    }
  }

  #actions(file) {
    const items = [];
    if (file.status === "ready" || file.readyVersion) items.push({ label: "Ask this document", icon: "chat", act: () => this.ask(file) });
    items.push({ label: "Download", icon: "download", act: () => downloadDocument(file) });
    if (!this.mayEdit) return items;
    items.push({ label: "Rename", icon: "edit", act: () => this.#rename(file) });
    items.push({ label: "New version", icon: "upload", act: () => this.#renew(file) });
    if (file.status === "ready") items.push({ label: "Read again", icon: "reload", act: () => this.#act(() => post(`/documents/${file.id}/reindex`), () => toast("It will be read again. Until then the old reading answers.")) });
    if (file.status === "failed") items.push({ label: "Try again", icon: "reload", act: () => this.#retry(file) });
    items.push("-", { label: "Delete", icon: "trash", danger: true, act: () => this.#delete(file) });
    return items;
  }

  /** Have a file chosen that takes this document's place, whatever its name. */
  #renew(file) {
    const chooser = h("input", { type: "file", accept: ACCEPT, hidden: true });
    chooser.addEventListener("change", () => this.#replace(file, chooser.files[0]));
    chooser.click();
  }

  async #replace(file, source) {
    const row = this.#rows.get(file.id);
    const onProgress = (progress) => row?.update({ ...file, status: "uploading", progress });
    try {
      const fresh = await upload(this.project.id, source, { onProgress, signal: this.#left.signal, replaces: file.id });
      row?.update({ ...file, ...fresh });
      toast(fresh.duplicate ? "It holds these bytes already." : `Version ${fresh.version} is here. Until it is read, the one before answers.`);
    } catch (error) {
      if (error.name === "AbortError") return;
      row?.update(file);
      toast(error.message);
    }
  }

  #rename(file) {
    return openDialog("Rename the document", (close) => form(
      [field({ label: "Name", name: "name", value: file.name, required: true, "data-what": "a name", maxlength: "255" })],
      { submit: "Rename", cancel: () => close(), send: async ({ name }) => { const { document: fresh } = await patch(`/documents/${file.id}`, { name: name.trim() }); this.#rows.get(file.id)?.update({ ...file, ...fresh }); close(); } }));
  }

  #delete(file) {
    return confirmDialog({
      title: "Delete this document?", submit: "Delete",
      description: `“${file.name}” and its passages go${file.attachmentCount ? ", and what came with it alone" : ""}. Answers that cite it keep their quotes. This can't be undone.`,
      act: async () => { await remove(`/documents/${file.id}`); this.#gone(file.id); toast("Deleted."); },
    });
  }
}
