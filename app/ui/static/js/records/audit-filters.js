// What of the audit log is looked at; the address of the screen says the same.
import { get } from "../api.js";
import { freshId, h } from "../dom.js";
import { icon } from "../icons.js";
import { KINDS } from "./action-words.js";
import { startOf } from "./period.js";

const NAMES = ["actor", "action", "projectId", "from", "to"];
const WAIT_MS = 250;

function labelled(label, input) {
  const id = freshId("filter");
  input.id = id;
  return h("div", { class: "filter" }, h("label", { class: "tiny muted", for: id }, label), input);
}

export class AuditFilters {
  #timer = null;

  /** `query` holds what the address asked for; `onChange` hears of each change. */
  constructor(query, onChange) {
    this.onChange = onChange;
    const at = (name) => query.get(name) ?? "";
    const later = () => { clearTimeout(this.#timer); this.#timer = setTimeout(() => this.#changed(), WAIT_MS); };
    const now = { change: () => this.#changed() };
    this.actor = h("input", { type: "search", class: "input quiet", placeholder: "E-mail, or a part of it", value: at("actor"), spellcheck: "false", "data-shortcut": "f", on: { input: later } });
    this.action = h("select", { class: "input quiet", value: at("action"), on: now }, KINDS.map(([value, label]) => h("option", { value }, label)));
    this.projectId = h("select", { class: "input quiet", on: now }, h("option", { value: "" }, "All projects"));
    this.from = h("input", { type: "date", class: "input quiet", value: at("from"), on: now });
    this.to = h("input", { type: "date", class: "input quiet", value: at("to"), on: now });
    const who = labelled("Who", this.actor);
    this.actor.before(icon("search"));
    who.classList.add("search");
    this.clearing = h("button", { type: "button", class: "button bare tight", on: { click: () => this.clear() } }, "Clear");
    this.element = h("form", { class: "filters", role: "search", "aria-label": "Filter the log", on: { submit: (event) => event.preventDefault() } },
      who, labelled("What", this.action), labelled("Project", this.projectId), labelled("From", this.from), labelled("To", this.to), this.clearing);
    this.#projects(at("projectId"));
    this.#around();
  }

  async #projects(chosen) {
    // A project that is gone still has entries, so its id stays a choice.
    if (chosen) this.projectId.append(h("option", { value: chosen }, "This project"));
    this.projectId.value = chosen;
    const { projects } = await get("/projects").catch(() => ({ projects: [] }));
    for (const { id, name } of projects) {
      if (id === chosen) this.projectId.selectedOptions[0].textContent = name;
      else this.projectId.append(h("option", { value: id }, name));
    }
  }

  /** Whether anything is left out. */
  get any() {
    return NAMES.some((name) => this[name].value.trim());
  }

  clear() {
    for (const name of NAMES) this[name].value = "";
    this.#changed();
    this.actor.focus();
  }

  /** As the server is asked. */
  query() {
    const asked = { actor: this.actor.value.trim(), action: this.action.value, projectId: this.projectId.value, from: startOf(this.from.value), to: startOf(this.to.value, 1) };
    return Object.fromEntries(Object.entries(asked).filter(([, value]) => value));
  }

  #changed() {
    // A pause in typing may end after the screen was left.
    if (!this.element.isConnected) return;
    const shown = new URLSearchParams(NAMES.map((name) => [name, this[name].value.trim()]).filter(([, value]) => value));
    history.replaceState(null, "", location.pathname + (shown.size ? `?${shown}` : ""));
    this.#around();
    this.onChange();
  }

  #around() {
    // Its place is kept, so that the fields don't move when it comes.
    this.clearing.toggleAttribute("data-idle", !this.any);
  }
}
