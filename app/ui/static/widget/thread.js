// A conversation as this page knows it: what was said, what is being written, what is new.
import { Refusal, same } from "./talk.js";

/**
 * An entry: `{id, mine, text, state, sources, isStopped}`. `state` is `done`, and for what is under way
 * `waiting`, `writing`, `lost` (the connection), `handed` (it will come by the history), `failed`.
 */
function entryOf({ id = null, mine, text = "", state = "done", sources = [], isStopped = false }) {
  return { id, mine, text, state, sources, isStopped };
}

export class Thread {
  #talk;
  #kept;
  #words;
  #view;
  #known = new Set();
  #turn = 0;
  // The answer that is being written: its conversation, and its id as soon as that is known.
  #written = { key: null, begun: Promise.resolve(null) };
  // This page's own place in the history: another tab may be further.
  #cursor;
  entries = [];
  isAnswering = false;
  isLoaded = false;

  /** `view` hears `added(entry)`, `changed(entry)`, `removed(entry)`, `cleared()` and `arrived(entry)`, which is for the ear too. */
  constructor(talk, kept, view, words) {
    this.#talk = talk;
    this.#words = words;
    this.#kept = kept;
    this.#view = view;
    this.#cursor = kept.lastSeen;
  }

  /** Read the whole conversation, if there is one. */
  async load() {
    if (this.isAnswering) return;
    const turn = this.#turn;
    const messages = this.#kept.key ? await this.#talk.history(this.#kept.key) : [];
    // What was asked meanwhile stands below what is read of the past at the next look.
    if (turn !== this.#turn) return;
    // News that were counted while nobody looked are among them.
    if (this.entries.length) this.reset();
    this.#merge(messages, false);
    this.isLoaded = true;
  }

  /** Look for news; the entries that were found. */
  async look() {
    if (!this.#kept.key || this.isAnswering) return [];
    const turn = this.#turn;
    const messages = await this.#talk.history(this.#kept.key, this.#cursor);
    // A question that was asked meanwhile brings its own answer.
    return turn === this.#turn && !this.isAnswering ? this.#merge(messages, true) : [];
  }

  /** Ask, and follow the answer to its end. Throws a Refusal, with nothing said, where the server takes no question. */
  async ask(text) {
    const key = this.#kept.begin();
    const turn = (this.#turn += 1);
    const question = this.#add({ mine: true, text });
    const answer = this.#add({ mine: false, state: "waiting" });
    this.#written = { key, begun: new Promise((resolve) => { answer.begin = resolve; }) };
    this.isAnswering = true;
    try {
      for await (const event of this.#talk.ask(text, key, this.#cursor)) {
        if (turn !== this.#turn) return;
        this.#take(event, question, answer);
      }
      if (turn === this.#turn && answer.state !== "done" && answer.state !== "failed") this.#hand(answer);
    } catch (error) {
      if (turn !== this.#turn) return;
      for (const entry of [answer, question]) this.#remove(entry);
      throw error instanceof Refusal ? error : new Refusal("trouble");
    } finally {
      answer.begin(null);
      if (turn === this.#turn) this.isAnswering = false;
    }
  }

  /** Have the answer that is being written stopped; at once, or when the server has begun it. Throws a Refusal. */
  async stop() {
    const { key, begun } = this.#written;
    const id = await begun;
    if (id) await this.#talk.stop(key, id);
  }

  /** Leave this conversation; the next question begins another. */
  reset() {
    this.#turn += 1;
    this.isAnswering = false;
    this.entries = [];
    this.#cursor = null;
    this.#known.clear();
    this.#view.cleared();
  }

  #take(event, question, answer) {
    if (event.type === "start") answer.begin(answer.begunAs = event.messageId);
    else if (event.type === "partial") this.#change(answer, { text: answer.text + event.delta, state: "writing" });
    else if (event.type === "lost") this.#change(answer, { state: "lost" });
    else if (event.type === "error") this.#change(answer, { state: "failed", reason: event.message });
    else if (event.type === "final") this.#finish(question, answer, event);
    if (answer.state === "failed" || answer.state === "done") this.#view.arrived(answer);
  }

  #finish(question, answer, { id, body, citations = [], stopped = false }) {
    // Where people answer, this is a notice that no history lists, and the question was begun.
    const last = answer.begunAs ?? id;
    const isNotice = last !== id;
    if (isNotice) question.id = last;
    this.#known.add(id).add(last);
    this.#seen(last);
    // The server's own sentence is English.
    const text = isNotice && this.#words.language !== "en" ? this.#words.say("people") : body;
    this.#change(answer, { id, text, state: "done", sources: citations, isStopped: stopped });
  }

  /** The rest of this answer comes by the history: from a person, or once it is whole. */
  #hand(answer) {
    this.#change(answer, { text: "", state: "handed" });
    this.#view.arrived(answer);
  }

  /** Take messages in; those that are new to the reader are given back. */
  #merge(messages, isNews) {
    const fresh = messages.filter(({ id }) => !this.#known.has(id)).filter((message) => !this.#adopt(message)).map((message) => {
      const { id, actor, body, citations = [], stopped = false } = message;
      this.#known.add(id);
      return this.#add({ id, mine: actor === "customer", text: body, sources: citations, isStopped: stopped });
    });
    if (messages.length) this.#seen(messages.at(-1).id);
    const theirs = fresh.filter((entry) => !entry.mine);
    if (theirs.length) this.entries.filter((entry) => entry.state === "handed").forEach((entry) => this.#remove(entry));
    if (isNews) theirs.forEach((entry) => this.#view.arrived(entry));
    return theirs;
  }

  /** Whether a message is one's own question, which stands here already without its id. */
  #adopt({ id, actor, body }) {
    const entry = actor === "customer" && this.entries.find((each) => each.mine && each.id === null && same(each.text, body));
    if (!entry) return false;
    entry.id = id;
    this.#known.add(id);
    return true;
  }

  #seen(id) {
    this.#cursor = id;
    this.#kept.seen(id);
  }

  #add(fields) {
    const entry = entryOf(fields);
    this.entries.push(entry);
    this.#view.added(entry);
    return entry;
  }

  #change(entry, fields) {
    Object.assign(entry, fields);
    this.#view.changed(entry);
  }

  #remove(entry) {
    this.entries = this.entries.filter((each) => each !== entry);
    this.#view.removed(entry);
  }
}
