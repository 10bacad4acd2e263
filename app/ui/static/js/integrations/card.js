// One integration in the list: whose pages may ask, how often, and when people take over.
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { moreButton } from "../menu.js";
import { escalationWords, everywhere, kindOf, limitWords, tokenStub } from "./words.js";

function domains(integration) {
  const { allowedDomains } = integration;
  if (!allowedDomains.length) return h("span", { class: "open-to-all" }, everywhere(integration));
  return h("ul", { class: "row wrap domains", "aria-label": "Domains" }, allowedDomains.map((domain) => h("li", { class: "tag plain", dir: "ltr" }, domain)));
}

function facts(integration) {
  const lines = [
    ["Domains", domains(integration)],
    ["Limits", limitWords(integration)],
    ["People take over", escalationWords(integration.escalation)],
    ["Token", h("span", { class: "mono", dir: "ltr" }, tokenStub(integration))],
  ];
  return h("dl", { class: "integration-facts small" }, lines.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { class: "numbers" }, value))));
}

/** `actions(integration)` gives the items of its menu, `use(integration)` shows how it is put to use. */
export function integrationCard(integration, actions, use) {
  const kind = kindOf(integration);
  return h("li", { class: "panel integration", "data-off": integration.isEnabled ? null : "" },
    h("div", { class: "row wrap" }, h("h2", { class: "grow one-line", dir: "auto", title: integration.name }, integration.name),
      h("span", { class: "tag plain-words" }, icon(kind.icon), kind.chip),
      !integration.isEnabled && h("span", { class: "tag off" }, "Off"),
      h("button", { type: "button", class: "button tight", "aria-label": `${integration.kind === "widget" ? "Script tag" : "How to ask"} of ${integration.name}`, on: { click: () => use(integration) } }, icon("code"), integration.kind === "widget" ? "Script tag" : "How to ask"),
      moreButton(`Actions for ${integration.name}`, () => actions(integration))),
    facts(integration));
}
