// Which models answer: the built-in one, and endpoints that speak OpenAI's protocol.
import { toast } from "../announce.js";
import { get, patch, post, remove } from "../api.js";
import { forgetOffer } from "../chat/composer.js";
import { confirmDialog, openDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { field, form, problem } from "../forms.js";
import { icon } from "../icons.js";
import { moreButton } from "../menu.js";
import { settingsSide } from "../settings.js";
import { openShell } from "../shell.js";

const PRESETS = [
  { value: "openai", label: "OpenAI", name: "OpenAI", url: "https://api.openai.com/v1", models: "gpt-4.1-mini" },
  { value: "mistral", label: "Mistral", name: "Mistral", url: "https://api.mistral.ai/v1", models: "mistral-small-latest" },
  { value: "ollama", label: "Ollama, on this machine", name: "Ollama", url: "http://127.0.0.1:11434/v1", models: "llama3.2" },
  { value: "lmstudio", label: "LM Studio, on this machine", name: "LM Studio", url: "http://127.0.0.1:1234/v1", models: "" },
  { value: "vllm", label: "vLLM, on this machine", name: "vLLM", url: "http://127.0.0.1:8001/v1", models: "" },
  { value: "other", label: "Another endpoint", name: "", url: "", models: "" },
];

function slugOf(name, taken) {
  const plain = name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "") || "provider";
  let slug = plain;
  for (let n = 2; taken.has(slug); n += 1) slug = `${plain}-${n}`;
  return slug;
}

function modelNames(text) {
  return [...new Set(text.split(/[\n,]+/).map((name) => name.trim()).filter(Boolean))];
}

function keyHint(provider) {
  const last = provider.keyLast4 || (provider.apiKey ?? "").slice(-4);
  return last ? `A key ending in ${last} is stored. Leave this empty to keep it.` : "No key is stored. Leave this empty where the endpoint wants none.";
}

function isBuiltIn(provider) {
  return provider.type === "extractive";
}

class ProvidersScreen {
  #providers = [];

  constructor() {
    this.list = h("ul", { class: "provider-list" }, h("li", { class: "panel" }, h("div", { class: "skeleton" })));
    this.place = h("div");
    const add = h("button", { type: "button", class: "button primary", "data-shortcut": "n", on: { click: () => this.#edit() } }, icon("add"), "Add a provider");
    this.element = h("div", { class: "page" }, h("div", { class: "column narrow" },
      h("header", { class: "page-head" }, h("div", {}, h("h1", {}, "Model providers"), h("p", { class: "muted" }, "Who writes the answers. Any endpoint that speaks OpenAI's protocol can; the documents are searched here in any case.")), add),
      this.place, this.list));
  }

  async load() {
    forgetOffer();
    try {
      this.#providers = (await get("/providers/admin")).providers;
      fill(this.place);
      fill(this.list, this.#providers.map((provider) => this.#card(provider)));
    } catch (error) {
      fill(this.list);
      fill(this.place, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.load() } }, icon("reload"), "Try again")));
    }
  }

  #card(provider) {
    const result = h("div", { role: "status" });
    const builtIn = isBuiltIn(provider);
    const test = h("button", { type: "button", class: "button tight", on: { click: () => this.#test(provider, test, result) } }, "Test");
    return h("li", { class: "panel provider", "data-off": provider.isEnabled ? null : "" },
      h("div", { class: "row wrap" }, h("h2", { class: "grow one-line", dir: "auto" }, provider.name),
        provider.isDefault && h("span", { class: "tag" }, icon("check"), "Default"), !provider.isEnabled && h("span", { class: "tag off" }, "Off"),
        test, (!builtIn || !provider.isDefault) && moreButton(`Actions for ${provider.name}`, () => this.#actions(provider))),
      builtIn
        ? h("p", { class: "small muted" }, "Built in: it answers by quoting the sentences of your documents that fit best. It needs no key and no network, and it never writes a sentence of its own. Add a model for answers in free words.")
        : h("p", { class: "small muted mono one-line", dir: "ltr" }, provider.baseUrl),
      !builtIn && h("ul", { class: "row wrap models", "aria-label": `Models of ${provider.name}` }, (provider.models ?? []).map((model) => h("li", { class: "tag plain" }, model))),
      result);
  }

  #actions(provider) {
    const items = [];
    if (!provider.isDefault) items.push({ label: "Make it the default", icon: "check", act: () => this.#change(provider, { isDefault: true }) });
    if (isBuiltIn(provider)) return items;
    items.push({ label: "Edit", icon: "edit", act: () => this.#edit(provider) },
      { label: "Read its list of models", icon: "reload", act: () => this.#refresh(provider) },
      { label: provider.isEnabled ? "Switch off" : "Switch on", icon: provider.isEnabled ? "stop" : "check", act: () => this.#change(provider, { isEnabled: !provider.isEnabled }) },
      "-", { label: "Delete", icon: "trash", danger: true, act: () => this.#delete(provider) });
    return items;
  }

  async #test(provider, button, place) {
    button.setAttribute("aria-busy", "true");
    fill(place, h("p", { class: "small muted" }, "Asking it for a few words…"));
    try {
      const answer = await post(`/providers/${provider.id}/test`, {});
      fill(place, answer.ok
        ? h("div", { class: "notice good" }, icon("check"), h("p", { class: "small" }, `It answers, in ${answer.latencyMs} ms`, answer.sample ? `: “${answer.sample}”` : "."))
        : problem(`${answer.error?.message ?? answer.error ?? "It does not answer."}${answer.status ? ` (status ${answer.status})` : ""} Check the address, the key and the model's name.`));
    } catch (error) {
      fill(place, problem(error.message));
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  async #change(provider, change) {
    try {
      await patch(`/providers/${provider.id}`, change);
      await this.load();
    } catch (error) {
      toast(error.message);
    }
  }

  async #refresh(provider) {
    try {
      const answer = await post(`/providers/${provider.id}/models/refresh`);
      toast(`Models read: ${(answer?.provider?.models ?? answer?.models ?? []).length}.`);
      await this.load();
    } catch (error) {
      toast(error.message);
    }
  }

  #delete(provider) {
    return confirmDialog({
      title: `Delete “${provider.name}”?`, submit: "Delete", description: "Its key goes with it. Answers that it wrote stay. If it was the default, another one becomes it.",
      act: async () => { await remove(`/providers/${provider.id}`); await this.load(); },
    });
  }

  #edit(provider = null) {
    return openDialog(provider ? "Edit the provider" : "Add a provider", (close) => {
      const fields = [
        !provider && field({ label: "Kind", name: "preset", kind: "select", value: "openai", options: PRESETS }),
        field({ label: "Name", name: "name", value: provider?.name ?? PRESETS[0].name, required: true, "data-what": "a name", maxlength: "100" }),
        field({ label: "Address", name: "baseUrl", kind: "url", value: provider?.baseUrl ?? PRESETS[0].url, required: true, "data-what": "the endpoint's address", hint: "Ends in /v1 with most servers.", dir: "ltr", spellcheck: "false" }),
        field({ label: "Key", name: "apiKey", kind: "password", autocomplete: "off", hint: provider ? keyHint(provider) : "Kept encrypted on this server. Leave empty where none is wanted." }),
        field({ label: "Models", name: "models", kind: "textarea", value: (provider?.models ?? modelNames(PRESETS[0].models)).join("\n"), required: true, "data-what": "at least one model's name", hint: "One a line; the first is used unless another is chosen.", spellcheck: "false", dir: "ltr" }),
        !provider && h("label", { class: "check" }, h("input", { type: "checkbox", name: "isDefault", checked: true }), "Use it for new questions"),
      ];
      const element = form(fields, { submit: provider ? "Save" : "Add", cancel: () => close(), send: async (values) => { await this.#save(provider, values); close(); } });
      element.elements.preset?.addEventListener("change", (event) => this.#preset(element, event.target.value));
      return element;
    });
  }

  #preset(element, value) {
    const preset = PRESETS.find((item) => item.value === value);
    element.elements.name.value = preset.name;
    element.elements.baseUrl.value = preset.url;
    element.elements.models.value = preset.models;
  }

  async #save(provider, { name, baseUrl, apiKey, models, isDefault }) {
    const body = { name: name.trim(), baseUrl: baseUrl.trim(), apiKey: apiKey.trim(), models: modelNames(models) };
    if (!provider) Object.assign(body, { slug: slugOf(name, new Set(this.#providers.map((item) => item.slug))), type: "openai", isDefault: isDefault === "on" });
    const answer = provider ? await patch(`/providers/${provider.id}`, body) : await post("/providers", body);
    await this.load();
    const id = (answer.provider ?? answer).id;
    const at = this.#providers.findIndex((item) => item.id === id);
    // Whether it works is what one wants to know next.
    this.list.children[at]?.querySelector(".button")?.click();
  }
}

export async function providersScreen() {
  const screen = new ProvidersScreen();
  openShell({ title: "Model providers", side: settingsSide(), content: screen.element });
  await screen.load();
}
