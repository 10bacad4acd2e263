// What customers of a project's integrations write, and who answers them.
import { get } from "../api.js";
import { ConversationList } from "../chat/conversations.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { followInbox } from "../inbox/events.js";
import { Thread } from "../inbox/thread.js";
import { STATUSES } from "../inbox/words.js";
import { segments } from "../records/segments.js";
import { openShell } from "../shell.js";
import { ago, counted } from "../words.js";
import { showProblem } from "./problem.js";

const EMPTY = {
  escalated: "Nobody waits for a person. Who asks for one, or finds no answer, will be here.",
  active: "No customer talks to the assistant yet. Conversations of this project’s integrations will be here.",
  resolved: "Nothing has been resolved yet.",
};

class Inbox {
  #items = [];
  #cursor = null;
  #status = "escalated";
  #thread = null;
  #turn = 0;

  constructor(project) {
    this.path = `/projects/${project.id}/inbox`;
    this.filter = h("div");
    this.trouble = h("div");
    this.list = h("ul", { class: "inbox-list", "aria-label": "Conversations" }, h("li", {}, h("div", { class: "skeleton" })));
    this.more = h("div");
    this.place = h("div", { class: "inbox-place" });
    // Where there is room for one of the two alone, the conversation stands in the list's place.
    this.back = h("button", { type: "button", class: "button bare tight inbox-back", on: { click: () => this.#leave() } }, icon("back"), "All conversations");
    this.element = h("div", { class: "page" }, h("div", { class: "column" },
      h("header", { class: "page-head" }, h("div", {}, h("a", { class: "back-link small", href: `/app/projects/${project.id}` }, icon("back"), h("span", { class: "dot", css: { "--tint": project.color } }), h("span", { class: "one-line", dir: "auto" }, project.name)), h("h1", {}, "Inbox"), h("p", { class: "muted" }, "What customers write, and who answers them.")),
        project.accessTier === "full" && h("a", { class: "button tight", href: `/app/projects/${project.id}/webhooks` }, icon("plug"), "Webhooks")),
      h("div", { class: "inbox" }, h("div", { class: "inbox-side stack" }, this.filter, this.trouble, this.list, this.more), this.place)));
    this.#rest();
    this.#segments({});
  }

  async load(cursor = null) {
    const turn = ++this.#turn;
    const query = new URLSearchParams({ status: this.#status, ...(cursor && { cursor }) });
    try {
      const { conversations, counts, nextCursor } = await get(`${this.path}?${query}`);
      if (turn !== this.#turn) return;
      this.#items = cursor ? [...this.#items, ...conversations] : conversations;
      this.#cursor = nextCursor;
      fill(this.trouble);
      this.#segments(counts);
      this.#draw();
    } catch (error) {
      if (!error.code || turn !== this.#turn) return;
      if (!cursor) fill(this.list);
      fill(this.trouble, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.load() } }, icon("reload"), "Try again")));
    }
  }

  changed(conversation) {
    if (this.#thread?.id === conversation.id) this.#thread.reload();
    this.load();
  }

  ended() {
    fill(this.trouble, problem("The inbox is no longer open to you, or the project is gone."));
  }

  #segments(counts) {
    const focused = this.filter.contains(document.activeElement);
    const choices = STATUSES.map(([value, words]) => [value, counts[value] ? `${words} (${counts[value]})` : words]);
    fill(this.filter, segments("Which conversations", choices, this.#status, (status) => { this.#status = status; this.load(); }));
    if (focused) this.filter.querySelector(":checked").focus();
  }

  #draw() {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    fill(this.list, this.#items.length ? this.#items.map((item) => this.#row(item)) : h("li", { class: "inbox-none muted small" }, EMPTY[this.#status]));
    fill(this.more, this.#cursor && h("button", { type: "button", class: "button tight", on: { click: () => this.load(this.#cursor) } }, "Show earlier ones"));
    if (focused) this.list.querySelector(`[data-id="${focused}"]`)?.focus();
  }

  #row(item) {
    const open = this.#thread?.id === item.id;
    return h("li", {}, h("button", { type: "button", class: "inbox-row", "data-id": item.id, "aria-current": open ? "true" : null, on: { click: () => this.#open(item.id) } },
      h("span", { class: "row" }, h("strong", { class: "one-line grow", dir: "auto" }, item.customer), item.unread > 0 && h("span", { class: "tag", "aria-label": counted(item.unread, "unread message") }, item.unread)),
      h("span", { class: "one-line small muted", dir: "auto" }, item.lastMessage?.body ?? "Nothing was said yet."),
      h("span", { class: "tiny muted" }, `${item.integration.name} · ${ago(item.updatedAt)}`)));
  }

  #open(id) {
    this.#thread = new Thread(id);
    fill(this.place, this.back, this.#thread.element);
    this.#draw();
    if (this.back.checkVisibility()) this.back.focus();
    this.place.scrollIntoView({ block: "nearest" });
  }

  #leave() {
    const { id } = this.#thread;
    this.#thread = null;
    this.#rest();
    this.#draw();
    (this.list.querySelector(`[data-id="${id}"]`) ?? this.list.querySelector("button") ?? this.filter.querySelector(":checked")).focus();
  }

  #rest() {
    fill(this.place, h("div", { class: "inbox-rest muted" }, icon("chat"), h("p", {}, "Choose a conversation to read it and to answer.")));
  }
}

export async function inboxScreen({ id }) {
  let project;
  try {
    ({ project } = await get(`/projects/${encodeURIComponent(id)}`));
  } catch (error) {
    if (!error.code) throw error;
    return showProblem(error);
  }
  if (project.accessTier === "use") return showProblem(null);
  const inbox = new Inbox(project);
  openShell({ title: `Inbox of ${project.name}`, side: new ConversationList(project).element, content: inbox.element });
  const left = new AbortController();
  followInbox(id, { onChange: (item) => inbox.changed(item), onGap: () => inbox.load(), onEnded: () => inbox.ended(), signal: left.signal });
  return { dispose() { left.abort(); } };
}
