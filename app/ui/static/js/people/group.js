// One group of a department: its members behind its name.
import { announce, toast } from "../announce.js";
import { get, post, remove } from "../api.js";
import { fill, freshId, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { moreButton } from "../menu.js";
import { counted, initials } from "../words.js";
import { PersonPicker } from "./picker.js";

const SHOWN = 8;

export class GroupCard {
  #members = null;

  /** `done` has `edit(group)` and `remove(group)`; `departmentOnly` limits whom one may add. */
  constructor(group, { edit, erase, departmentOnly }) {
    this.departmentOnly = departmentOnly;
    const id = freshId("group");
    this.words = h("span", { class: "grow group-words" });
    this.opener = h("button", { type: "button", class: "group-opener", "aria-expanded": "false", "aria-controls": id, on: { click: () => this.toggle() } }, icon("forward"), this.words);
    this.body = h("div", { class: "group-body", id, hidden: true });
    this.list = h("ul", { class: "members" });
    this.after = h("div");
    this.more = moreButton("", () => [
      { label: "Edit", icon: "edit", act: () => edit(this.group) },
      "-",
      { label: "Delete", icon: "trash", danger: true, act: () => erase(this.group) },
    ]);
    this.picker = new PersonPicker({ label: "Add people by name or e-mail", find: (text) => this.#find(text), choose: (person) => this.#add(person) });
    fill(this.body, this.list, this.after, this.picker.element);
    this.element = h("li", { class: "group" }, h("div", { class: "row" }, this.opener, this.more), this.body);
    this.update(group);
  }

  update(group) {
    this.group = group;
    this.more.setAttribute("aria-label", `Actions for ${group.name}`);
    this.list.setAttribute("aria-label", `Members of ${group.name}`);
    this.picker.input.setAttribute("aria-label", `Add people to ${group.name}, by name or e-mail`);
    fill(this.words,
      h("span", { class: "row wrap" }, h("span", { class: "name one-line", dir: "auto" }, group.name), group.externalName && h("span", { class: "tag plain one-line", dir: "ltr", title: "Its name in single sign-on" }, group.externalName)),
      group.description && h("span", { class: "small muted", dir: "auto" }, group.description),
      h("span", { class: "tiny muted numbers" }, counted(group._count.members, "member")));
  }

  async toggle() {
    const open = this.body.hidden;
    this.body.hidden = !open;
    this.opener.setAttribute("aria-expanded", String(open));
    if (open && !this.#members) await this.#load();
  }

  async #load() {
    try {
      this.#members = (await get(`/groups/${this.group.id}/members`)).members;
      this.#show();
    } catch (error) {
      fill(this.after, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.#load() } }, icon("reload"), "Try again")));
    }
  }

  #show() {
    fill(this.list, this.#members.map((member) => this.#row(member)));
    this.list.hidden = !this.#members.length;
    fill(this.after, !this.#members.length && h("p", { class: "small muted" }, "Nobody is in it yet."));
    this.update({ ...this.group, _count: { members: this.#members.length } });
  }

  #row(member) {
    const away = () => this.#remove(member);
    return h("li", { class: "member" }, h("span", { class: "badge", "aria-hidden": "true" }, initials(member.name)),
      h("div", { class: "grow" },
        h("p", { class: "member-name" }, h("span", { class: "one-line", dir: "auto" }, member.name),
          member.source === "sign_in" && h("span", { class: "tag plain-words", title: "They joined by signing in; they leave when single sign-on no longer names the group." }, "By single sign-on"),
          !member.isActive && h("span", { class: "tag off" }, "Inactive")),
        h("p", { class: "small muted one-line" }, h("bdi", { dir: "ltr" }, member.email))),
      h("button", { type: "button", class: "button bare tight only", "aria-label": `Remove ${member.name}`, title: "Remove", on: { click: away } }, icon("close")));
  }

  async #find(text) {
    const query = new URLSearchParams({ search: text, isActive: "true", limit: "50" });
    if (this.departmentOnly) query.set("departmentId", this.group.departmentId);
    const { users } = await get(`/users?${query}`);
    const members = new Set(this.#members?.map(({ id }) => id));
    return users.filter(({ id }) => !members.has(id)).slice(0, SHOWN);
  }

  async #add(person) {
    await post(`/groups/${this.group.id}/members`, { userIds: [person.id] });
    await this.#load();
    announce(`${person.name} was added.`);
  }

  async #remove(member) {
    try {
      await remove(`/groups/${this.group.id}/members/${member.id}`);
    } catch (error) {
      return toast(error.message);
    }
    const at = this.#members.indexOf(member);
    this.#members = this.#members.filter((one) => one !== member);
    this.#show();
    (this.list.children[at]?.querySelector("button") ?? this.picker.input).focus();
    announce(`${member.name} was removed.`);
  }
}
