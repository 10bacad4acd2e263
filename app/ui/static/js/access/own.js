// How far one may go oneself, and by which rules.
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { ownReason, ownTier, tierWord } from "./words.js";

function ruleLine(rule, only) {
  return h("li", { class: "reason", "data-wins": rule.wins ? "" : null },
    h("span", { class: "reason-mark" }, rule.wins && icon("check")),
    h("span", { class: "grow", dir: "auto" }, ownReason(rule), !only && rule.wins && h("span", { class: "unseen" }, ", which is what counts")),
    h("span", { class: "small muted" }, tierWord(rule.tier)));
}

export class OwnAccess {
  constructor(projectId) {
    this.projectId = projectId;
    this.tier = h("span");
    this.body = h("div", { class: "stack tight-stack" }, h("div", { class: "skeleton" }));
    this.element = h("section", { class: "panel stack", "aria-labelledby": "own-title" }, h("div", { class: "section-head" }, h("h2", { id: "own-title", class: "grow" }, "Your access"), this.tier), this.body);
    this.reload();
  }

  async reload() {
    try {
      this.#show(await get(`/projects/${this.projectId}/access`));
    } catch (error) {
      fill(this.body, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.reload() } }, icon("reload"), "Try again")));
    }
  }

  #show({ access, rules }) {
    fill(this.tier, h("span", { class: "tag" }, tierWord(access.tier)));
    const only = rules.length === 1;
    fill(this.body,
      h("p", {}, ownTier(access.tier)),
      h("ul", { class: "reasons", "aria-label": "Why you have access" }, rules.map((rule) => ruleLine(rule, only))),
      !only && h("p", { class: "small muted" }, rules[0].wins ? "Several rules let you in; the first of them counts." : "Several rules let you in; the marked one counts, because it goes further than your position."));
  }
}
