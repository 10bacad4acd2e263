// Webhooks of a project: where they point, what was sent, and sending it again.
import { announce, toast } from "../announce.js";
import { get, patch, post, remove } from "../api.js";
import { ConversationList } from "../chat/conversations.js";
import { confirmDialog, openDialog, showDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { field, form, problem } from "../forms.js";
import { icon } from "../icons.js";
import { moreButton } from "../menu.js";
import { copyField } from "../people/copy-field.js";
import { openShell } from "../shell.js";
import { ago, counted, hostOf } from "../words.js";
import { showProblem } from "./problem.js";

const EVENTS = [
  ["conversation.escalated", "A conversation waits for a person"], ["message.created", "A customer, the assistant or a person says something"],
  ["document.ready", "A document was read"], ["document.failed", "A document could not be read"],
];
const STATES = { pending: ["Waiting", "waiting"], delivered: ["Delivered", "good"], failed: ["Given up", "bad"] };

function retry(act) {
  return h("button", { type: "button", class: "button tight", on: { click: act } }, icon("reload"), "Try again");
}

function showSecret(secret) {
  const body = h("div", { class: "stack" }, copyField("Secret of the webhook", secret), h("p", { class: "small muted" }, "What is sent carries X-Lumen-Signature: the HMAC-SHA256 of its raw body with this secret. It is not shown again, but you can draw a new one."));
  const done = showDialog("The webhook’s secret", body, { description: "Your receiver needs it to know that a call comes from here." });
  body.closest("dialog").setAttribute("closedby", "closerequest");
  return done;
}

function webhookForm(title, submit, webhook, send) {
  return openDialog(title, (close) => form([
    field({ label: "Address", name: "url", kind: "url", value: webhook?.url ?? "", required: true, "data-what": "an address", maxlength: "2000", hint: "Lumen sends a POST there, within 10 seconds and without following redirects." }),
    h("fieldset", { class: "webhook-events stack" }, h("legend", { class: "small" }, "When"), EVENTS.map(([value, words]) => h("label", { class: "row small" }, h("input", { type: "checkbox", name: "events", value, checked: webhook ? webhook.events.includes(value) : true }), words))),
  ], {
    submit, cancel: () => close(),
    send: async ({ url }, sent) => {
      const events = [...sent.querySelectorAll("[name=events]:checked")].map((input) => input.value);
      const result = await send({ url: url.trim(), events });
      close(result);
    },
  }));
}

class Log {
  #items = [];
  #cursor = null;

  constructor(path) {
    this.path = `${path}/deliveries`;
    this.list = h("ul", { class: "webhook-log", "aria-label": "What was sent" }, h("li", { class: "webhook-none" }, h("div", { class: "skeleton" })));
    this.more = h("div", { class: "row" });
    this.element = h("div", { class: "stack" }, this.list, this.more);
    this.load();
  }

  async load(cursor = null) {
    try {
      const { deliveries, nextCursor } = await get(cursor ? `${this.path}?cursor=${encodeURIComponent(cursor)}` : this.path);
      this.#items = cursor ? [...this.#items, ...deliveries] : deliveries;
      this.#cursor = nextCursor;
      this.#draw();
    } catch (error) {
      if (!error.code) throw error;
      fill(this.more, problem(error.message, retry(() => this.load())));
    }
  }

  #draw() {
    fill(this.list, this.#items.length ? this.#items.map((item) => this.#row(item)) : h("li", { class: "webhook-none small muted" }, "Nothing was sent yet."));
    fill(this.more, h("button", { type: "button", class: "button tight", on: { click: () => this.load() } }, icon("reload"), "Look again"),
      this.#cursor && h("button", { type: "button", class: "button tight", on: { click: () => this.load(this.#cursor) } }, "Show earlier ones"));
  }

  #row(item) {
    const [words, look] = STATES[item.status];
    return h("li", {}, h("details", {}, h("summary", {}, h("span", { class: `tag state ${look}` }, words), h("span", { class: "grow mono small" }, item.event), h("span", { class: "tiny muted" }, ago(item.createdAt))),
      h("div", { class: "stack webhook-details" },
        h("p", { class: "small" }, counted(item.attempts, "attempt"), item.responseStatus && `, answered ${item.responseStatus}`, item.nextAttemptAt && item.attempts > 0 && `, next at ${new Date(item.nextAttemptAt).toLocaleTimeString()}`, ". ", item.lastError),
        h("pre", { class: "small", tabindex: "0", role: "region", "aria-label": "What is sent" }, item.body),
        item.response && h("pre", { class: "small", tabindex: "0", role: "region", "aria-label": "What was answered" }, item.response),
        h("div", { class: "row" }, h("button", { type: "button", class: "button tight", on: { click: (event) => this.#replay(event.currentTarget, item) } }, icon("send"), "Send again")))));
  }

  async #replay(button, item) {
    button.disabled = true;
    try {
      await post(`${this.path}/${item.id}/replay`);
      announce("It is sent again.");
      await this.load();
    } catch (error) {
      if (!error.code) throw error;
      button.disabled = false;
      toast(error.message);
    }
  }
}

class Webhooks {
  constructor(project) {
    this.path = `/projects/${project.id}/webhooks`;
    this.list = h("div", { class: "stack" }, h("div", { class: "panel" }, h("div", { class: "skeleton" })));
    this.element = h("div", { class: "page" }, h("div", { class: "column narrow" },
      h("header", { class: "page-head" }, h("div", {}, h("a", { class: "back-link small", href: `/app/projects/${project.id}` }, icon("back"), h("span", { class: "dot", css: { "--tint": project.color } }), h("span", { class: "one-line", dir: "auto" }, project.name)), h("h1", {}, "Webhooks"), h("p", { class: "muted" }, "Other systems hear of what happens in this project: signed, and until they have heard it.")),
        h("button", { type: "button", class: "button primary", on: { click: () => this.#add() } }, icon("add"), "Add a webhook")),
      this.list));
    this.load();
  }

  async load() {
    try {
      const { webhooks } = await get(this.path);
      fill(this.list, webhooks.length ? webhooks.map((row) => this.#panel(row)) : h("div", { class: "integrations-none" },
        h("h2", {}, "No other system hears of it yet"), h("p", { class: "muted" }, "Let yours know at once when a customer waits for a person, or when a document was read. Add the address that should hear of it.")));
    } catch (error) {
      if (!error.code) throw error;
      fill(this.list, problem(error.message, retry(() => this.load())));
    }
  }

  #panel(row) {
    const log = h("div");
    const path = `${this.path}/${row.id}`;
    const open = h("details", { class: "webhook-open", on: { toggle: () => { if (open.open) fill(log, new Log(path).element); } } }, h("summary", { class: "small" }, "What was sent"), log);
    return h("section", { class: "panel stack", "aria-label": `Webhook at ${hostOf(row.url)}` },
      h("div", { class: "row" }, h("div", { class: "grow two-lines" }, h("strong", { class: "one-line", dir: "ltr" }, row.url), h("span", { class: "tiny muted" }, `Secret ends in ${row.secretLast4}`)),
        h("span", { class: `tag state ${row.isEnabled ? "good" : "bad"}` }, row.isEnabled ? "On" : "Off"), moreButton(`Actions for ${row.url}`, () => this.#actions(row, path))),
      row.disabledReason && h("p", { class: "small" }, `The server switched it off. ${row.disabledReason}`),
      h("div", { class: "chips" }, row.events.map((event) => h("span", { class: "tag plain" }, event))), open);
  }

  #actions(row, path) {
    return [
      { label: "Change", icon: "edit", act: async () => { if (await webhookForm("Change the webhook", "Save", row, (body) => patch(path, body))) this.load(); } },
      { label: row.isEnabled ? "Switch off" : "Switch on", icon: row.isEnabled ? "stop" : "check", act: () => this.#try(() => patch(path, { isEnabled: !row.isEnabled })) },
      { label: "Draw a new secret", icon: "key", act: () => this.#rotate(path) },
      "-",
      { label: "Delete", icon: "trash", danger: true, act: () => confirmDialog({ title: "Delete this webhook?", submit: "Delete", description: `${row.url} hears nothing any more, and the log of what was sent goes. This can't be undone.`, act: async () => { await remove(path); await this.load(); } }) },
    ];
  }

  async #try(act) {
    try {
      await act();
      await this.load();
    } catch (error) {
      if (!error.code) throw error;
      toast(error.message);
    }
  }

  async #rotate(path) {
    let secret = null;
    const done = await confirmDialog({ title: "Draw a new secret?", submit: "Draw a new secret", description: "What is sent from now on is signed with it: give it to your receiver at once.", act: async () => { ({ secret } = await post(`${path}/rotate`)); } });
    if (done) await showSecret(secret);
    await this.load();
  }

  async #add() {
    const made = await webhookForm("Add a webhook", "Add the webhook", null, (body) => post(this.path, body));
    if (!made) return;
    await this.load();
    await showSecret(made.secret);
  }
}

export async function webhooksScreen({ id }) {
  let project;
  try {
    ({ project } = await get(`/projects/${encodeURIComponent(id)}`));
  } catch (error) {
    if (!error.code) throw error;
    return showProblem(error);
  }
  if (project.accessTier !== "full") return showProblem(null);
  openShell({ title: `Webhooks of ${project.name}`, side: new ConversationList(project).element, content: new Webhooks(project).element });
}
