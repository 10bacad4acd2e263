// Where one is signed in, and how to end that.
import { announce, toast } from "../announce.js";
import { get, remove } from "../api.js";
import { confirmDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { wayWords } from "../people/words.js";
import { ago, counted } from "../words.js";
import { deviceWords, isHandheld } from "./devices.js";

export class SessionsSection {
  constructor() {
    this.list = h("ul", { class: "sessions", "aria-labelledby": "sessions-title" }, [1, 2].map(() => h("li", { class: "session", "aria-hidden": "true" }, h("span", { class: "skeleton grow" }))));
    this.after = h("div");
    this.others = h("button", { type: "button", class: "button tight", hidden: true, on: { click: () => this.#endOthers() } }, icon("out"), "Sign out everywhere else");
    this.element = h("section", { class: "panel stack", "aria-labelledby": "sessions-title" },
      h("div", { class: "section-head" }, h("h2", { id: "sessions-title", class: "grow", tabindex: "-1" }, "Where you are signed in"), this.others), this.list, this.after);
    this.load();
  }

  async load() {
    try {
      const { sessions } = await get("/auth/sessions");
      // This one first; the rest as they were last used.
      const order = [...sessions].sort((one, other) => Number(other.current) - Number(one.current) || Date.parse(other.lastUsedAt) - Date.parse(one.lastUsedAt));
      fill(this.list, order.map((session) => this.#row(session)));
      this.others.hidden = !sessions.some(({ current }) => !current);
      fill(this.after);
    } catch (error) {
      fill(this.list);
      fill(this.after, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.load() } }, icon("reload"), "Try again")));
    }
  }

  #row(session) {
    const device = deviceWords(session.userAgent);
    const details = [session.address, wayWords(session.way), session.current ? "in use now" : `last used ${ago(session.lastUsedAt)}`].filter(Boolean).join(" · ");
    return h("li", { class: "session" }, icon(isHandheld(session.userAgent) ? "phone" : "device"),
      h("div", { class: "grow" }, h("p", { class: "row wrap", title: session.userAgent }, device, session.current && h("span", { class: "tag" }, icon("check"), "This one")), h("p", { class: "tiny muted numbers" }, details)),
      !session.current && h("button", { type: "button", class: "button tight", "aria-label": `Sign out ${device}, last used ${ago(session.lastUsedAt)}`, on: { click: (event) => this.#end(session, device, event.currentTarget) } }, "Sign out"));
  }

  async #end(session, device, button) {
    button.setAttribute("aria-busy", "true");
    try {
      await remove(`/auth/sessions/${session.id}`);
      await this.load();
      document.getElementById("sessions-title")?.focus();
      announce(`${device} is signed out.`);
    } catch (error) {
      button.removeAttribute("aria-busy");
      toast(error.message);
    }
  }

  async #endOthers() {
    let count = 0;
    const done = await confirmDialog({
      title: "Sign out everywhere else?", submit: "Sign out", description: "Every other browser asks for the password again. This one stays signed in, and personal tokens keep working.",
      act: async () => { count = (await remove("/auth/sessions")).ended; },
    });
    if (!done) return;
    await this.load();
    toast(`Signed out in ${counted(count, "place")}.`);
  }
}
