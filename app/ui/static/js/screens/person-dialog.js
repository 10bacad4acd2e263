// Adding a person, and changing one.
import { patch, post } from "../api.js";
import { openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { field, form } from "../forms.js";
import { atFields } from "../people/at-fields.js";
import { showLink } from "../people/link.js";
import { mayChooseRoles, rightsOver } from "../people/rights.js";
import { optionsOf, POSITIONS, ROLES } from "../people/words.js";

function departmentOptions(person, departments) {
  const known = [...departments];
  // Where the list could not be read, saving must not move the person.
  if (person?.department && !known.some(({ id }) => id === person.departmentId)) known.push(person.department);
  return optionsOf([["", "None"], ...known.map(({ id, name }) => [id, name])]);
}

function fields(person, departments, roles) {
  return [
    field({ label: "Name", name: "name", value: person?.name ?? "", required: true, "data-what": "a name", maxlength: "200", autocomplete: "off" }),
    field({ label: "E-mail", name: "email", kind: "email", value: person?.email ?? "", required: true, "data-what": "an e-mail address", autocomplete: "off", spellcheck: "false", dir: "ltr" }),
    roles && field({ label: "Role on this server", name: "platformRole", kind: "select", value: person?.platformRole ?? "none", options: optionsOf(ROLES.filter(([value]) => value !== "superadmin")), hint: "Admins look after people and projects, engineers after models and the system." }),
    h("div", { class: "field-pair" },
      field({ label: "Position", name: "orgPosition", kind: "select", value: person?.orgPosition ?? "member", options: optionsOf(POSITIONS) }),
      field({ label: "Department", name: "departmentId", kind: "select", value: person?.departmentId ?? "", options: departmentOptions(person, departments) })),
    h("p", { class: "hint small muted" }, "A manager looks after the groups of the department. The CEO may read every project."),
  ];
}

/** How the new person gets in: a link to choose a password, or a password from here. */
function wayFields() {
  const password = field({ label: "Password", name: "password", kind: "password", "data-what": "a password", autocomplete: "new-password", hint: "At least 10 characters. Tell them in person; they can change it." });
  const input = password.querySelector("input");
  const choose = (event) => {
    password.hidden = event.target.value !== "password";
    input.toggleAttribute("required", !password.hidden);
    if (!password.hidden) input.focus();
  };
  password.hidden = true;
  const choice = (value, label, detail, checked) => h("label", { class: "check" }, h("input", { type: "radio", name: "way", value, checked, on: { change: choose } }), h("span", {}, label, h("span", { class: "small muted block" }, detail)));
  return h("fieldset", { class: "stack tight-stack" }, h("legend", {}, "How they sign in"),
    choice("invitation", "With an invitation link", "They choose their own password. You see the link once.", true),
    choice("password", "With a password that you set", "For those whom a link can't reach.", false), password);
}

function newPerson(values) {
  const { way, password, name, email, departmentId, ...rest } = values;
  const body = { ...rest, name: name.trim(), email: email.trim() };
  if (departmentId) body.departmentId = departmentId;
  if (way === "password") body.password = password;
  return body;
}

/** Add somebody and show their invitation, where `passwords` are taken; resolves with the person, or undefined. */
export async function addPerson(departments, passwords) {
  const answer = await openDialog("Add a person", (close) => form([fields(null, departments, mayChooseRoles()), passwords ? wayFields() : h("p", { class: "small muted" }, "They sign in with single sign-on, by this e-mail address.")], {
    submit: "Add", cancel: () => close(),
    send: async (values) => close(await atFields(post("/users", newPerson(values)))),
  }));
  if (answer?.invitation && passwords) await showLink(answer.user, answer.invitation);
  return answer?.user;
}

/** What differs from the person as they were. */
function changes(person, { name, email, departmentId, ...rest }) {
  const wanted = { ...rest, name: name.trim(), email: email.trim(), departmentId: departmentId || null };
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => value !== (person[key] ?? null)));
}

/** Change somebody; resolves with the person as they are then, or undefined. */
export function editPerson(person, departments) {
  const { role } = rightsOver(person);
  return openDialog(`Edit ${person.name}`, (close) => form(fields(person, departments, role), {
    submit: "Save", cancel: () => close(),
    send: async (values) => {
      const body = changes(person, values);
      if (!Object.keys(body).length) return close();
      close((await atFields(patch(`/users/${person.id}`, body))).user);
    },
  }));
}
