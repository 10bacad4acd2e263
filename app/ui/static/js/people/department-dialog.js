// Making, changing and deleting departments and the groups in them.
import { patch, post, remove } from "../api.js";
import { confirmDialog, openDialog } from "../dialog.js";
import { field, form } from "../forms.js";
import { mayOpen } from "../settings.js";
import { counted } from "../words.js";
import { atFields } from "./at-fields.js";

function nameAndDescription(thing, placeholder, what) {
  return [
    field({ label: "Name", name: "name", value: thing?.name ?? "", required: true, "data-what": "a name", maxlength: "200", placeholder: thing ? null : placeholder, autocomplete: "off" }),
    field({ label: what, name: "description", value: thing?.description ?? "", maxlength: "2000", hint: "One line, for those who choose it from a list." }),
  ];
}

/** Resolves with the department as it is then, or undefined. */
export function departmentDialog(department = null) {
  return openDialog(department ? "Edit the department" : "Add a department", (close) => form(nameAndDescription(department, "Research", "What it does"), {
    submit: department ? "Save" : "Add", cancel: () => close(),
    send: async ({ name, description }) => {
      const body = { name: name.trim(), description: description.trim() };
      const call = department ? patch(`/departments/${department.id}`, body) : post("/departments", body);
      close((await atFields(call)).department);
    },
  }));
}

function whatStays({ users, groups }) {
  const gone = groups ? `${counted(groups, "group")} in it ${groups === 1 ? "goes" : "go"}, too. ` : "";
  const people = users ? `${counted(users, "person", "people")} ${users === 1 ? "stays" : "stay"}, in no department` : "Nobody is in it";
  return `${gone}${people}; what was opened to the whole department is closed again. This can't be undone.`;
}

export function deleteDepartment(department) {
  return confirmDialog({
    title: `Delete “${department.name}”?`, submit: "Delete the department", description: whatStays(department._count),
    act: () => remove(`/departments/${department.id}`),
  });
}

function externalField(group) {
  return field({ label: "Name in single sign-on", name: "externalName", value: group?.externalName ?? "", maxlength: "200", autocomplete: "off", spellcheck: "false", dir: "ltr", hint: "Whoever brings a group of this name joins at sign-in, and leaves when they no longer do. Leave it empty to choose members by hand." });
}

/** Resolves with the group as it is then, or undefined. Whom single sign-on lets in is for admins to say. */
export function groupDialog(department, group = null) {
  const fields = [...nameAndDescription(group, "Reviewers", "What it is for"), mayOpen("departments") && externalField(group)];
  return openDialog(group ? "Edit the group" : "Add a group", (close) => form(fields, {
    submit: group ? "Save" : "Add", cancel: () => close(),
    send: async ({ name, description, externalName }) => {
      const body = { name: name.trim(), description: description.trim() };
      if (externalName !== undefined) body.externalName = externalName.trim() || null;
      const call = group ? patch(`/groups/${group.id}`, body) : post("/groups", { ...body, departmentId: department.id });
      close((await atFields(call)).group);
    },
  }));
}

export function deleteGroup(group) {
  return confirmDialog({
    title: `Delete “${group.name}”?`, submit: "Delete the group", description: "Its members lose what they reach through it alone. The people stay. This can't be undone.",
    act: () => remove(`/groups/${group.id}`),
  });
}
