// The widget on a page: its shadow root, and what its parts do together.
import { accentOf } from "./colour.js";
import { Kept } from "./kept.js";
import { WORDS } from "./notices.js";
import { Panel } from "./panel.js";
import { Polling } from "./polling.js";
import { STYLES } from "./styles.js";
import { Talk } from "./talk.js";
import { Thread } from "./thread.js";

class Widget {
  #unread = 0;
  #isRefused = false;
  #isOffline = false;

  constructor(options, root) {
    this.kept = new Kept(options.token);
    this.panel = new Panel(options, root, { open: () => this.open(), close: () => this.close(), send: (text) => this.send(text), restart: () => this.#askRestart() });
    this.thread = new Thread(new Talk(options), this.kept, this.panel);
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
    this.panel.composer.hold("An answer is being written.");
    let refusal = null;
    try {
      await this.thread.ask(text);
    } catch (error) {
      refusal = error;
    }
    this.panel.composer.hold(null);
    if (refusal) this.#refused(refusal, text);
    else this.#watch();
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
      composer.hold("Too many questions for now.");
      notices.countDown(seconds, () => composer.hold(null));
    } else notices.say(WORDS[kind]);
  }

  #connected() {
    if (this.#isRefused) return;
    if (navigator.onLine === false) {
      this.#isOffline = true;
      this.panel.composer.hold("You are offline.");
      this.panel.notices.say(WORDS.offline);
    } else if (this.#isOffline) {
      this.#isOffline = false;
      this.panel.composer.hold(null);
      this.panel.notices.clear();
    }
  }

  #askRestart() {
    this.panel.notices.confirm({
      text: "Begin a new conversation? This one will no longer be shown here.",
      yes: "Begin anew",
      no: { label: "Keep this one", act: () => this.panel.composer.input.focus() },
      act: () => this.#restart(),
    });
  }

  #restart() {
    this.kept.forget();
    this.polling.rest();
    this.thread.reset();
    this.panel.composer.hold(null);
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
