// Which models answer: the built-in one, and endpoints that speak OpenAI's protocol.
import { toast } from "../announce.js";
import { get, patch, post, remove } from "../api.js";
import { forgetOffer } from "../chat/composer.js";
import { confirmDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { providerCard } from "../providers/card.js";
import { providerDialog } from "../providers/dialog.js";
import { FallbackList } from "../providers/fallback.js";
import { isBuiltIn } from "../providers/words.js";
import { settingsSide } from "../settings.js";
import { openShell } from "../shell.js";
import { counted } from "../words.js";

const LEAD = "Who writes the answers. Any endpoint that speaks OpenAI's protocol can; the documents are searched here in any case.";

class ProvidersScreen {
  #providers = [];
  #presets = [];
  #cards = new Map();
  #loading = null;

  constructor() {
    this.list = h("ul", { class: "provider-list" }, h("li", { class: "panel" }, h("div", { class: "skeleton" })));
    this.place = h("div");
    this.fallback = new FallbackList();
    const add = h("button", { type: "button", class: "button primary", "data-shortcut": "n", on: { click: () => this.#edit() } }, icon("add"), "Add a provider");
    this.element = h("div", { class: "page" }, h("div", { class: "column narrow" },
      h("header", { class: "page-head" }, h("div", {}, h("h1", {}, "Model providers"), h("p", { class: "muted" }, LEAD)), add),
      this.place, this.list, this.fallback.element));
    this.fallback.element.hidden = true;
  }

  load() {
    this.#loading = this.#load();
    return this.#loading;
  }

  async #load() {
    forgetOffer();
    try {
      const [{ providers }, { presets }] = await Promise.all([get("/providers/admin"), this.#presets.length ? { presets: this.#presets } : get("/providers/presets")]);
      this.#providers = providers;
      this.#presets = presets;
      fill(this.place);
      this.#show();
    } catch (error) {
      fill(this.list);
      this.fallback.element.hidden = true;
      fill(this.place, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.load() } }, icon("reload"), "Try again")));
      return;
    }
    await this.fallback.load(this.#providers.filter((provider) => provider.isEnabled).flatMap(({ slug, models }) => models.map((model) => `${slug}/${model}`)));
  }

  #show() {
    this.#cards = new Map(this.#providers.map((provider) => [provider.id, providerCard(provider, (which) => this.#actions(which))]));
    fill(this.list, [...this.#cards.values()].map(({ element }) => element));
    this.fallback.element.hidden = false;
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
      toast(`${counted((answer?.provider?.models ?? []).length, "model")} read from ${provider.name}.`);
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

  async #edit(provider = null) {
    await this.#loading; // The kinds to choose from, and the names that are taken, come with it.
    const taken = new Set(this.#providers.map(({ slug }) => slug));
    const id = await providerDialog({ provider, presets: this.#presets, taken });
    if (!id) return;
    await this.load();
    const saved = this.#providers.find((other) => other.id === id);
    if (saved && !saved.models.length) await this.#refresh(saved);
    // Whether it works is what one wants to know next.
    this.#cards.get(id)?.test();
  }
}

export async function providersScreen() {
  const screen = new ProvidersScreen();
  openShell({ title: "Model providers", side: settingsSide(), content: screen.element });
  await screen.load();
}
