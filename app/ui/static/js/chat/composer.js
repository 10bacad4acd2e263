// Where a question is written.
import { get } from "../api.js";
import { fill, freshId, h } from "../dom.js";
import { icon } from "../icons.js";
import { attachMenu } from "../menu.js";
import { number } from "../words.js";
import { isOn, modeChoices, modeOf } from "./modes.js";

const LIMIT = 8000;
const NEAR = 7000;
const NO_OFFER = { config: { docs: true, unknown: true }, models: [] };

let offered = null;

/** What the server offers: modes and models; asked once. */
export function loadOffer() {
  offered ??= Promise.all([get("/chat/config"), get("/providers/models")])
    .then(([config, models]) => ({ config, models: Array.isArray(models) ? models : (models.models ?? []) }))
    .catch(() => { offered = null; return NO_OFFER; });
  return offered;
}

export function forgetOffer() {
  offered = null;
}

export class Composer {
  #busy = false;

  /**
   * `send({message, mode, modelId, documentIds})`, `stop()`; `placeholder` names whom one asks.
   * What was chosen last in `project` is chosen again, for as long as the browser's tab is open.
   */
  constructor({ send, stop = () => {}, placeholder, draftKey, project }) {
    Object.assign(this, { send, stop, placeholder, draftKey, project, choiceKey: `choice-${project.id}`, scope: null, offer: NO_OFFER });
    Object.assign(this, { mode: "docs", modelId: null }, JSON.parse(sessionStorage.getItem(this.choiceKey) ?? "{}"));
    const id = freshId("question");
    this.input = h("textarea", { id, rows: "1", dir: "auto", placeholder, enterkeyhint: "send", "aria-describedby": `${id}-count`, "data-shortcut": "/" });
    this.count = h("span", { class: "tiny numbers", id: `${id}-count` });
    this.submit = h("button", { type: "submit", class: "button primary only send", "aria-label": "Ask", title: "Ask (Enter)" }, icon("send"));
    this.modeButton = attachMenu(h("button", { type: "button", class: "button bare tight", "aria-label": "Where to look" }), () => this.#modeItems());
    this.modelButton = attachMenu(h("button", { type: "button", class: "button bare tight model-picker", "aria-label": "Model", hidden: true }), () => this.#modelItems());
    this.scopeLine = h("div", { class: "row", hidden: true });
    this.element = h("form", { class: "composer", "aria-label": "Ask a question", novalidate: true },
      this.scopeLine, h("label", { class: "unseen", for: id }, "Your question"), this.input,
      h("div", { class: "row" }, this.modeButton, this.modelButton, h("span", { class: "grow" }), this.count, this.submit));
    this.element.addEventListener("submit", (event) => { event.preventDefault(); this.#act(); });
    this.element.addEventListener("click", (event) => { if (event.target === this.element) this.input.focus(); });
    this.input.addEventListener("keydown", (event) => this.#key(event));
    this.input.addEventListener("input", () => this.#changed());
    this.input.value = sessionStorage.getItem(draftKey) ?? "";
    this.#changed();
    this.#labels();
    loadOffer().then((offer) => { this.offer = offer; this.#labels(); });
  }

  get isBusy() {
    return this.#busy;
  }

  set busy(value) {
    this.#busy = value;
    fill(this.submit, icon(value ? "stop" : "send"));
    this.submit.setAttribute("aria-label", value ? "Stop the answer" : "Ask");
    this.submit.title = value ? "Stop the answer" : "Ask (Enter)";
    this.#changed();
  }

  set text(value) {
    this.input.value = value;
    this.#changed();
    this.input.focus();
  }

  /** Ask one document alone, or all (null). */
  restrict(file) {
    this.scope = file;
    this.scopeLine.hidden = !file;
    const drop = () => { this.restrict(null); this.input.focus(); };
    fill(this.scopeLine, file && [h("span", { class: "scope" }, icon("document"), h("span", { class: "one-line" }, `Only ${file.name}`), h("button", { type: "button", "aria-label": "Ask all documents", title: "Ask all documents", on: { click: drop } }, icon("close")))]);
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!this.#busy) this.#act();
  }

  #changed() {
    const { length } = this.input.value;
    this.count.textContent = length >= NEAR ? `${number(length)} of ${number(LIMIT)} characters` : "";
    this.count.classList.toggle("over", length > LIMIT);
    this.submit.disabled = !this.#busy && (!this.input.value.trim() || length > LIMIT);
    // `field-sizing: content` does this where it is known.
    if (!CSS.supports("field-sizing", "content")) this.input.rows = Math.min(9, this.input.value.split("\n").length);
    if (this.draftKey) sessionStorage.setItem(this.draftKey, this.input.value);
  }

  #act() {
    if (this.#busy) return this.stop();
    const message = this.input.value.trim();
    if (!message || message.length > LIMIT) return;
    const question = { message, mode: this.#mode().mode };
    if (this.#model(this.modelId)) question.modelId = this.modelId;
    if (this.scope) question.documentIds = [this.scope.id];
    this.input.value = "";
    this.#changed();
    this.send(question);
  }

  /** What is off is known only once the server has said so. */
  async #modeItems() {
    const { config } = await loadOffer();
    return modeChoices(config, this.#mode().mode, (mode) => this.#choose({ mode }));
  }

  #modelItems() {
    const chosen = this.#model(this.modelId) ?? this.#standard();
    return this.offer.models.map((model) => ({ label: model.model, hint: model.provider, checked: model === chosen, act: () => this.#choose({ modelId: model.id }) }));
  }

  #choose(choice) {
    Object.assign(this, choice);
    sessionStorage.setItem(this.choiceKey, JSON.stringify({ mode: this.mode, modelId: this.modelId }));
    this.#labels();
  }

  /** The mode that was chosen, as long as the server offers it. */
  #mode() {
    return modeOf(isOn(this.offer.config, this.mode) ? this.mode : "docs");
  }

  /** The project's own model changed; null is the server's default. */
  follow(model) {
    this.project.settings = { ...this.project.settings, model };
    this.#labels();
  }

  #model(id) {
    return this.offer.models.find((model) => model.id === id);
  }

  /** Who answers unless another is chosen: the project's model, else the server's. */
  #standard() {
    const own = this.project.settings?.model;
    return this.offer.models.find(({ id, model }) => own && (id === own || model === own)) ?? this.offer.models.find((model) => model.isDefault) ?? this.offer.models[0];
  }

  #labels() {
    const mode = this.#mode();
    this.input.placeholder = mode.placeholder ?? this.placeholder;
    fill(this.modeButton, icon(mode.icon), mode.label, icon("down"));
    this.modeButton.setAttribute("aria-label", `Where to look: ${mode.label}`);
    const model = this.#model(this.modelId) ?? this.#standard();
    this.modelButton.hidden = this.offer.models.length < 2;
    if (model) {
      fill(this.modelButton, h("span", { class: "one-line" }, model.model), icon("down"));
      this.modelButton.setAttribute("aria-label", `Model: ${model.model}`);
    }
  }
}
