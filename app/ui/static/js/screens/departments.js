// The departments of this organisation.
import { announce } from "../announce.js";
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { moreButton } from "../menu.js";
import { deleteDepartment, departmentDialog } from "../people/department-dialog.js";
import { settingsSide } from "../settings.js";
import { openShell } from "../shell.js";
import { counted } from "../words.js";

class DepartmentsScreen {
  constructor() {
    this.list = h("ul", { class: "departments", "aria-label": "Departments" }, [1, 2].map(() => h("li", { class: "department-row", "aria-hidden": "true" }, h("span", { class: "skeleton grow" }))));
    this.after = h("div");
    this.add = h("button", { type: "button", class: "button primary", "data-shortcut": "n", on: { click: () => this.#add() } }, icon("add"), "Add a department");
    this.element = h("div", { class: "page" }, h("div", { class: "column narrow" },
      h("header", { class: "page-head" }, h("div", {}, h("h1", {}, "Departments"), h("p", { class: "muted" }, "Each person is in one department or in none. Projects can be opened to a whole department, or to a group in it.")), this.add),
      h("div", { class: "stack" }, this.list, this.after)));
  }

  async load() {
    try {
      const { departments } = await get("/departments");
      fill(this.list, departments.map((department) => this.#row(department)));
      this.list.hidden = !departments.length;
      fill(this.after, !departments.length && h("p", { class: "muted" }, "There are no departments yet. Small teams often need none: a project can be opened to people one by one."));
    } catch (error) {
      this.list.hidden = true;
      fill(this.after, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.load() } }, icon("reload"), "Try again")));
    }
  }

  #row(department) {
    const { users, groups } = department._count;
    return h("li", { class: "department-row" },
      h("a", { href: `/app/settings/departments/${department.id}` },
        h("span", { class: "name one-line", dir: "auto" }, department.name),
        department.description && h("span", { class: "small muted words", dir: "auto" }, department.description),
        h("span", { class: "tiny muted numbers" }, `${counted(users, "person", "people")} · ${counted(groups, "group")}`)),
      moreButton(`Actions for ${department.name}`, () => [
        { label: "Edit", icon: "edit", act: () => this.#edit(department) },
        "-",
        { label: "Delete", icon: "trash", danger: true, act: () => this.#delete(department) },
      ]));
  }

  async #add() {
    const made = await departmentDialog();
    if (!made) return;
    await this.load();
    announce(`${made.name} was added.`);
  }

  async #edit(department) {
    if (await departmentDialog(department)) await this.load();
  }

  async #delete(department) {
    if (!(await deleteDepartment(department))) return;
    await this.load();
    this.add.focus();
    announce(`${department.name} was deleted.`);
  }
}

export async function departmentsScreen() {
  const screen = new DepartmentsScreen();
  openShell({ title: "Departments", side: settingsSide(), content: screen.element });
  await screen.load();
}
