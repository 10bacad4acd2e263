// What a share link shows, to anybody who holds it.
import { announce } from "../announce.js";
import { get } from "../api.js";
import { AnswerRun } from "../chat/run.js";
import { fill, h } from "../dom.js";
import { mark } from "../icons.js";
import { render } from "../router.js";
import { FollowUpBox } from "../sharing/follow-up.js";
import { QuotedAnswer, threadOf } from "../sharing/quoted-answer.js";
import { ENDED, untilWords } from "../sharing/words.js";
import { date } from "../words.js";
import { sheet, showTrouble } from "./guest.js";

function frame(content) {
  fill(document.getElementById("root"), h("main", { class: "shared", id: "main", tabindex: "-1" },
    h("header", { class: "shared-head" }, h("span", { class: "brand" }, mark(), h("span", {}, "Lumen")), h("span", { class: "tag plain-words" }, "Shared conversation")), content));
}

function ended(error) {
  const [title, words] = error.status === 410 ? (ENDED[error.body.reason] ?? ENDED.closed)
    : ["This link leads nowhere", "It may be incomplete, or what it showed was deleted. Ask whoever sent it to you."];
  sheet(title, words);
}

class SharedScreen {
  #run = null;

  constructor(token) {
    this.token = token;
    this.path = `/share/${encodeURIComponent(token)}`;
    this.thread = h("div", { class: "shared-thread" });
  }

  show({ conversation, share }) {
    const title = conversation.title || "A conversation";
    document.title = `${title} · Lumen`;
    const facts = `Shared on ${date(share.sharedAt)}, open ${untilWords(share.expiresAt)}. The amber numbers open what an answer leans on.`;
    const heading = h("h1", { tabindex: "-1", dir: "auto" }, title);
    // A title that is the first question says it already.
    const [first, ...others] = conversation.messages;
    const isSaid = first?.content === title;
    const messages = isSaid ? others : conversation.messages;
    fill(this.thread, isSaid && h("h2", { class: "unseen" }, "Answer"), threadOf(messages, (answer, message) => this.#follow(answer, (run) => run.attachShared(this.token, message.id))));
    this.box = share.allowFollowUps ? new FollowUpBox({ left: share.followUpsLeft, send: (text) => this.#ask(text) }) : null;
    frame([h("div", { class: "shared-column" }, h("div", { class: "shared-title" }, heading, h("p", { class: "small muted" }, facts)), this.thread),
      h("footer", { class: "shared-dock" }, this.box?.element, h("p", { class: "tiny muted dock-note" }, "Answers can be wrong. Read what stands behind them."))]);
    heading.focus({ preventScroll: true });
  }

  #ask(text) {
    const question = h("h2", { class: "question", dir: "auto" }, text);
    const answer = new QuotedAnswer();
    this.thread.append(question, answer.element);
    question.scrollIntoView({ block: "start" });
    announce("Asking.");
    const refused = (error) => {
      question.remove();
      answer.element.remove();
      if (error.status === 410 || error.status === 404) return ended(error);
      if (error.code === "follow_ups_spent") this.box.remaining = 0;
      this.box.giveBack(text, error.message);
    };
    this.#follow(answer, (run) => run.askShared(this.token, text), refused);
  }

  async #follow(answer, start, refused = (error) => answer.fail(error.message)) {
    answer.begin();
    const run = new AnswerRun({
      onEvent: (kind, data) => { answer.take(kind, data); if (kind === "error" && data.retryable === false) this.#lookAgain(); },
      onState: (state) => answer.state(state), onRefusal: refused,
    });
    this.#run = run;
    // The box is made behind the answers that are followed from the start.
    queueMicrotask(() => { if (this.box && this.#run === run) this.box.busy = true; });
    await start(run);
    if (this.#run !== run) return;
    this.#run = null;
    if (!this.box) return;
    this.box.busy = false;
    await this.#count();
  }

  /** How many questions are left: other guests may have asked meanwhile. */
  async #count() {
    try {
      this.box.remaining = (await get(this.path, { anonymous: true })).share.followUpsLeft;
    } catch (error) {
      if (error.status === 410 || error.status === 404) ended(error);
    }
  }

  async #lookAgain() {
    try {
      await get(this.path, { anonymous: true });
    } catch (error) {
      if (error.status === 410 || error.status === 404) ended(error);
    }
  }

  dispose() {
    const run = this.#run;
    this.#run = null;
    run?.detach();
  }
}

export async function sharedScreen({ token }) {
  const screen = new SharedScreen(token);
  document.title = "Shared conversation · Lumen";
  frame(h("div", { class: "shared-column", "aria-busy": "true" }, h("div", { class: "skeleton" }), h("div", { class: "skeleton" })));
  try {
    screen.show(await get(screen.path, { anonymous: true }));
  } catch (error) {
    if (error.status === 410 || error.status === 404) ended(error);
    else showTrouble(error, render);
  }
  return screen;
}
