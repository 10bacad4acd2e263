// What the tokens of each model cost, so that usage can be counted in dollars.
import { fill, h } from "../dom.js";

function amount(model, kind, label, value) {
  return h("input", { type: "number", class: "input quiet", min: "0", max: "100000", step: "any", inputmode: "decimal", "data-model": model, "data-kind": kind, "aria-label": `${label}, ${model}`, value: value ?? "" });
}

/** Two amounts for each model; `show(models)` follows the list of models, `value()` gives `{model: {prompt, completion}}`. */
export class Prices {
  constructor(prices = {}) {
    this.kept = structuredClone(prices ?? {});
    this.body = h("tbody");
    this.none = h("p", { class: "small muted" }, "Name a model first.");
    this.table = h("table", { class: "prices" }, h("caption", { class: "unseen" }, "Dollars for a million tokens"),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Model"), h("th", { scope: "col" }, "Read"), h("th", { scope: "col" }, "Written"))), this.body);
    this.element = h("details", { class: "fold-away" }, h("summary", {}, "Prices"),
      h("div", { class: "stack" }, h("p", { class: "small muted" }, "Dollars for a million tokens, as the provider lists them. Left empty, usage counts tokens alone."), this.none, h("div", { class: "prices-frame" }, this.table)));
    this.element.open = Object.keys(this.kept).length > 0;
  }

  show(models) {
    this.kept = { ...this.kept, ...this.value() };
    const row = (model) => h("tr", {}, h("th", { scope: "row", class: "mono" }, model),
      h("td", {}, amount(model, "prompt", "Read", this.kept[model]?.prompt)), h("td", {}, amount(model, "completion", "Written", this.kept[model]?.completion)));
    fill(this.body, models.map(row));
    this.none.hidden = models.length > 0;
    this.table.hidden = !models.length;
  }

  value() {
    const prices = {};
    for (const input of this.body.querySelectorAll("input")) {
      if (input.value === "" || !input.validity.valid) continue;
      prices[input.dataset.model] ??= { prompt: 0, completion: 0 };
      prices[input.dataset.model][input.dataset.kind] = Number(input.value);
    }
    return prices;
  }
}
