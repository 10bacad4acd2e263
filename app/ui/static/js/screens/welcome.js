// Where a one-time link leads: its holder chooses a password and is signed in.
import { post } from "../api.js";
import { h } from "../dom.js";
import { field, form, problem } from "../forms.js";
import { icon } from "../icons.js";
import { firstName } from "../people/words.js";
import { go } from "../router.js";
import * as session from "../session.js";
import { sheet } from "./guest.js";

const PATH = "/app/welcome";
let token = null;

/** Keep the link's secret in memory alone: out of the address bar, the history and every log. */
export function takeLinkToken() {
  if (location.pathname !== PATH || !location.hash) return;
  token = new URLSearchParams(location.hash.slice(1)).get("token") ?? token;
  history.replaceState(null, "", PATH);
}

function toSignIn() {
  return h("a", { class: "button wide", href: "/app/sign-in" }, "To sign-in");
}

function showSpent() {
  token = null;
  sheet("This link no longer works", "Each link works once and for a limited time, and a newer one ends it.",
    h("p", {}, "If you chose a password with it, sign in with that. If not, ask the person who sent it for a new one."), toSignIn());
}

function showMissing() {
  sheet("Open your link again", "This page needs the whole link that you were given, and it keeps no copy.",
    h("p", {}, "Open it from where you got it. If it no longer works, ask for a new one."), toSignIn());
}

async function accept({ password }) {
  try {
    session.begin(await post("/auth/links/accept", { token, password }, { anonymous: true }));
  } catch (error) {
    if (error.code === "link_spent") return showSpent();
    throw error;
  }
  token = null;
  return go("/app", { replace: true });
}

function showForm({ purpose, name, email }) {
  const invited = purpose === "invitation";
  const here = session.user();
  sheet(invited ? `Welcome, ${firstName(name)}` : `Hello, ${firstName(name)}`, invited ? "Choose a password, and you are in." : "Choose a new password. Wherever you were signed in, you are signed out.",
    here && here.email !== email && h("div", { class: "notice" }, icon("person"), h("p", { class: "small" }, `${here.name} is signed in here. If you go on, you are signed in as ${name} instead.`)),
    form([
      field({ label: "E-mail", name: "email", kind: "email", value: email, readonly: true, autocomplete: "username" }),
      field({ label: "Password", name: "password", kind: "password", required: true, "data-what": "a password", autocomplete: "new-password", autofocus: true, hint: "At least 10 characters. A short sentence is good." }),
    ], { submit: invited ? "Start" : "Save and sign in", wideSubmit: true, send: accept }));
}

export async function welcomeScreen() {
  takeLinkToken();
  if (!token) return showMissing();
  try {
    return showForm(await post("/auth/links/open", { token }, { anonymous: true }));
  } catch (error) {
    if (error.code === "link_spent") return showSpent();
    if (!error.status) throw error;
    return sheet("Your link can't be used now", null, problem(error.message, h("button", { type: "button", class: "button", on: { click: welcomeScreen } }, icon("reload"), "Try again")), toSignIn());
  }
}
