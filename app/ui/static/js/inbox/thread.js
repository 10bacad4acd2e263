// One customer's conversation: what was said, and what people do about it.
import { announce } from "../announce.js";
import { get, post } from "../api.js";
import { placeOf } from "../chat/sources.js";
import { fill, h } from "../dom.js";
import { field, form, problem } from "../forms.js";
import { icon } from "../icons.js";
import { MarkdownView } from "../markdown/render.js";
import { ageWords, ago } from "../words.js";
import { speaker, statusTag } from "./words.js";

const LONGEST = "8000";
const ACTIONS = {
  active: [["escalated", "Take over", "person"], ["resolved", "Resolve", "check"]],
  escalated: [["active", "Give back to the assistant", "forward"], ["resolved", "Resolve", "check"]],
  resolved: [["escalated", "Take over", "person"]],
};
const DONE = { active: "The assistant answers again.", escalated: "You have taken over: the assistant is silent.", resolved: "Resolved." };

/** What the assistant wrote, as the customer sees it; its links lead nowhere from here. */
function written(text) {
  const body = h("div", { class: "answer-body inbox-answer", dir: "auto" });
  new MarkdownView(body, { cite: (number) => h("span", { class: "chip" }, number), leads: () => false }).show(text);
  return body;
}

export class Thread {
  #shown = "";

  constructor(id) {
    this.path = `/inbox/conversations/${id}`;
    this.id = id;
    this.head = h("header", { class: "inbox-thread-head" });
    this.trouble = h("div");
    this.list = h("ol", { class: "inbox-messages", "aria-label": "What was said" }, h("li", {}, h("div", { class: "skeleton" })));
    this.element = h("section", { class: "inbox-thread stack", "aria-label": "Conversation" }, this.head, this.trouble, this.list, this.#writer());
    this.reload();
  }

  async reload() {
    try {
      const { conversation, messages } = await get(this.path);
      fill(this.trouble);
      this.#draw(conversation, messages);
      if (conversation.unread) await post(`${this.path}/read`, { lastMessageId: messages.at(-1).id });
    } catch (error) {
      if (!error.code) throw error;
      fill(this.trouble, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.reload() } }, icon("reload"), "Try again")));
      if (!this.#shown) fill(this.list);
    }
  }

  #draw(conversation, messages) {
    const shown = JSON.stringify([conversation.status, messages]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { words, look } = statusTag(conversation);
    const focused = this.head.contains(document.activeElement);
    fill(this.head,
      h("div", { class: "grow" }, h("h2", { class: "one-line", dir: "auto" }, conversation.customer), h("p", { class: "small muted" }, `By ${conversation.integration.name}`), h("span", { class: `tag state ${look}` }, words)),
      h("div", { class: "row wrap" }, ACTIONS[conversation.status].map(([status, label, drawing]) =>
        h("button", { type: "button", class: "button tight", on: { click: (event) => this.#change(event.currentTarget, status) } }, icon(drawing), label))));
    if (focused) this.head.querySelector("button")?.focus();
    fill(this.list, messages.map((message) => this.#said(message, conversation)));
    this.list.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  #said(message, conversation) {
    const cited = message.citations.filter((item, at, all) => all.findIndex((other) => other.index === item.index) === at);
    const waiting = message.status === "streaming" ? "Is being written…" : "Nothing was written.";
    return h("li", { class: "inbox-message", "data-role": message.role },
      h("p", { class: "tiny muted" }, message.role === "note" && icon("lock"), h("strong", { dir: "auto" }, speaker(message, conversation)), message.role === "note" && " · only people here see this", ` · ${ago(message.createdAt)}`),
      message.role === "assistant" && message.body ? written(message.body) : h("p", { class: "inbox-body", dir: "auto" }, message.body || h("em", { class: "muted" }, waiting)),
      cited.length > 0 && h("ul", { class: "inbox-cited small muted", "aria-label": "Sources" }, cited.map((item) => h("li", { title: item.stale ? `${item.quote} (${ageWords(item)})` : item.quote }, h("span", { class: ["chip", item.stale && "old"] }, item.index), h("span", { class: "one-line", dir: "auto" }, item.documentName), placeOf(item) && h("span", {}, placeOf(item))))));
  }

  async #change(button, status) {
    button.disabled = true;
    try {
      await post(`${this.path}/status`, { status });
      announce(DONE[status]);
      await this.reload();
    } catch (error) {
      if (!error.code) throw error;
      button.disabled = false;
      fill(this.trouble, problem(error.message));
    }
  }

  #writer() {
    const element = form([
      field({ label: "Write to the customer", name: "body", kind: "textarea", rows: "3", required: true, "data-what": "what to say", maxlength: LONGEST }),
      h("label", { class: "row small inbox-as-note" }, h("input", { type: "checkbox", name: "note", on: { change: () => this.#purpose(element) } }), "A note for people here: the customer never sees it"),
    ], {
      submit: "Send",
      send: async ({ body }, sent) => {
        const isNote = sent.elements.note.checked;
        await post(`${this.path}/${isNote ? "note" : "reply"}`, { body: body.trim() });
        sent.reset();
        this.#purpose(sent);
        announce(isNote ? "Noted." : "Sent.");
        await this.reload();
        sent.elements.body.focus();
      },
    });
    element.classList.add("inbox-writer");
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target.name !== "body") return;
      event.preventDefault();
      element.requestSubmit();
    });
    return element;
  }

  #purpose(element) {
    const isNote = element.elements.note.checked;
    element.toggleAttribute("data-note", isNote);
    element.querySelector("label").textContent = isNote ? "Write to people here" : "Write to the customer";
    element.querySelector("[type=submit]").textContent = isNote ? "Keep the note" : "Send";
  }
}
