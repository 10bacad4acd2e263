// One department: its groups and its people.
import { announce } from "../announce.js";
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { moreButton } from "../menu.js";
import { deleteDepartment, departmentDialog, deleteGroup, groupDialog } from "../people/department-dialog.js";
import { GroupCard } from "../people/group.js";
import { PeopleList } from "../people/list.js";
import { go } from "../router.js";
import { mayOpen, settingsSide } from "../settings.js";
import { openShell } from "../shell.js";
import { showProblem } from "./problem.js";

class DepartmentScreen {
  #cards = [];

  constructor(department) {
    this.department = department;
    this.everyDepartment = mayOpen("departments");
    this.head = h("header", { class: "page-head" });
    this.groups = h("ul", { class: "groups", "aria-labelledby": "groups-title" });
    this.afterGroups = h("div");
    this.people = new PeopleList({
      label: `People of ${department.name}`, parameters: () => [["departmentId", department.id]], actions: () => [], department: false,
      empty: () => h("p", { class: "small muted" }, this.everyDepartment ? "Nobody is in it yet. Choose it where you edit a person." : "Nobody is in it yet."),
    });
    this.add = h("button", { type: "button", class: "button tight", "data-shortcut": "n", on: { click: () => this.#addGroup() } }, icon("add"), "Add a group");
    this.element = h("div", { class: "page" }, h("div", { class: "column narrow" },
      this.head,
      h("section", { class: "stack tight-stack", "aria-labelledby": "groups-title" }, h("div", { class: "section-head" }, h("h2", { id: "groups-title", class: "grow" }, "Groups"), this.add), this.groups, this.afterGroups),
      h("section", { class: "stack tight-stack", "aria-labelledby": "people-title" },
        h("div", { class: "section-head" }, h("h2", { id: "people-title" }, "People"), h("span", { class: "grow" }, this.people.count),
          this.everyDepartment && h("a", { class: "button tight", href: `/app/settings/people?department=${department.id}` }, icon("people"), "Manage people")),
        this.people.list, this.people.after)));
    this.#showHead();
  }

  #showHead() {
    const { name, description } = this.department;
    const actions = moreButton(`Actions for ${name}`, () => [
      { label: "Edit", icon: "edit", act: () => this.#edit() },
      "-",
      { label: "Delete", icon: "trash", danger: true, act: () => this.#delete() },
    ]);
    fill(this.head,
      h("div", {}, this.everyDepartment && h("a", { class: "back small", href: "/app/settings/departments" }, icon("back"), "Departments"),
        h("div", { class: "row" }, h("h1", { class: "grow", dir: "auto" }, name), this.everyDepartment && actions),
        description && h("p", { class: "muted", dir: "auto" }, description)));
  }

  async load() {
    await Promise.all([this.#loadGroups(), this.people.load()]);
  }

  async #loadGroups() {
    try {
      const { groups } = await get(`/groups?departmentId=${this.department.id}`);
      this.#cards = groups.map((group) => this.#card(group));
      this.#showGroups();
    } catch (error) {
      fill(this.afterGroups, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.#loadGroups() } }, icon("reload"), "Try again")));
    }
  }

  #card(group) {
    return new GroupCard(group, { edit: (one) => this.#editGroup(one), erase: (one) => this.#deleteGroup(one), departmentOnly: !this.everyDepartment });
  }

  #showGroups() {
    fill(this.groups, this.#cards.map((card) => card.element));
    this.groups.hidden = !this.#cards.length;
    fill(this.afterGroups, !this.#cards.length && h("p", { class: "small muted" }, "A group gathers people who need the same projects. There are none here yet."));
  }

  async #addGroup() {
    const group = await groupDialog(this.department);
    if (!group) return;
    const card = this.#card(group);
    this.#cards.push(card);
    this.#cards.sort((one, other) => one.group.name.localeCompare(other.group.name));
    this.#showGroups();
    announce(`${group.name} was added.`);
    // Who is in it is what one wants to say next.
    await card.toggle();
    card.picker.input.focus();
  }

  async #editGroup(group) {
    const changed = await groupDialog(this.department, group);
    if (changed) this.#cards.find((card) => card.group.id === group.id)?.update(changed);
  }

  async #deleteGroup(group) {
    if (!(await deleteGroup(group))) return;
    this.#cards = this.#cards.filter((card) => card.group.id !== group.id);
    this.#showGroups();
    this.add.focus();
    announce(`${group.name} was deleted.`);
  }

  async #edit() {
    const changed = await departmentDialog(this.department);
    if (!changed) return;
    this.department = changed;
    this.#showHead();
  }

  async #delete() {
    const { department } = await get(`/departments/${this.department.id}`);
    if (await deleteDepartment(department)) await go("/app/settings/departments");
  }
}

export async function departmentScreen({ id }) {
  let department;
  try {
    department = (await get(`/departments/${id}`)).department;
  } catch (error) {
    return showProblem(error.status === 403 ? null : error);
  }
  const screen = new DepartmentScreen(department);
  openShell({ title: department.name, side: settingsSide(), content: screen.element });
  await screen.load();
}
