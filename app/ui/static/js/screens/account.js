// One's own account: who one is, how and where one signs in, and tokens for programs.
import { get } from "../api.js";
import { nameDialog, passwordDialog } from "../account/own.js";
import { SessionsSection } from "../account/sessions.js";
import { tokensSection } from "../account/tokens.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { chips } from "../people/words.js";
import { passwordsAreTaken } from "../people/ways.js";
import { render } from "../router.js";
import * as session from "../session.js";
import { closeShell, openShell } from "../shell.js";
import { initials } from "../words.js";
import { homeSide } from "./home.js";
import { showProblem } from "./problem.js";

async function rename() {
  if (!(await nameDialog())) return;
  // The name stands in the frame around this screen, too.
  closeShell();
  await render();
}

function youSection(person) {
  return h("section", { class: "panel row wrap", "aria-label": "You" },
    h("span", { class: "badge large", "aria-hidden": "true" }, initials(person.name)),
    h("div", { class: "grow you" }, h("p", { class: "name", dir: "auto" }, person.name), h("p", { class: "small muted" }, h("bdi", { dir: "ltr" }, person.email)), chips(person)),
    h("div", { class: "row wrap" },
      h("button", { type: "button", class: "button", on: { click: rename } }, icon("edit"), "Change name"),
      h("button", { type: "button", class: "button", on: { click: () => session.signOut() } }, icon("out"), "Sign out")));
}

function passwordSection(person, sessions) {
  const change = async () => { if (await passwordDialog()) await sessions.load(); };
  const words = person.signsInElsewhere ? "You can sign in with this password as well as with single sign-on." : "A long one that you use nowhere else is best.";
  return h("section", { class: "panel row wrap", "aria-labelledby": "password-title" },
    h("div", { class: "grow" }, h("h2", { id: "password-title" }, "Password"), h("p", { class: "small muted" }, person.hasPassword ? words : "You have none: you sign in with single sign-on.")),
    person.hasPassword && h("button", { type: "button", class: "button", on: { click: change } }, icon("key"), "Change password"));
}

export async function accountScreen() {
  let found;
  try {
    found = await Promise.all([get("/users/me"), passwordsAreTaken(), homeSide()]);
  } catch (error) {
    return showProblem(error);
  }
  const [{ user }, passwords, side] = found;
  const person = session.changed(user);
  const sessions = new SessionsSection();
  const content = h("div", { class: "page" }, h("div", { class: "column narrow" },
    h("h1", {}, "Account"), youSection(person), passwords && passwordSection(person, sessions), sessions.element, tokensSection()));
  openShell({ title: "Account", side: side.element, content });
}
