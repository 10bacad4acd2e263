// One's own account: who one is, and tokens for programs.
import { toast } from "../announce.js";
import { get, post, remove } from "../api.js";
import { copyText } from "../clipboard.js";
import { confirmDialog, openDialog, showDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { field, form, problem } from "../forms.js";
import { icon } from "../icons.js";
import * as session from "../session.js";
import { openShell } from "../shell.js";
import { date, initials } from "../words.js";
import { homeSide } from "./home.js";

const ROLES = { superadmin: "Looks after this server", admin: "Admin: people and projects", engineer: "Engineer: providers and system", none: "Member" };
const LIFETIMES = [["30", "30 days"], ["90", "90 days"], ["365", "A year"]];

function tokenRow(token, reload) {
  const revoke = () => confirmDialog({
    title: `Revoke “${token.name}”?`, submit: "Revoke", description: "Programs that use it are refused from now on.",
    act: async () => { await remove(`/tokens/${token.id}`); await reload(); toast("Revoked."); },
  });
  const used = token.lastUsedAt ? `last used ${date(token.lastUsedAt)}` : "never used";
  return h("li", { class: "token row" }, icon("key"), h("div", { class: "grow" }, h("p", { class: "one-line", dir: "auto" }, token.name), h("p", { class: "tiny muted numbers" }, `ends in ${token.last4} · ${used} · until ${date(token.expiresAt)}`)),
    h("button", { type: "button", class: "button tight danger", "aria-label": `Revoke ${token.name}`, on: { click: revoke } }, "Revoke"));
}

function showSecret(secret) {
  const input = h("input", { class: "input mono", readonly: true, value: secret, "aria-label": "The token", autofocus: true });
  const copy = h("button", { type: "button", class: "button", on: { click: async () => toast((await copyText(secret)) ? "Copied." : "Select it and copy it.") } }, icon("copy"), "Copy");
  return showDialog("Your new token", h("div", { class: "row" }, input, copy), { description: "Copy it now: it is not shown again. Whoever has it acts as you." });
}

async function createToken(reload) {
  const secret = await openDialog("New token", (close) => form([
    field({ label: "What it is for", name: "name", required: true, "data-what": "what it is for", maxlength: "100", placeholder: "Backup script" }),
    field({ label: "Good for", name: "days", kind: "select", value: "90", options: LIFETIMES.map(([value, label]) => ({ value, label })) }),
  ], {
    submit: "Make the token", cancel: () => close(),
    send: async ({ name, days }) => { const answer = await post("/tokens", { name: name.trim(), expiresInDays: Number(days) }); await reload(); close(answer.secret); },
  }));
  if (secret) await showSecret(secret);
}

function tokensSection() {
  const list = h("ul", { class: "tokens" });
  const place = h("div");
  const reload = async () => {
    try {
      const { tokens } = await get("/tokens");
      fill(list, tokens.map((token) => tokenRow(token, reload)));
      fill(place, !tokens.length && h("p", { class: "muted small" }, "You have no tokens."));
    } catch (error) {
      fill(place, problem(error.message));
    }
  };
  reload();
  return h("section", { class: "panel stack", "aria-labelledby": "tokens-title" },
    h("div", { class: "section-head" }, h("h2", { id: "tokens-title", class: "grow" }, "Personal tokens"), h("button", { type: "button", class: "button tight", "data-shortcut": "n", on: { click: () => createToken(reload) } }, icon("add"), "New token")),
    h("p", { class: "small muted" }, "For scripts and other programs that ask on your behalf."), list, place);
}

export async function accountScreen() {
  const person = session.user();
  const side = await homeSide().catch(() => ({ element: null }));
  const content = h("div", { class: "page" }, h("div", { class: "column narrow" },
    h("h1", {}, "Account"),
    h("section", { class: "panel row wrap", "aria-label": "You" },
      h("span", { class: "badge large", "aria-hidden": "true" }, initials(person.name)),
      h("div", { class: "grow" }, h("p", { class: "name", dir: "auto" }, person.name), h("p", { class: "small muted" }, person.email), h("p", { class: "small muted" }, ROLES[person.platformRole])),
      h("button", { type: "button", class: "button", on: { click: () => session.signOut() } }, icon("out"), "Sign out")),
    tokensSection()));
  openShell({ title: "Account", side: side.element, content });
}
