// Why an answer was written from these passages: what was looked for, and what became of each.
import { announce } from "../announce.js";
import { get } from "../api.js";
import { showDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { counted } from "../words.js";
import { channelWords, evidenceWords, fateWords, verdictWords } from "./trace-words.js";

const PATIENCE = 150; // Milliseconds of nothing before something says that it comes.

/** Show why the answer was written from its passages; resolves when it is closed. */
export function traceDialog(messageId) {
  const place = h("div", { class: "trace", "aria-busy": "true" });
  load(place, messageId);
  return showDialog("Why these passages", place);
}

async function load(place, messageId) {
  place.setAttribute("aria-busy", "true");
  const waiting = setTimeout(() => fill(place, [1, 2, 3, 4].map(() => h("div", { class: "skeleton" }))), PATIENCE);
  try {
    const { trace } = await get(`/chat/messages/${encodeURIComponent(messageId)}/trace`);
    clearTimeout(waiting);
    fill(place, trace ? told(trace) : nothing());
    announce(trace ? `${counted(trace.considered, "passage")} considered.` : "Nothing was kept about this answer.");
  } catch (error) {
    if (!error.code) throw error;
    clearTimeout(waiting);
    const again = h("button", { type: "button", class: "button", on: { click: () => { fill(place); place.closest("dialog").querySelector(".actions .button").focus(); load(place, messageId); } } }, icon("reload"), "Try again");
    // Who may not know it now may not know it a second time.
    fill(place, problem(error.message, error.status !== 403 && error.status !== 404 && again));
  } finally {
    place.removeAttribute("aria-busy");
  }
}

function nothing() {
  return h("p", { class: "muted" }, "Nothing is kept about this answer: no documents were searched for it, or it is older than these notes. Ask again to have them.");
}

function told(trace) {
  return [
    h("section", { "aria-label": "What was looked for" },
      h("h3", {}, "Looked for"),
      h("blockquote", { class: "trace-question", dir: "auto" }, trace.question)),
    verdict(trace),
    h("section", { class: "stack", "aria-label": "What was considered" },
      h("h3", {}, "What was considered"),
      h("p", { class: "small muted" }, channelWords(trace)),
      trace.candidates.length > 0 && table(trace)),
  ];
}

function verdict(trace) {
  const { what, detail } = verdictWords(trace);
  const sum = h("p", { class: "trace-sum numbers", css: { "--sum": `${share(trace.told)}%`, "--needed": `${share(trace.threshold)}%` } },
    h("span", {}, "Evidence ", h("strong", {}, signed(trace.told)), h("span", { class: "muted" }, `, where ${trace.threshold.toFixed(2)} is enough`)),
    h("span", { class: "trace-gauge", "aria-hidden": "true" }));
  return h("section", { class: ["trace-verdict", trace.relevant ? "yes" : "no"], "aria-label": "Whether the documents speak of it" },
    h("div", { class: "row" }, icon(trace.relevant ? "check" : "search"), h("h3", {}, what)),
    h("p", { class: "small" }, detail),
    sum,
    h("ul", { class: "trace-evidence" }, evidenceWords(trace).map((line) => h("li", {}, line))));
}

/** Two digits, with a minus as long as a plus. */
function signed(value) {
  return value.toFixed(2).replace("-", "−");
}

/** A value on the gauge, in per cent of its width; the gauge ends where nobody looks any more. */
function share(value) {
  return Math.round(100 * Math.min(1, Math.max(0, value) / 1.2));
}

function table(trace) {
  const heading = (name, classes = "") => h("th", { scope: "col", class: classes }, name);
  return h("div", { class: "trace-frame", role: "region", "aria-label": "Passages that were considered", tabindex: "0" },
    h("table", { class: "trace-table" },
      h("thead", {}, h("tr", {}, heading("Place", "figure"), heading("Passage"), heading("By meaning", "figure fold"), heading("By words", "figure fold"), heading("Score", "fold"), heading("What became of it"))),
      h("tbody", {}, trace.candidates.map((candidate) => row(candidate, trace)))));
}

function row(candidate, trace) {
  const { score, fusedPlace, place } = candidate;
  const before = trace.reranked && fusedPlace !== place && h("span", { class: "tiny muted" }, `was ${fusedPlace}`);
  return h("tr", { class: candidate.source ? "sent" : "" },
    h("td", { class: "figure" }, place, before),
    h("th", { scope: "row" }, passage(candidate)),
    h("td", { class: "figure fold" }, rank(candidate.byMeaning)),
    h("td", { class: "figure fold" }, rank(candidate.byWords)),
    h("td", { class: "fold trace-score" }, score.toFixed(2), h("span", { class: "share", "aria-hidden": "true", css: { "--share": `${Math.round(100 * score)}%` } })),
    h("td", {}, fate(candidate)));
}

function rank(place) {
  return place ?? [h("span", { "aria-hidden": "true", class: "muted" }, "–"), h("span", { class: "unseen" }, "not found")];
}

function passage({ documentName, pageNumber, snippet, gone, neighbours, byMeaning, byWords }) {
  const lost = gone ? "The document was deleted since." : "The document has changed since; this passage is no more.";
  const around = neighbours > 0 && `with ${counted(neighbours, "passage")} around it`;
  return [
    h("span", { class: "trace-name", dir: "auto" }, documentName),
    h("span", { class: "tiny muted numbers" }, [pageNumber && `Page ${pageNumber}`, around].filter(Boolean).join(", ")),
    snippet ? h("span", { class: "trace-snippet", dir: "auto" }, snippet) : h("span", { class: "tiny muted row aged" }, icon("history"), lost),
    h("span", { class: "tiny muted numbers only-narrow" }, `By meaning ${byMeaning ?? "–"}, by words ${byWords ?? "–"}`),
  ];
}

function fate(candidate) {
  const { source, cited } = candidate;
  return h("span", { class: ["trace-fate", !source && "muted"] },
    source && h("span", { class: ["chip", !cited && "old"], "aria-hidden": "true" }, source),
    h("span", {}, fateWords(candidate)));
}
