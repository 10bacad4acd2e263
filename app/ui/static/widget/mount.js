// The widget on a page: its shadow root, and what its parts do together.
import { accentOf } from "./colour.js";
import { Kept } from "./kept.js";
import { Panel } from "./panel.js";
import { Polling } from "./polling.js";
import { STYLES } from "./styles.js";
import { Talk } from "./talk.js";
import { Thread } from "./thread.js";

class Widget {
  #unread = 0;
  #isRefused = false;
  #isOffline = false;
  #limit = 0;

  constructor(options, root) {
    this.words = options.words;
    this.kept = new Kept(options.token);
    this.panel = new Panel(options, root, { open: () => this.open(), close: () => this.close(), send: (text) => this.send(text), tooLong: () => this.#say("long"), fits: () => this.panel.notices.clear("long"), stop: () => this.#stop(), restart: () => this.#askRestart() });
    this.thread = new Thread(new Talk(options), this.kept, this.panel, this.words);
    this.polling = new Polling(() => this.#look());
    this.kept.whenChanged(() => this.#elsewhere());
    addEventListener("offline", () => this.#connected());
    addEventListener("online", () => this.#connected());
    if (this.kept.key) this.polling.wake();
  }

  open(how) {
    this.#unread = 0;
    this.panel.show(how);
    this.#connected();
    if (!this.thread.isLoaded) this.#load();
    else if (this.kept.key) this.#watch();
  }

  close() {
    this.panel.hide();
    if (this.kept.key && !this.#isRefused) this.polling.wake({ isOpen: false });
  }

  async send(text) {
    if (this.thread.isAnswering) return;
    this.panel.notices.clear();
    this.panel.composer.answering(true);
    let refusal = null;
    try {
      await this.thread.ask(text);
    } catch (error) {
      refusal = error;
    }
    this.panel.composer.answering(false);
    if (refusal) this.#refused(refusal, text);
    else this.#watch();
  }

  async #stop() {
    try {
      await this.thread.stop();
    } catch {
      if (!this.thread.isAnswering) return;
      this.panel.composer.unstopped();
      this.#say("unstopped");
    }
  }

  async #load() {
    this.panel.load(true);
    try {
      await this.thread.load();
      this.panel.toEnd();
      if (this.kept.key) this.#watch();
    } catch (refusal) {
      this.#refused(refusal);
    } finally {
      this.panel.load(false);
    }
  }

  #watch() {
    if (!this.#isRefused) this.polling.wake({ isOpen: this.panel.isOpen });
  }

  /** Look for news; true where there were any. */
  async #look() {
    try {
      const isFirst = !this.thread.isLoaded && this.panel.isOpen;
      if (isFirst) return await this.#load();
      const news = await this.thread.look();
      this.#unread += this.panel.isOpen ? 0 : news.length;
      this.panel.unread(this.#unread);
      return news.length > 0;
    } catch (refusal) {
      if (refusal.kind === "refused") this.#refused(refusal);
      throw refusal;
    }
  }

  #refused({ kind, seconds }, text = null) {
    const { composer, notices } = this.panel;
    if (text !== null) composer.giveBack(text);
    if (kind === "refused") {
      this.#isRefused = true;
      this.polling.rest();
      this.panel.refuse();
    } else if (kind === "limited") {
      composer.hold("limit", notices.countDown(seconds));
      // By a clock of its own: something else may be said in the place of the countdown.
      clearTimeout(this.#limit);
      this.#limit = setTimeout(() => composer.hold("limit", null), seconds * 1000);
    } else this.#say(kind);
  }

  #say(key) {
    this.panel.notices.tell(this.words.say(key), { what: key });
  }

  #connected() {
    if (this.#isRefused) return;
    if (navigator.onLine === false) {
      this.#isOffline = true;
      this.panel.composer.hold("offline", this.words.say("offline"));
      this.#say("offline");
    } else if (this.#isOffline) {
      this.#isOffline = false;
      this.panel.composer.hold("offline", null);
      this.panel.notices.clear();
    }
  }

  #askRestart() {
    this.panel.notices.confirm({
      text: this.words.say("restart"),
      yes: this.words.say("begin"),
      no: { label: this.words.say("keep"), act: () => this.panel.composer.input.focus() },
      act: () => this.#restart(),
    });
  }

  #restart() {
    // Nobody will read what is being written.
    if (this.thread.isAnswering) this.thread.stop().catch(() => {});
    this.kept.forget();
    this.polling.rest();
    this.thread.reset();
    this.panel.composer.answering(false);
    this.panel.composer.hold("limit", null);
    this.panel.composer.input.focus();
  }

  /** Another tab began a conversation or left it. */
  #elsewhere() {
    if (this.thread.isAnswering) return;
    this.thread.reset();
    this.thread.isLoaded = false;
    if (this.panel.isOpen) this.#load();
  }
}

/** Put the widget on the page, out of reach of the page's styles. */
export function mount(options) {
  const host = document.createElement("lumen-chat");
  const root = host.attachShadow({ mode: "closed" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  root.adoptedStyleSheets = [sheet];
  const widget = new Widget(options, root);
  root.append(widget.panel.element);
  // Beside the body and not in it: apps that change their whole body leave it alone.
  document.documentElement.append(host);
  const own = accentOf(options.accent, widget.panel.element);
  if (own) {
    sheet.insertRule(`.lumen { --accent: ${own.accent} !important; --on-accent: ${own.onAccent} !important; }`, sheet.cssRules.length);
  }
  if (options.isOpen) widget.open({ focus: false });
}
