// One line of the audit log, which unfolds.
import { h } from "../dom.js";
import { fieldWord, sentence, valueWord } from "./action-words.js";

const time = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const whole = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "long", hourCycle: "h23" });

function changes({ before, after }) {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (!names.length) return null;
  const sides = [before && ["Before", before], after && ["After", after]].filter(Boolean);
  return h("div", { class: "table-frame" }, h("table", { class: "changes" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Field"), sides.map(([title]) => h("th", { scope: "col" }, title)))),
    h("tbody", {}, names.map((name) => h("tr", {}, h("th", { scope: "row" }, fieldWord(name)), sides.map(([, fields]) => h("td", { dir: "auto" }, valueWord(fields[name], name))))))));
}

function facts(entry) {
  const lines = [["When", whole.format(new Date(entry.at))], ["From", entry.address || "the server itself"], ["Through", entry.via && `the ${entry.via}`], ["Action", entry.action], ["Request", entry.requestId]];
  return h("dl", { class: "facts small" }, lines.filter(([, value]) => value).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", { dir: "auto" }, value))));
}

export function auditEntry(entry) {
  return h("li", { class: "audit-entry" }, h("details", {},
    h("summary", {},
      h("time", { class: "tiny muted numbers", datetime: entry.at }, time.format(new Date(entry.at))),
      h("span", { class: "grow" }, h("bdi", { class: "named" }, entry.actor.name || "Somebody"), " ", sentence(entry), entry.via && h("span", { class: "muted" }, ` through the ${entry.via}`)),
      h("span", { class: "tiny muted numbers audit-address" }, entry.address)),
    h("div", { class: "audit-details" }, changes(entry), facts(entry))));
}
