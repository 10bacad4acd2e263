// Sharing one conversation, from the side of whose it is: ask, wait, copy the link, take it back.
import { announce } from "../announce.js";
import { get, post, remove } from "../api.js";
import { confirmDialog, openDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { field, form, problem } from "../forms.js";
import { icon } from "../icons.js";
import { copyField } from "../people/copy-field.js";
import { ago } from "../words.js";
import { budgetWords, stateWords, untilWords } from "./words.js";

const LEAD = "People without an account can read it by a link: the conversation as it stands when an admin approves, with its quotes, and no document.";

/** Take a link back; true when it was. */
export function revokeLink(share) {
  return confirmDialog({
    title: "Take this link back?", submit: "Take it back",
    description: `Whoever has the link to “${share.conversationTitle}” can't read it any more, at once. A new link takes a new request.`,
    act: () => remove(`/shares/${share.id}`),
  });
}

function linkPart(share, reload) {
  const { word, kind, icon: drawing } = stateWords(share.status);
  const takeBack = h("button", { type: "button", class: "button tight danger", on: { click: async () => { if (await revokeLink(share)) reload(); } } }, icon("close"), "Take it back");
  return h("li", { class: "share-part" },
    h("div", { class: "row wrap" }, h("span", { class: ["tag", "state", kind] }, icon(drawing), word), h("span", { class: "small muted grow" }, `Approved ${ago(share.createdAt)} · ${untilWords(share.expiresAt)} · ${budgetWords(share)}`)),
    share.status === "open" && (share.url ? copyField("The link", share.url) : h("p", { class: "small muted" }, "The link can't be shown again, since the server's secret was changed. It is still good.")),
    share.status === "open" && h("div", { class: "row" }, takeBack));
}

function requestPart(request) {
  const waiting = request.status === "pending";
  return h("li", { class: "share-part" },
    h("p", {}, waiting ? `You asked ${ago(request.createdAt)}. An admin decides; the link will be here.` : `Rejected ${ago(request.decidedAt)}.`),
    request.note && waiting && h("p", { class: "small muted", dir: "auto" }, `“${request.note}”`),
    !waiting && request.reason && h("p", { class: "small muted", dir: "auto" }, request.reason));
}

class ShareDialog {
  constructor(conversation, close) {
    Object.assign(this, { conversation, close });
    this.element = h("div", { class: "stack" }, h("div", { class: "skeleton" }));
  }

  async load() {
    const { id } = this.conversation;
    try {
      const { requests } = await get(`/share-requests?conversationId=${id}`);
      this.#show(requests);
    } catch (error) {
      fill(this.element, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.load() } }, icon("reload"), "Try again")));
    }
  }

  #show(requests) {
    const waits = requests.some(({ status }) => status === "pending");
    const parts = requests.map((request) => (request.share ? linkPart(request.share, () => this.load()) : requestPart(request)));
    const isOpen = requests.some(({ share }) => share?.status === "open");
    const another = h("button", { type: "button", class: "button bare", on: { click: () => { done.replaceWith(this.#form()); this.element.querySelector("textarea").focus(); } } }, "Ask for another link");
    const done = h("div", { class: "actions" }, !waits && another, h("button", { type: "button", class: "button primary", on: { click: () => this.close() } }, "Done"));
    const asks = !waits && !isOpen;
    fill(this.element, parts.length > 0 && h("ul", { class: "share-parts" }, parts), asks ? this.#form() : done);
    this.element.querySelector(asks ? "textarea" : ".actions .primary").focus();
  }

  #form() {
    return form([field({ label: "Why, for the admin who decides", name: "note", kind: "textarea", maxlength: "1000", hint: "Who is going to read it, and what for." })], {
      submit: "Ask for a link", cancel: () => this.close(),
      send: async ({ note }) => {
        await post(`/chat/conversations/${this.conversation.id}/share-requests`, { note: note.trim() });
        announce("Asked. An admin decides.");
        await this.load();
      },
    });
  }
}

/** Share a conversation of one's own, or see what became of it. */
export function shareDialog(conversation) {
  return openDialog("Share this conversation", (close) => {
    const dialog = new ShareDialog(conversation, close);
    dialog.load();
    return dialog.element;
  }, { description: LEAD });
}
