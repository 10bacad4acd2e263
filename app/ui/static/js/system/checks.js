// The checks of the server: what is wrong first, with the page that mends it.
import { copyText } from "../clipboard.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { counted } from "../words.js";

const GROUPS = [
  { status: "failed", title: "Wrong", icon: "alert" },
  { status: "warning", title: "To look at", icon: "history" },
  { status: "ok", title: "In order", icon: "check" },
];
const COPIED_MS = 2500;

/** The name of a page in runbooks/, with a button that copies it. */
function runbook(name) {
  const path = `runbooks/${name}.md`;
  const words = h("span", {}, "Copy");
  const copy = async () => {
    fill(words, (await copyText(path)) ? "Copied" : "Select it and copy it");
    setTimeout(() => fill(words, "Copy"), COPIED_MS);
  };
  return h("p", { class: "row wrap runbook" }, h("span", { class: "small muted" }, "What to do:"), h("code", { class: "mono", dir: "ltr" }, path),
    h("button", { type: "button", class: "button bare tight", on: { click: copy } }, icon("copy"), words, h("span", { class: "unseen" }, ` ${path}`)));
}

function line({ name, status, detail, runbook: page, durationMs }) {
  const group = GROUPS.find((each) => each.status === status) ?? GROUPS[0];
  return h("li", { class: ["check-line", status] }, icon(group.icon),
    h("div", { class: "grow" },
      h("div", { class: "row" }, h("h3", { class: "grow" }, name), h("span", { class: "tiny muted numbers" }, `${Math.round(durationMs)} ms`)),
      detail && h("p", { class: "small", dir: "auto" }, detail),
      page && status !== "ok" && runbook(page)));
}

/** One line for all checks: what a person who looks for a second wants to know. */
export function verdict(checks) {
  const count = (status) => checks.filter((check) => check.status === status).length;
  if (count("failed")) return `${counted(count("failed"), "check")} of ${checks.length} found something wrong.`;
  if (count("warning")) return `Everything works. ${counted(count("warning"), "thing")} to look at.`;
  return `All ${checks.length} checks are in order.`;
}

export function checkGroups(checks) {
  return GROUPS.map(({ status, title }) => {
    const own = checks.filter((check) => check.status === status);
    return own.length > 0 && h("section", { class: "check-group", "aria-label": title }, h("h2", {}, title, h("span", { class: "muted numbers" }, ` ${own.length}`)), h("ul", { class: "check-list" }, own.map(line)));
  });
}
