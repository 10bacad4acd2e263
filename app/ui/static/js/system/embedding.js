// The model that searches by meaning; while a new one fills, how far it is.
import { h } from "../dom.js";
import { problem } from "../forms.js";
import { number } from "../words.js";

function filling({ name, dimensions, done, total, error }) {
  const share = total ? Math.floor((done / total) * 100) : 0;
  return [
    h("p", {}, "Changing to ", h("span", { class: "mono", dir: "ltr" }, name), h("span", { class: "muted" }, `, ${number(dimensions)} dimensions. The old model answers until the new one is complete.`)),
    h("div", { class: "row" }, h("progress", { class: "bar", max: String(Math.max(1, total)), value: done, "aria-label": "Passages that the new model has" }), h("span", { class: "small numbers embedding-share" }, `${share} %`)),
    h("p", { class: "tiny muted numbers" }, `${number(done)} of ${number(total)} passages`),
    error && problem(`It does not go on: ${error}`),
  ];
}

/** `{active, next}` of GET /system/embedding as a panel. */
export function embeddingPanel({ active, next }) {
  return h("section", { class: "panel stack embedding", "aria-labelledby": "embedding-title" },
    h("div", {}, h("h2", { id: "embedding-title" }, "Search by meaning"),
      active && h("p", { class: "small muted" }, h("span", { class: "mono", dir: "ltr" }, active.name), `, ${number(active.dimensions)} dimensions`)),
    active?.error && problem(`Searches go by words alone: ${active.error}`),
    next && filling(next));
}
