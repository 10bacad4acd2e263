// The panel and its launcher: what is seen. What happens in it is decided in mount.js.
import { h } from "../js/dom.js";
import { icon, mark } from "../js/icons.js";
import { Composer } from "./composer.js";
import { holdFocus } from "./focus.js";
import { messageView, spoken } from "./message.js";
import { Notices, refusedPage } from "./notices.js";

const NEAR_END = 80;

export class Panel {
  #views = new Map();
  #sticks = true;
  #root;
  isOpen = false;

  /** `does` holds what the controls do: `open`, `close`, `send(text)`, `tooLong`, `fits`, `stop`, `restart`. */
  constructor(options, root, does) {
    this.#root = root;
    this.does = does;
    this.words = options.words;
    const say = (key) => this.words.say(key);
    this.composer = new Composer(this.words, does);
    this.notices = new Notices(this.words);
    this.thread = h("ol", { class: "thread" });
    this.welcome = h("p", { class: "welcome", dir: "auto" }, options.welcome);
    this.loading = h("div", { class: "loading", hidden: true, role: "img", "aria-label": say("loading") }, h("span"), h("span"), h("span"));
    this.scroller = h("div", { class: "scroller", tabindex: "0", role: "region", "aria-label": say("conversation") }, this.welcome, this.loading, this.thread);
    // What stands below it comes and goes: the newest words stay in sight.
    new ResizeObserver(() => this.#grown()).observe(this.scroller);
    this.scroller.addEventListener("scroll", () => { this.#sticks = this.#below() < NEAR_END; }, { passive: true });
    this.fresh = this.#button("add", say("anew"), does.restart);
    const title = h("h2", { class: "title", id: "title", dir: "auto" }, options.title);
    this.panel = h("div", { class: "panel", role: "dialog", "aria-modal": "true", "aria-labelledby": "title", tabindex: "-1", hidden: true },
      h("div", { class: "head" }, mark(), title, this.fresh, this.#button("close", say("close"), does.close)),
      this.scroller, this.notices.element, this.composer.element,
      this.foot = h("p", { class: "foot", dir: "auto" }, say("foot")));
    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = h("button", { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-label": options.title, on: { click: does.open } }, icon("chat"), this.badge);
    this.title = options.title;
    this.announcer = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
    this.element = h("section", { class: "lumen", lang: this.words.language, "aria-label": say("chat"), dir: directionOf(this.words), "data-side": options.side }, this.panel, this.launcher, this.announcer);
    holdFocus(this.panel, { active: () => this.#root.activeElement, close: does.close });
    this.#emptiness();
  }

  show({ focus = true } = {}) {
    this.isOpen = true;
    this.element.dir = directionOf(this.words);
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.unread(0);
    this.toEnd();
    // On a touch screen the keyboard would cover what there is to read.
    if (focus) (matchMedia("(pointer: coarse)").matches || this.composer.element.hidden ? this.panel : this.composer.input).focus();
  }

  hide() {
    this.isOpen = false;
    this.launcher.hidden = false;
    this.panel.hidden = true;
    this.launcher.focus();
  }

  unread(count) {
    this.badge.hidden = count === 0;
    this.badge.textContent = count > 9 ? "9+" : String(count);
    this.launcher.setAttribute("aria-label", count ? this.words.say("unread", { title: this.title, n: count }) : this.title);
  }

  load(isLoading) {
    this.loading.hidden = !isLoading;
    this.scroller.setAttribute("aria-busy", String(isLoading));
    this.#grown();
  }

  /** This site may not use the chat. */
  refuse() {
    this.scroller.replaceChildren(refusedPage(this.words));
    this.composer.element.hidden = this.fresh.hidden = this.foot.hidden = true;
    this.notices.clear();
  }

  // What the thread tells.

  added(entry) {
    const view = messageView(entry, { words: this.words, again: () => this.does.send(this.#questionOf(entry)), onGrow: () => this.#grown() });
    this.#views.set(entry, view);
    this.thread.append(view.element);
    if (entry.mine) this.#sticks = true;
    this.#emptiness();
    this.#grown();
  }

  changed(entry) {
    this.#views.get(entry)?.update(entry);
  }

  removed(entry) {
    this.#views.get(entry)?.element.remove();
    this.#views.delete(entry);
    this.#emptiness();
  }

  cleared() {
    this.#views.clear();
    this.thread.replaceChildren();
    this.notices.clear();
    this.#emptiness();
  }

  arrived(entry) {
    const view = this.#views.get(entry);
    this.announcer.textContent = "";
    // A change in the same task is one change, and one to the same text is none.
    if (view && this.isOpen) setTimeout(() => { this.announcer.textContent = spoken(entry, view.element, this.words); }, 60);
  }

  toEnd() {
    this.#sticks = true;
    this.#grown();
  }

  #questionOf(answer) {
    const entries = [...this.#views.keys()];
    return entries.slice(0, entries.indexOf(answer)).findLast((entry) => entry.mine)?.text ?? "";
  }

  #emptiness() {
    this.fresh.hidden = this.#views.size === 0;
  }

  #grown() {
    if (this.#sticks) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  #below() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }

  #button(drawing, label, act) {
    return h("button", { type: "button", class: "bare", "aria-label": label, title: label, on: { click: act } }, icon(drawing));
  }
}

/** The direction of the words, or else the page's own, by which the panel's sides and lines go. */
function directionOf(words) {
  if (words.isFromTheRight) return "rtl";
  return getComputedStyle(document.body ?? document.documentElement).direction === "rtl" ? "rtl" : "ltr";
}
