// The screens before sign-in: first-run set-up and sign-in, and the sheet that they stand on.
import { get, post } from "../api.js";
import { fill, h } from "../dom.js";
import { field, form, problem } from "../forms.js";
import { icon, mark } from "../icons.js";
import { waysIn } from "../people/ways.js";
import { go, ownPath } from "../router.js";
import * as session from "../session.js";

/** Show a sheet of paper in place of everything. */
export function sheet(title, lead, ...content) {
  document.title = `${title} · Lumen`;
  const heading = h("h1", { tabindex: "-1" }, title);
  fill(document.getElementById("root"), h("main", { class: "guest", id: "main", tabindex: "-1" },
    h("div", { class: "sheet-of-paper" }, h("div", { class: "brand" }, mark(), h("span", {}, "Lumen")), h("div", {}, heading, lead && h("p", { class: "muted" }, lead)), content)));
  (document.querySelector("form input:not([readonly])") ?? heading).focus();
}

const PASSWORD = { label: "Password", name: "password", kind: "password", required: true, "data-what": "a password" };
const EMAIL = { label: "E-mail", name: "email", kind: "email", required: true, "data-what": "your e-mail address", autocomplete: "username", spellcheck: "false" };

export function showTrouble(error, again) {
  sheet("Lumen can't be reached", null, problem(error.message, h("button", { type: "button", class: "button", on: { click: again } }, icon("reload"), "Try again")));
}

export async function setupScreen(params, query) {
  const { isInitialized } = await get("/bootstrap/status", { anonymous: true });
  if (isInitialized) return go("/app/sign-in", { replace: true });
  const token = query.get("token");
  // The link's secret leaves the address bar before anything else happens.
  if (token) history.replaceState(null, "", "/app/setup");
  sheet("Welcome to Lumen", "You are the first one here. Make the account that looks after this server.", form([
    field({ label: "Name", name: "name", required: true, "data-what": "your name", autocomplete: "name", maxlength: "200" }),
    field(EMAIL),
    field({ ...PASSWORD, autocomplete: "new-password", hint: "At least 10 characters. A short sentence is good." }),
  ], {
    submit: "Set up Lumen", wideSubmit: true,
    send: async ({ name, email, password }) => {
      const body = { superadmin: { name, email, password } };
      if (token) body.setupToken = token;
      session.begin(await post("/bootstrap/init", body, { anonymous: true }));
      await go("/app", { replace: true });
    },
  }));
}

// Why single sign-on led back here, by the code in the address.
const PROBLEMS = {
  issuer_unreachable: "Single sign-on does not answer. Try again in a moment.",
  sign_on_expired: "That took too long, or went on in another window. Start again.",
  sign_on_refused: "Single sign-on did not let you in. Try again, or ask whoever looks after it.",
  sign_on_invalid: "What single sign-on answered could not be trusted. Try again; if it fails again, tell whoever looks after this server.",
  email_missing: "Single sign-on does not say your e-mail address. Ask whoever looks after it to pass it on.",
  email_unverified: "Single sign-on has not verified your e-mail address. Verify it there, then come back.",
  email_taken: "Your e-mail address belongs to another account here. Ask whoever looks after this server.",
  no_account: "There is no account for you here yet. Ask whoever looks after this server for one.",
  account_inactive: "Your account here is inactive. Ask whoever looks after this server.",
  rate_limited: "Too many tries. Wait a few minutes, then try again.",
};

function problemWords(code) {
  return code && (PROBLEMS[code] ?? "Signing in did not work. Try again; if it fails again, ask whoever looks after this server.");
}

function passwordForm(next) {
  return form([field(EMAIL), field({ ...PASSWORD, autocomplete: "current-password" })], {
    submit: "Sign in", wideSubmit: true,
    send: async ({ email, password }) => {
      session.begin(await post("/auth/login", { email: email.trim(), password }, { anonymous: true }));
      await go(next, { replace: true });
    },
  });
}

// What the server calls it where nobody gave it a name.
const NAMELESS = "Single sign-on";

function elsewhere({ name, startUrl }, next, primary) {
  const start = new URL(startUrl, location.origin);
  start.searchParams.set("next", next);
  return h("a", { class: ["button", "wide", primary && "primary"], href: start.href }, icon("key"), `Sign in with ${name === NAMELESS ? "single sign-on" : name}`);
}

export async function signInScreen(params, query) {
  const [{ isInitialized }, ways] = await Promise.all([get("/bootstrap/status", { anonymous: true }), waysIn()]);
  if (!isInitialized) return go("/app/setup", { replace: true });
  const next = ownPath(query.get("next") ?? "/app");
  const trouble = problemWords(query.get("problem"));
  // Said once: loading the page again is a fresh start.
  if (trouble) history.replaceState(null, "", next === "/app" ? "/app/sign-in" : `/app/sign-in?next=${encodeURIComponent(next)}`);
  sheet("Sign in", "Ask your documents.", trouble && problem(trouble),
    ways.oidc && elsewhere(ways.oidc, next, !ways.password),
    ways.oidc && ways.password && h("p", { class: "or small muted", "aria-hidden": "true" }, "or"),
    ways.password && passwordForm(next),
    ways.password && h("p", { class: "small muted" }, "No password any more? Whoever looks after this server can send you a link for a new one."),
    !ways.password && !ways.oidc && h("p", {}, "Signing in is switched off. Ask whoever looks after this server."));
}
