// The form of an integration: whose pages may ask, how often, and when people take over.
import { patch, post } from "../api.js";
import { openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { field, form } from "../forms.js";
import { icon } from "../icons.js";
import { KINDS } from "./words.js";

const STANDARD = { name: "", kind: "widget", allowedDomains: [], rateLimitPerMinute: 60, customerLimitPerMinute: 20, dailyBudget: null, escalation: { onRequest: true, afterUnanswered: 2 } };

function kinds(chosen) {
  return h("fieldset", { class: "choices" }, h("legend", {}, "Who asks"), KINDS.map(({ value, icon: drawing, label, words }) =>
    h("label", { class: "choice" }, h("input", { type: "radio", name: "kind", value, checked: value === chosen }), icon(drawing), h("span", { class: "two-lines" }, h("strong", {}, label), h("span", { class: "small muted" }, words)))));
}

function amount(label, name, value, most, rest = {}) {
  return field({ label, name, kind: "number", min: "1", max: String(most), step: "1", inputmode: "numeric", value: value ?? "", ...rest });
}

function fields(shown, isNew) {
  return [
    field({ label: "Name", name: "name", value: shown.name, required: true, "data-what": "a name", maxlength: "120", placeholder: isNew ? "Shop" : null }),
    isNew && kinds(shown.kind),
    field({ label: "Domains", name: "allowedDomains", kind: "textarea", rows: "3", value: shown.allowedDomains.join("\n"), hint: "Only pages of these may ask. One a line: example.com, or *.example.com for all below it. Empty means every page.", dir: "ltr", spellcheck: "false", autocapitalize: "none" }),
    h("fieldset", { class: "group" }, h("legend", {}, "How much"),
      h("div", { class: "pair" },
        amount("Questions a minute", "rateLimitPerMinute", shown.rateLimitPerMinute, 10000, { required: true, "data-what": "a number" }),
        amount("Of one customer", "customerLimitPerMinute", shown.customerLimitPerMinute, 10000, { required: true, "data-what": "a number" })),
      amount("Questions a day", "dailyBudget", shown.dailyBudget, 1000000, { placeholder: "No limit", hint: "After that many, customers are told to come back tomorrow. The day is one of UTC." })),
    h("fieldset", { class: "group" }, h("legend", {}, "When people take over"),
      h("label", { class: "check" }, h("input", { type: "checkbox", name: "onRequest", checked: shown.escalation.onRequest }), "When a customer asks for a person"),
      field({ label: "Answers in a row that found nothing", name: "afterUnanswered", kind: "number", min: "0", max: "100", step: "1", inputmode: "numeric", value: shown.escalation.afterUnanswered, required: true, "data-what": "a number", hint: "0 for never." })),
  ];
}

function lines(text) {
  return [...new Set(text.split(/[\s,]+/).filter(Boolean))];
}

function bodyOf({ name, kind, allowedDomains, rateLimitPerMinute, customerLimitPerMinute, dailyBudget, onRequest, afterUnanswered }) {
  return {
    name: name.trim(), kind, allowedDomains: lines(allowedDomains),
    rateLimitPerMinute: Number(rateLimitPerMinute), customerLimitPerMinute: Number(customerLimitPerMinute),
    dailyBudget: dailyBudget.trim() === "" ? null : Number(dailyBudget),
    escalation: { onRequest: onRequest === "on", afterUnanswered: Number(afterUnanswered) },
  };
}

/** Add or change one; resolves with the server's answer (`{integration, token?}`) once it is saved, else with nothing. */
export function integrationDialog(path, integration = null) {
  return openDialog(integration ? "Edit the integration" : "Add an integration", (close) => form(fields(integration ?? STANDARD, !integration), {
    submit: integration ? "Save" : "Add", cancel: () => close(),
    send: async (values) => {
      const body = bodyOf(values);
      close(integration ? await patch(`${path}/${integration.id}`, body) : await post(path, body));
    },
  }));
}
