// Personal tokens: for programs that ask on one's behalf.
import { toast } from "../announce.js";
import { get, post, remove } from "../api.js";
import { confirmDialog, openDialog, showDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { field, form, problem } from "../forms.js";
import { icon } from "../icons.js";
import { copyField } from "../people/copy-field.js";
import { date } from "../words.js";

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

async function createToken(reload) {
  const secret = await openDialog("New token", (close) => form([
    field({ label: "What it is for", name: "name", required: true, "data-what": "what it is for", maxlength: "100", placeholder: "Backup script" }),
    field({ label: "Good for", name: "days", kind: "select", value: "90", options: LIFETIMES.map(([value, label]) => ({ value, label })) }),
  ], {
    submit: "Make the token", cancel: () => close(),
    send: async ({ name, days }) => { const answer = await post("/tokens", { name: name.trim(), expiresInDays: Number(days) }); await reload(); close(answer.secret); },
  }));
  if (secret) await showDialog("Your new token", copyField("The token", secret), { description: "Copy it now: it is not shown again. Whoever has it acts as you." });
}

export function tokensSection() {
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
