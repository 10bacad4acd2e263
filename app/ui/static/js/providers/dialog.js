// The form of a provider: a kind fills it in, a test tells whether it works before it is saved.
import { patch, post } from "../api.js";
import { openDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { field, form } from "../forms.js";
import { hostOf } from "../words.js";
import { Prices } from "./prices.js";
import { trial } from "./trial.js";
import { keyHint, modelNames, slugOf } from "./words.js";

const OTHER = { id: "other", name: "Any other", baseUrl: "", models: [], needsKey: false, isLocal: false, keyUrl: "", note: "" };

function kinds(presets) {
  const options = (list) => list.map(({ id, name }) => ({ value: id, label: name }));
  const other = presets.filter(({ id }) => id === OTHER.id);
  const [local, remote] = [true, false].map((isLocal) => presets.filter((preset) => preset.isLocal === isLocal && preset.id !== OTHER.id));
  return [{ label: "On the internet", options: options(remote) }, { label: "On this machine or net", options: options(local) }, ...options(other)].filter((item) => !item.options || item.options.length);
}

/** What to look out for with a kind, and where its key is made. */
function about({ note, keyUrl }) {
  const link = /^https:\/\//.test(keyUrl ?? "") && h("a", { href: keyUrl, target: "_blank", rel: "noopener noreferrer nofollow", referrerpolicy: "no-referrer" }, "Get a key");
  return [note && h("p", {}, note.replaceAll("`", "")), link && h("p", {}, link, h("span", { class: "host" }, ` (${hostOf(keyUrl)})`))];
}

class ProviderForm {
  constructor({ provider, presets, taken }) {
    Object.assign(this, { provider, presets: presets.length ? presets : [OTHER], taken, prices: new Prices(provider?.prices) });
    this.preset = this.presets.find(({ id }) => id === provider?.preset) ?? (provider ? OTHER : this.presets[0]);
    this.about = h("div", { class: "small muted about-kind" });
    const path = provider ? `/providers/${provider.id}/test` : "/providers/test";
    this.test = trial(() => ({ path, body: this.#endpoint() }), { label: "Test it first" });
  }

  fields() {
    const { provider, preset } = this;
    const named = provider?.name ?? (preset.id === OTHER.id ? "" : preset.name);
    return [
      !provider && field({ label: "Kind", name: "preset", kind: "select", value: preset.id, options: kinds(this.presets) }), this.about,
      field({ label: "Name", name: "name", value: named, required: true, "data-what": "a name", maxlength: "100" }),
      field({ label: "Address", name: "baseUrl", kind: "url", value: provider?.baseUrl ?? preset.baseUrl, required: true, "data-what": "the endpoint's address", hint: "Ends in /v1 with most servers.", dir: "ltr", spellcheck: "false" }),
      field({ label: "Key", name: "apiKey", kind: "password", autocomplete: "off", hint: keyHint(provider) }),
      field({ label: "Models", name: "models", kind: "textarea", value: (provider?.models ?? preset.models).join("\n"), hint: "One a line; the first is used unless another is chosen. Left empty, they are read from the endpoint.", spellcheck: "false", dir: "ltr" }),
      field({ label: "Answers at once", name: "maxConcurrent", kind: "number", min: "1", max: "1000", step: "1", inputmode: "numeric", value: provider?.maxConcurrent ?? "", placeholder: "No limit", hint: "More questions than that wait for their turn. Free accounts and small machines need it." }),
      this.prices.element,
      !provider && h("label", { class: "check" }, h("input", { type: "checkbox", name: "isDefault", checked: true }), "Use it for new questions"),
      h("div", { class: "stack" }, h("div", { class: "row" }, this.test.button), this.test.place),
    ];
  }

  /** Wire the form's element, once it is there. */
  attach(element) {
    this.element = element;
    const { models, preset } = element.elements;
    models.addEventListener("input", () => this.prices.show(modelNames(models.value)));
    preset?.addEventListener("change", () => this.#choose(preset.value));
    this.prices.show(modelNames(models.value));
    fill(this.about, about(this.preset));
    return element;
  }

  #choose(id) {
    this.preset = this.presets.find((preset) => preset.id === id) ?? OTHER;
    const { name, baseUrl, models } = this.element.elements;
    name.value = this.preset.id === OTHER.id ? "" : this.preset.name;
    baseUrl.value = this.preset.baseUrl;
    models.value = this.preset.models.join("\n");
    this.prices.show(this.preset.models);
    fill(this.about, about(this.preset));
    fill(this.test.place);
  }

  #endpoint() {
    const { baseUrl, apiKey, models } = this.element.elements;
    const [model] = modelNames(models.value);
    return { baseUrl: baseUrl.value.trim(), ...(apiKey.value.trim() ? { apiKey: apiKey.value.trim() } : {}), ...(model ? { model } : {}) };
  }

  body({ name, baseUrl, apiKey, models, maxConcurrent, isDefault }) {
    const names = modelNames(models);
    const known = Object.fromEntries(Object.entries(this.prices.value()).filter(([model]) => names.includes(model)));
    const body = { name: name.trim(), baseUrl: baseUrl.trim(), apiKey: apiKey.trim(), models: names, maxConcurrent: Number(maxConcurrent) || null, prices: known };
    if (this.provider) return body;
    return { ...body, slug: slugOf(name, this.taken), type: "openai", preset: this.preset.id, isDefault: isDefault === "on" };
  }
}

/** Add or change a provider; resolves with its id once it is saved, else with nothing. */
export function providerDialog({ provider = null, presets, taken }) {
  const draft = new ProviderForm({ provider, presets, taken });
  return openDialog(provider ? "Edit the provider" : "Add a provider", (close) => draft.attach(form(draft.fields(), {
    submit: provider ? "Save" : "Add", cancel: () => close(),
    send: async (values) => {
      const body = draft.body(values);
      const answer = provider ? await patch(`/providers/${provider.id}`, body) : await post("/providers", body);
      close((answer.provider ?? answer).id);
    },
  })));
}
