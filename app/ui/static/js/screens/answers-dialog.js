// How a project's answers are made: which model writes them, from how much, and where on the web it looks.
import { get, patch } from "../api.js";
import { openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { field, form } from "../forms.js";
import { loadOffer } from "../chat/composer.js";

const LEAD = "For everybody's questions in this project. What is left empty is as the server has it.";

function lines(text) {
  return [...new Set(text.split(/[\s,]+/).map((line) => line.trim().toLowerCase()).filter(Boolean))];
}

/** A number, or null where the field is empty. */
function amount(value) {
  return String(value).trim() === "" ? null : Number(value);
}

function modelField(models, chosen) {
  const standard = models.find(({ isDefault }) => isDefault);
  const known = models.some(({ id }) => id === chosen);
  return field({
    label: "Model", name: "model", kind: "select", value: chosen ?? "",
    options: [
      { value: "", label: standard ? `The server's default (${standard.model})` : "The server's default" },
      ...models.map(({ id, model, provider }) => ({ value: id, label: `${model} · ${provider}` })),
      ...(chosen && !known ? [{ value: chosen, label: `${chosen}, not offered now` }] : []),
    ],
  });
}

function webFields(web, config) {
  const off = config.web !== true && h("p", { class: "small muted" }, "The web is off: this server has no key for web search. What you set here holds once it is on.");
  const domains = (name, label, hint, value) => field({ label, name, kind: "textarea", value: (value ?? []).join("\n"), rows: "3", hint, dir: "ltr", spellcheck: "false", autocapitalize: "none" });
  return h("fieldset", { class: "group" }, h("legend", {}, "On the web"), off,
    h("div", { class: "pair" },
      domains("includeDomains", "Only these sites", "One a line, such as example.org. Empty means all.", web.includeDomains),
      domains("excludeDomains", "Never these sites", "One a line.", web.excludeDomains)),
    field({ label: "Results of a search", name: "maxResults", kind: "number", min: "1", max: "20", step: "1", inputmode: "numeric", value: web.maxResults ?? "", placeholder: "6", hint: "1 to 20." }),
    h("label", { class: "check" }, h("input", { type: "checkbox", name: "withDocuments", checked: web.withDocuments === true }), "Read the project's documents as well"));
}

function bodyOf({ model, temperature, topK, includeDomains, excludeDomains, maxResults, withDocuments }) {
  const web = { includeDomains: lines(includeDomains), excludeDomains: lines(excludeDomains), withDocuments: withDocuments === "on" };
  if (amount(maxResults) !== null) web.maxResults = amount(maxResults);
  return { model: model || null, temperature: amount(temperature), topK: amount(topK), web };
}

/** Change how `project` answers; resolves with its settings once they are saved, else with nothing. */
export async function answersDialog(project) {
  const [{ models, config }, fresh] = await Promise.all([loadOffer(), get(`/projects/${project.id}`).catch(() => ({ project }))]);
  const settings = fresh.project.settings ?? {};
  const fields = [
    modelField(models, settings.model),
    h("div", { class: "pair" },
      field({ label: "Passages for an answer", name: "topK", kind: "number", min: "1", max: "50", step: "1", inputmode: "numeric", value: settings.topK ?? "", placeholder: "As the server has it", hint: "More passages see more, cost more, and distract small models." }),
      field({ label: "Temperature", name: "temperature", kind: "number", min: "0", max: "2", step: "0.1", inputmode: "decimal", value: settings.temperature ?? "", placeholder: "As the model has it", hint: "0 stays closest to the sources; 2 is the most free. Some models take only their own." })),
    webFields(settings.web ?? {}, config),
  ];
  return openDialog("How answers are made", (close) => form(fields, {
    submit: "Save", cancel: () => close(),
    send: async (values) => {
      const changed = bodyOf(values);
      await patch(`/projects/${project.id}`, { settings: changed });
      close(changed);
    },
  }), { description: LEAD });
}
