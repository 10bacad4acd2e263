// A conversation: questions and their answers, one under the other.
import { endedNotice, isOutOfReach } from "../access/ended.js";
import { announce, toast } from "../announce.js";
import { get } from "../api.js";
import { Answer } from "../chat/answer.js";
import { Composer, loadOffer } from "../chat/composer.js";
import { ConversationList, exportConversation } from "../chat/conversations.js";
import { AnswerRun } from "../chat/run.js";
import { traceDialog } from "../chat/trace.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { shareDialog } from "../sharing/dialog.js";
import { currentShell, openShell } from "../shell.js";
import { counted } from "../words.js";
import { showProblem } from "./problem.js";

let pending = null;

/** Keep a question for the conversation screen that opens next. */
export function askLater(question) {
  pending = question;
}

class Conversation {
  #run = null;
  #stick = true;

  constructor(project, id) {
    Object.assign(this, { project, id, title: "" });
    this.side = new ConversationList(project, id);
    this.side.onRename = (which, title) => which === this.id && this.#titled(title);
    this.thread = h("div", { class: "thread-column" });
    this.scroller = h("div", { class: "thread", tabindex: "0", role: "region", "aria-label": "Conversation" }, this.thread);
    this.scroller.addEventListener("scroll", () => { this.#stick = this.#below() < 80; }, { passive: true });
    this.heading = h("h1", { class: "one-line", dir: "auto" }, "New conversation");
    this.composer = new Composer({ placeholder: "Ask these documents…", draftKey: `draft-c-${id}`, project, send: (question) => this.ask(question), stop: () => this.#stop() });
    this.names = new Map();
    loadOffer().then(({ models }) => this.#named(models));
  }

  /** The offer may come later than the answers that are shown already. */
  #named(models) {
    for (const model of models) this.names.set(model.id, model.model);
    for (const label of this.thread.querySelectorAll(".answer .model")) label.textContent = this.names.get(label.title) ?? label.title;
  }

  open() {
    const { project } = this;
    const documents = h("a", { class: "button bare tight", href: `/app/projects/${project.id}` }, icon("document"), h("span", { class: "only-wide" }, counted(project._count.documents, "document")));
    const save = h("button", { type: "button", class: "button bare tight only", "aria-label": "Save as Markdown", title: "Save as Markdown", on: { click: () => this.id !== "new" && exportConversation(this) } }, icon("download"));
    const share = h("button", { type: "button", class: "button bare tight only", "aria-label": "Share", title: "Share", on: { click: () => this.id !== "new" && shareDialog(this) } }, icon("link"));
    const bar = h("header", { class: "topbar" }, h("span", { class: "dot", css: { "--tint": project.color } }), h("a", { class: "one-line crumb", href: `/app/projects/${project.id}` }, project.name), h("span", { class: "muted", "aria-hidden": "true" }, "/"), this.heading, h("span", { class: "grow" }), documents, share, save);
    this.dock = h("div", { class: "dock" }, this.composer.element, h("p", { class: "tiny muted dock-note" }, "Answers can be wrong. The amber numbers open the page."));
    openShell({ title: "New conversation", side: this.side.element, content: [bar, this.scroller, this.dock] });
  }

  async load() {
    const { conversation } = await get(`/chat/conversations/${encodeURIComponent(this.id)}`);
    this.#titled(conversation.title);
    for (const message of conversation.messages) this.#restore(message);
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #restore(message) {
    if (message.role === "user") return this.#question(message.content);
    const answer = this.#answer(message.mode);
    if (message.status === "streaming") this.#follow(answer, (run) => run.attach(message.id));
    else answer.restore(message);
  }

  ask(question) {
    this.#question(question.message);
    const answer = this.#answer(question.mode, question);
    const body = this.id === "new" ? question : { ...question, conversationId: this.id };
    announce("Asking.");
    this.#follow(answer, (run) => run.ask(this.project.id, body));
    this.#stick = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #question(text) {
    this.thread.append(h("h2", { class: "question", dir: "auto" }, text));
  }

  #answer(mode, question = null) {
    const answer = new Answer({
      openSource: (item, from) => currentShell().source.show(item, from),
      again: () => this.#again(answer, question),
      modelName: (id) => this.names.get(id) ?? id,
      why: this.project.accessTier !== "use" && ((id) => traceDialog(id)),
    });
    answer.mode = mode;
    answer.onGrow = () => { if (this.#stick) this.scroller.scrollTop = this.scroller.scrollHeight; };
    this.thread.append(answer.element);
    return answer;
  }

  #below() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }

  /** Once more: the same message anew where the server has it, else the question as it was. */
  #again(old, question) {
    if (this.composer.isBusy) return toast("An answer is being written. Stop it first.");
    const fresh = this.#answer(old.mode, question);
    old.element.replaceWith(fresh.element);
    if (old.id) return this.#follow(fresh, (run) => run.again(old.id));
    const body = this.id === "new" ? question : { ...question, conversationId: this.id };
    this.#follow(fresh, (run) => run.ask(this.project.id, body));
  }

  async #follow(answer, start) {
    answer.begin();
    this.composer.busy = true;
    const run = new AnswerRun({
      onEvent: (kind, data) => { if (kind === "meta") this.#began(data.conversationId); answer.take(kind, data); if (kind === "error" && data.retryable === false) this.#lookAgain(); },
      onState: (state) => answer.state(state),
      onRefusal: (error) => { answer.refused(error); if (error.status === 403 || error.status === 404) this.#lookAgain(); },
    });
    this.#run = run;
    await start(run);
    if (this.#run !== run) return;
    this.#run = null;
    this.composer.busy = false;
    const item = this.id === "new" ? null : await this.side.follow(this.id);
    if (item) this.#titled(item.title);
  }

  /** After a refusal: with the project out of reach, what was read stays and nothing more can be asked. */
  async #lookAgain() {
    if (!(await isOutOfReach(this.project.id)) || !this.dock.isConnected) return;
    this.#run = null;
    currentShell().source.close();
    fill(this.dock, endedNotice(this.project.name));
  }

  /** The first answer tells the conversation's id; the address follows without a new screen. */
  #began(id) {
    if (!id || this.id === id) return;
    this.id = id;
    history.replaceState(null, "", `/app/projects/${this.project.id}/c/${id}`);
    this.side.follow(id).then((item) => item && this.#titled(item.title));
  }

  #titled(title) {
    this.title = title || "New conversation";
    this.heading.textContent = this.title;
    this.heading.title = this.title;
    document.title = `${this.title} · Lumen`;
  }

  async #stop() {
    try {
      await this.#run?.stop();
    } catch (error) {
      toast(error.message);
    }
  }

  dispose() {
    const run = this.#run;
    this.#run = null;
    run?.detach();
  }
}

export async function conversationScreen({ id, conversationId }) {
  const question = pending;
  pending = null;
  try {
    const { project } = await get(`/projects/${encodeURIComponent(id)}`);
    const conversation = new Conversation(project, conversationId);
    conversation.open();
    if (conversationId !== "new") await conversation.load();
    else if (question) conversation.ask(question);
    if (!question) conversation.composer.input.focus();
    return conversation;
  } catch (error) {
    if (!error.code) throw error;
    return showProblem(error);
  }
}
