// Who was given a project: its owner, and the people, groups and departments named for it.
import { announce } from "../announce.js";
import { get, post, remove } from "../api.js";
import { confirmDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import * as session from "../session.js";
import { handOver } from "./ownership.js";
import { TargetSearch, face } from "./target-search.js";
import { kindWord, reason, TIERS, tierWord } from "./words.js";

const LOSS = {
  user: "They lose this project at once, unless another rule lets them in.",
  group: "Its members lose this project at once, unless another rule lets them in.",
  department: "Its people lose this project at once, unless another rule lets them in.",
};

function tierSelect(properties) {
  return h("select", { class: "input quiet tier", ...properties }, TIERS.map(({ value, label }) => h("option", { value }, label)));
}

export class Grants {
  #grants = [];
  #people = new Map();

  /** `onChange` hears after each change that was made here. */
  constructor(project, { mayChange, onChange }) {
    Object.assign(this, { project, mayChange, onChange });
    this.list = h("ul", { class: "holders", "aria-label": "Named for this project" }, h("li", { class: "holder" }, h("div", { class: "skeleton grow" })));
    this.place = h("div");
    this.element = h("div", { class: "stack parts" }, mayChange && this.#giver(), this.place, this.list,
      h("p", { class: "small muted" }, TIERS.map(({ label, can }, at) => [at > 0 && " ", h("strong", {}, label), `: ${can}.`])));
    this.reload();
  }

  async reload() {
    try {
      this.#grants = (await get(`/projects/${this.project.id}/grants`)).grants;
      fill(this.place);
      this.#draw();
    } catch (error) {
      fill(this.list);
      this.#trouble(error, () => this.reload());
    }
  }

  /** Who can see the project, as far as known: tells for whom a grant changes nothing. */
  explain(people, fresh) {
    if (fresh) this.#people.clear();
    for (const person of people) this.#people.set(person.id, person);
    this.#draw();
  }

  #trouble(error, again = null) {
    fill(this.place, problem(error.message, again && h("button", { type: "button", class: "button tight", on: { click: again } }, icon("reload"), "Try again")));
  }

  /** Draws anew without taking the focus from the row where somebody is. */
  #draw() {
    const held = document.activeElement?.dataset?.held;
    const rows = [this.#owner(), ...this.#grants.map((grant) => this.#row(grant))].filter(Boolean);
    fill(this.list, rows.length ? rows : h("li", { class: "holder muted small" }, "Nobody is named for this project."));
    if (held) this.list.querySelector(`[data-held="${CSS.escape(held)}"]`)?.focus();
  }

  #owner() {
    const mine = this.project.ownerId === session.user().id;
    const person = mine ? session.user() : this.#people.get(this.project.ownerId);
    if (!person && !this.mayChange) return null;
    const name = person?.name ?? "Its owner";
    const give = () => handOver(this.project, this.onChange);
    return h("li", { class: "holder" }, face({ targetType: "user", name }),
      h("span", { class: "grow two-lines" }, h("span", { class: "one-line", dir: "auto" }, name, mine && h("span", { class: "muted" }, " (you)")), h("span", { class: "tiny muted one-line" }, ["Owner", person?.email].filter(Boolean).join(" · "))),
      h("span", { class: "small holder-tier" }, tierWord("full")),
      this.mayChange && h("button", { type: "button", class: "button bare tight", "data-held": "owner", on: { click: give } }, "Hand over"));
  }

  #row(grant) {
    const name = grant.targetName;
    const detail = [kindWord(grant.targetType), grant.targetDetail].filter(Boolean).join(" · ");
    const hint = this.#hint(grant);
    const select = this.mayChange && tierSelect({ "aria-label": `What ${name} may do`, "data-held": `tier-${grant.id}`, value: grant.tier, on: { change: () => this.#change(grant, select) } });
    return h("li", { class: "holder" }, face({ targetType: grant.targetType, name }),
      h("span", { class: "grow two-lines" }, h("span", { class: "one-line", dir: "auto" }, name), h("span", { class: "tiny muted one-line", dir: "auto" }, detail), hint && h("span", { class: "tiny holder-hint" }, hint)),
      select || h("span", { class: "small holder-tier" }, tierWord(grant.tier)),
      this.mayChange && h("button", { type: "button", class: "button bare tight only", "aria-label": `Remove the access of ${name}`, title: "Remove", on: { click: () => this.#remove(grant) } }, icon("close")));
  }

  /** Why a grant changes nothing now, where that is known. */
  #hint({ targetType, targetId, tier }) {
    if (targetType !== "user") return tier === "use" && !this.project.isPrivate ? "No effect now: everyone may use the project anyway." : null;
    const person = this.#people.get(targetId);
    if (!person || person.source === "direct") return null;
    const why = reason(person);
    return `No effect now: ${why[0].toLowerCase()}${why.slice(1)}, and that comes first.`;
  }

  async #change(grant, select) {
    try {
      const answer = await post(`/projects/${this.project.id}/grants`, { targetType: grant.targetType, targetId: grant.targetId, tier: select.value });
      Object.assign(grant, answer.grant);
      fill(this.place);
      announce(`${grant.targetName}: ${tierWord(grant.tier)}.`);
      await this.onChange();
    } catch (error) {
      if (!error.code) throw error;
      select.value = grant.tier;
      this.#trouble(error);
    }
  }

  #remove(grant) {
    return confirmDialog({
      title: `Remove the access of ${grant.targetName}?`, submit: "Remove", description: LOSS[grant.targetType],
      act: async () => {
        await remove(`/projects/${this.project.id}/grants/${grant.id}`);
        this.#grants = this.#grants.filter((other) => other !== grant);
        this.#draw();
        announce("Removed.");
        await this.onChange();
      },
    });
  }

  #giver() {
    const known = (target) => this.#grants.find((grant) => grant.targetType === target.targetType && grant.targetId === target.targetId);
    const tier = tierSelect({ "aria-label": "How far", name: "tier" });
    const button = h("button", { type: "submit", class: "button primary" }, "Give access");
    const search = new TargetSearch({
      projectId: this.project.id, label: "Give access to", placeholder: "A person, group or department",
      about: (target) => known(target) && `${tierWord(known(target).tier)} now`,
      onChoose: (target) => { if (target && known(target)) tier.value = known(target).tier; },
    });
    const element = h("form", { class: "giver", novalidate: true }, search.element, tier, button);
    element.addEventListener("submit", (event) => { event.preventDefault(); this.#give(search, tier, button); });
    return element;
  }

  async #give(search, tier, button) {
    const target = search.need();
    if (!target || button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      await post(`/projects/${this.project.id}/grants`, { targetType: target.targetType, targetId: target.targetId, tier: tier.value });
      announce(`${target.name}: ${tierWord(tier.value)}.`);
      search.clear();
      tier.value = TIERS[0].value;
      await Promise.all([this.reload(), this.onChange()]);
      // Back to the field for the next one, unless somebody has gone elsewhere meanwhile.
      if (document.activeElement === document.body || button.form?.contains(document.activeElement)) search.input.focus();
    } catch (error) {
      if (!error.code) throw error;
      this.#trouble(error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }
}
