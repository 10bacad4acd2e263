// One person in a list.
import { fill, h } from "../dom.js";
import { moreButton } from "../menu.js";
import * as session from "../session.js";
import { ago, initials } from "../words.js";
import { chips } from "./words.js";

function seen(person) {
  if (!person.isActive || person.isInvited) return "";
  return person.lastSeenAt ? `Seen ${ago(person.lastSeenAt)}` : "Not seen yet";
}

export class PersonRow {
  /** `actions(person)` gives the menu's items; a row without any has no menu. */
  constructor(person, { actions, department = true }) {
    this.actions = actions;
    this.department = department;
    this.element = h("li", { class: "person-row" });
    this.update(person);
  }

  update(person) {
    this.person = person;
    // The button stays the same element, so that the focus which a dialog gives back finds it.
    this.more ??= moreButton(`Actions for ${person.name}`, () => this.actions(this.person));
    this.more.setAttribute("aria-label", `Actions for ${person.name}`);
    const self = person.id === session.user()?.id;
    if (person.isActive) delete this.element.dataset.off;
    else this.element.dataset.off = "";
    fill(this.element,
      h("span", { class: "badge", "aria-hidden": "true" }, initials(person.name)),
      h("div", { class: "person-words" },
        h("p", { class: "row" }, h("span", { class: "name one-line", dir: "auto" }, person.name), self && h("span", { class: "tiny muted" }, "You")),
        h("p", { class: "small muted one-line" }, h("bdi", { dir: "ltr" }, person.email))),
      chips(person, { department: this.department }),
      h("p", { class: "person-seen tiny muted numbers" }, seen(person)),
      this.actions(person).length > 0 && this.more);
  }
}

/** Rows in the shape of what comes. */
export function rowSkeletons(count = 4) {
  return Array.from({ length: count }, () => h("li", { class: "person-row", "aria-hidden": "true" }, h("span", { class: "skeleton round" }), h("span", { class: "skeleton grow" })));
}
