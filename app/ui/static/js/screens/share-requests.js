// Who wants to show what to people without an account, and the links that are out there.
import { announce, toast } from "../announce.js";
import { get } from "../api.js";
import { copyText } from "../clipboard.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { segments } from "../records/segments.js";
import { settingsSide } from "../settings.js";
import { approveRequest, rejectRequest } from "../sharing/decide.js";
import { revokeLink } from "../sharing/dialog.js";
import { budgetWords, stateWords, untilWords } from "../sharing/words.js";
import { openShell } from "../shell.js";
import { ago } from "../words.js";

const VIEWS = [["pending", "Waiting"], ["approved", "Links"], ["rejected", "Rejected"]];
const EMPTY = {
  pending: "Nobody waits. When somebody asks to share a conversation, it will be here.",
  approved: "No conversation is shared by a link.",
  rejected: "No request was rejected.",
};

function button(label, drawing, act, kind = "") {
  return h("button", { type: "button", class: ["button", "tight", kind], on: { click: act } }, icon(drawing), label);
}

class ShareRequestsScreen {
  #turn = 0;

  constructor() {
    this.view = "pending";
    this.list = h("ul", { class: "share-list" });
    this.place = h("div");
    this.element = h("div", { class: "page" }, h("div", { class: "column narrow" },
      h("header", { class: "page-head" }, h("div", {}, h("h1", {}, "Share requests"), h("p", { class: "muted" }, "Conversations that people want to show to others without an account. You decide, and can take every link back."))),
      h("div", { class: "row wrap" }, segments("Show", VIEWS, this.view, (view) => { this.view = view; fill(this.list); this.load(); })),
      this.place, this.list));
  }

  async load() {
    this.#turn += 1;
    const mine = this.#turn;
    if (!this.list.children.length) fill(this.list, h("li", { class: "panel" }, h("div", { class: "skeleton" })));
    try {
      const { requests } = await get(`/share-requests?status=${this.view}`);
      if (mine !== this.#turn) return;
      fill(this.place, !requests.length && h("p", { class: "muted" }, EMPTY[this.view]));
      fill(this.list, requests.map((request) => this.#entry(request)));
    } catch (error) {
      if (mine !== this.#turn) return;
      fill(this.list);
      fill(this.place, problem(error.message, button("Try again", "reload", () => this.load())));
    }
  }

  #entry(request) {
    const { share } = request;
    return h("li", { class: "panel share-entry" },
      h("div", {}, h("h2", { dir: "auto" }, request.conversationTitle || "A conversation"),
        h("p", { class: "small muted" }, h("bdi", {}, request.requestedBy.name), ` · ${request.projectName} · asked ${ago(request.createdAt)}`)),
      request.note && h("blockquote", { class: "share-note", dir: "auto" }, request.note),
      share ? this.#link(share) : request.status === "pending" ? this.#choice(request) : this.#rejected(request));
  }

  #choice(request) {
    const decide = (how, words) => async () => {
      if (!(await how(request))) return;
      announce(words);
      await this.load();
    };
    return h("div", { class: "row wrap" }, button("Look and approve", "check", decide(approveRequest, "Approved."), "primary"), button("Reject", "close", decide(rejectRequest, "Rejected.")));
  }

  #rejected(request) {
    return h("p", { class: "small" }, h("span", { class: "muted" }, `Rejected ${ago(request.decidedAt)}${request.decidedBy ? ` by ${request.decidedBy.name}` : ""}. `), h("span", { dir: "auto" }, request.reason));
  }

  #link(share) {
    const { word, kind, icon: drawing } = stateWords(share.status);
    const copy = async () => toast((await copyText(share.url)) ? "Link copied." : "Copying is not allowed here.");
    const takeBack = async () => { if (await revokeLink(share)) { announce("Taken back."); await this.load(); } };
    return [h("div", { class: "row wrap" }, h("span", { class: ["tag", "state", kind] }, icon(drawing), word), h("span", { class: "small muted" }, `${untilWords(share.expiresAt)} · ${budgetWords(share)}`)),
      share.status === "closed" && h("p", { class: "small muted" }, "Whoever asked for it is suspended or has lost the project. It opens again if that changes."),
      (share.status === "open" || share.status === "closed") && h("div", { class: "row wrap" }, share.url && button("Copy the link", "copy", copy), button("Take it back", "close", takeBack, "danger"))];
  }
}

export async function shareRequestsScreen() {
  const screen = new ShareRequestsScreen();
  openShell({ title: "Share requests", side: settingsSide(), content: screen.element });
  await screen.load();
}
