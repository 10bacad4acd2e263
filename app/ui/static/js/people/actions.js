// What can be done with one person: the menu of their row.
import { announce, toast } from "../announce.js";
import { patch, post, remove } from "../api.js";
import { confirmDialog, openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { counted } from "../words.js";
import { showLink } from "./link.js";
import { rightsOver } from "./rights.js";
import { firstName } from "./words.js";

async function newLink(person) {
  try {
    const { link } = await post(`/users/${person.id}/link`);
    await showLink(person, link);
  } catch (error) {
    toast(error.message);
  }
}

function signOut(person) {
  return confirmDialog({
    title: `Sign ${firstName(person.name)} out everywhere?`, submit: "Sign out", description: "Each browser asks for the password again. Personal tokens keep working.",
    act: async () => {
      const { ended } = await remove(`/users/${person.id}/sessions`);
      toast(ended ? `Signed out in ${counted(ended, "place")}.` : "They were signed in nowhere.");
    },
  });
}

function deactivate(person, done) {
  return confirmDialog({
    title: `Deactivate ${person.name}?`, submit: "Deactivate", description: "They are signed out at once and can't come back until you activate them again. What they made stays.",
    act: async () => {
      done((await patch(`/users/${person.id}`, { isActive: false })).user);
      announce(`${person.name} is inactive now.`);
    },
  });
}

async function activate(person, done) {
  try {
    done((await patch(`/users/${person.id}`, { isActive: true })).user);
    announce(`${person.name} is active again.`);
  } catch (error) {
    toast(error.message);
  }
}

/** A project needs an owner, so each of these comes first. */
function showOwned(person, projects, changed) {
  const name = firstName(person.name);
  return openDialog(`${name} still owns ${counted(projects.length, "project")}`, (close) => h("div", { class: "stack" },
    h("ul", { class: "owned" }, projects.map((project) => h("li", {}, h("a", { href: `/app/projects/${project.id}`, dir: "auto", on: { click: () => close() } }, project.name)))),
    h("div", { class: "actions" },
      h("button", { type: "button", class: "button bare", on: { click: () => close() } }, "Close"),
      person.isActive && h("button", { type: "button", class: "button primary", on: { click: () => { close(); deactivate(person, changed); } } }, "Deactivate instead"))),
  { description: `Give each to somebody else or delete it; then ${name} can be deleted. To shut the account now, deactivate it: the projects stay as they are.` });
}

async function erase(person, { changed, removed }) {
  let owned = null;
  const done = await confirmDialog({
    title: `Delete ${person.name}?`, submit: "Delete", description: `Their conversations, tokens and grants go with them. This can't be undone; to keep everything, deactivate them instead.`,
    act: async () => {
      try {
        await remove(`/users/${person.id}`);
      } catch (error) {
        if (error.code !== "owns_projects") throw error;
        owned = error.body.projects ?? [];
      }
    },
  });
  if (owned) await showOwned(person, owned, changed);
  else if (done) removed(person);
}

/** The items of a person's menu; no link where `passwords` are not taken; `done` has `edit(person)`, `changed(person)`, `removed(person)`. */
export function personActions(person, passwords, done) {
  const may = rightsOver(person);
  const items = [];
  if (may.edit) items.push({ label: "Edit", icon: "edit", act: () => done.edit(person) });
  if (may.link && passwords) items.push({ label: person.hasPassword ? "Link for a new password" : "New invitation link", icon: "link", act: () => newLink(person) });
  if (may.signOut && !person.isInvited) items.push({ label: "Sign out everywhere", icon: "out", act: () => signOut(person) });
  if (may.activate) items.push("-", person.isActive
    ? { label: "Deactivate", icon: "stop", act: () => deactivate(person, done.changed) }
    : { label: "Activate", icon: "check", act: () => activate(person, done.changed) });
  if (may.remove) items.push({ label: "Delete", icon: "trash", danger: true, act: () => erase(person, done) });
  return items;
}
