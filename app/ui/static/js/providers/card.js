// One provider in the list: what it is, how it fares, which models it has.
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { moreButton } from "../menu.js";
import { ago, number } from "../words.js";
import { trial } from "./trial.js";
import { healthWords, isBuiltIn, loadWords } from "./words.js";

const BUILT_IN = "Built in: it answers by quoting the sentences of your documents that fit best. It needs no key and no network, and it never writes a sentence of its own. Add a model for answers in free words.";
const SHOWN = 12;
const MARKS = { good: "check", waiting: "history", bad: "alert", plain: "history" };

function badge(provider) {
  const { word, kind } = healthWords(provider.health);
  return h("span", { class: ["tag", "state", kind] }, icon(MARKS[kind]), word);
}

/** What goes on now, and what went wrong last. */
function condition(provider) {
  const { health } = provider;
  if (!health) return null;
  const { kind, why } = healthWords(health);
  const facts = [loadWords(provider), health.lastSuccessAt && `Last answer ${ago(health.lastSuccessAt)}`].filter(Boolean).join(" · ");
  const trouble = why ?? health.lastError?.detail;
  return [
    facts && h("p", { class: "tiny muted numbers" }, facts),
    trouble && h("p", { class: ["small", kind === "bad" ? "trouble" : "muted"] }, h("span", { class: "trouble-when" }, `Last trouble, ${ago(health.lastError.at)}: `), h("span", { dir: "auto" }, trouble)),
  ];
}

function priceWords(prices, model) {
  const price = prices?.[model];
  return price ? `$${price.prompt} read, $${price.completion} written, for a million tokens` : null;
}

/** The first models by name; some endpoints list hundreds. */
function models(provider) {
  const all = provider.models ?? [];
  const rest = all.length - SHOWN;
  const chip = (model) => {
    const price = priceWords(provider.prices, model);
    return h("li", { class: "tag plain", title: price }, model, price && [h("span", { class: "price", "aria-hidden": "true" }, "$"), h("span", { class: "unseen" }, `, ${price}`)]);
  };
  return h("ul", { class: "row wrap models", "aria-label": `Models of ${provider.name}` }, all.slice(0, SHOWN).map(chip),
    rest > 0 && h("li", { class: "small muted" }, `and ${number(rest)} more`), !all.length && h("li", { class: "small muted" }, "No model yet. Read its list, or name one."));
}

/** `actions(provider)` gives the items of its menu. */
export function providerCard(provider, actions) {
  const builtIn = isBuiltIn(provider);
  const test = trial(() => ({ path: `/providers/${provider.id}/test`, body: {} }));
  const element = h("li", { class: "panel provider", "data-off": provider.isEnabled ? null : "" },
    h("div", { class: "row wrap" }, h("h2", { class: "grow one-line", dir: "auto" }, provider.name),
      provider.isDefault && h("span", { class: "tag" }, icon("check"), "Default"),
      provider.isEnabled ? !builtIn && provider.health && badge(provider) : h("span", { class: "tag off" }, "Off"),
      test.button, (!builtIn || !provider.isDefault) && moreButton(`Actions for ${provider.name}`, () => actions(provider))),
    builtIn ? h("p", { class: "small muted" }, BUILT_IN) : h("p", { class: "small muted mono one-line", dir: "ltr", title: provider.baseUrl }, provider.baseUrl),
    !builtIn && models(provider), !builtIn && provider.isEnabled && condition(provider),
    test.place);
  return { element, test: test.run };
}
