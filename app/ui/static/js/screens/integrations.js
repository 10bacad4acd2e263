// Other sites and programs that ask in a project: made, put to use, limited, switched off.
import { announce, toast } from "../announce.js";
import { get, patch, post, remove } from "../api.js";
import { ConversationList } from "../chat/conversations.js";
import { confirmDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { integrationCard } from "../integrations/card.js";
import { integrationDialog } from "../integrations/dialog.js";
import { showToken, showUse } from "../integrations/token.js";
import { mayOpen } from "../settings.js";
import { openShell } from "../shell.js";
import { showProblem } from "./problem.js";

const LEAD = "Websites and programs that ask in this project, each by a token of its own. They are answered from its documents and nothing else.";

class IntegrationsScreen {
  #items = [];

  constructor(project) {
    this.project = project;
    this.path = `/projects/${project.id}/integrations`;
    this.list = h("ul", { class: "provider-list", "aria-label": "Integrations" }, h("li", { class: "panel" }, h("div", { class: "skeleton" })));
    this.place = h("div");
    this.add = h("button", { type: "button", class: "button primary", on: { click: () => this.#create() } }, icon("add"), "Add an integration");
    this.log = h("p", { class: "small", hidden: true }, h("a", { href: `/app/settings/audit?projectId=${project.id}&action=integration` }, "What was changed, by whom"));
    this.element = h("div", { class: "page" }, h("div", { class: "column narrow" }, this.#head(), this.place, this.list, mayOpen("audit") && this.log));
  }

  #head() {
    const { id, name, color } = this.project;
    return h("header", { class: "page-head" },
      h("div", {}, h("a", { class: "back-link small", href: `/app/projects/${id}` }, icon("back"), h("span", { class: "dot", css: { "--tint": color } }), h("span", { class: "one-line", dir: "auto" }, name)),
        h("h1", {}, "Integrations"), h("p", { class: "muted" }, LEAD)),
      this.add);
  }

  async load() {
    try {
      this.#items = (await get(this.path)).integrations;
      fill(this.place);
      this.#draw();
    } catch (error) {
      if (!error.code) throw error;
      fill(this.list);
      fill(this.place, problem(error.message, h("button", { type: "button", class: "button tight", on: { click: () => this.load() } }, icon("reload"), "Try again")));
    }
  }

  #draw() {
    this.log.hidden = !this.#items.length;
    fill(this.list, this.#items.length ? this.#items.map((item) => this.#card(item)) : h("li", { class: "integrations-none" },
      h("h2", {}, "Nobody else asks here yet"), h("p", { class: "muted" }, "Put a chat on your website with one line, or let a program of yours ask. Add an integration, and you get the line to copy.")));
  }

  #card(item) {
    const card = integrationCard(item, () => this.#actions(item, card), showUse);
    return card;
  }

  #actions(item, card) {
    return [
      { label: "Edit", icon: "edit", act: () => this.#edit(item, card) },
      { label: "Draw a new token", icon: "key", act: () => this.#rotate(item, card) },
      { label: item.isEnabled ? "Switch off" : "Switch on", icon: item.isEnabled ? "stop" : "check", act: () => this.#switch(item, card) },
      "-", { label: "Delete", icon: "trash", danger: true, act: () => this.#delete(item) },
    ];
  }

  /** Show the one as it is now, with the focus where it was: at its menu. */
  #replace(item, fresh, card) {
    this.#items = this.#items.map((other) => (other === item ? fresh : other));
    const next = this.#card(fresh);
    card.replaceWith(next);
    next.querySelector(".more").focus();
  }

  async #create() {
    const answer = await integrationDialog(this.path);
    if (!answer) return;
    this.#items.push(answer.integration);
    fill(this.place);
    this.#draw();
    await showToken(`“${answer.integration.name}” may ask now`, answer);
  }

  async #edit(item, card) {
    const answer = await integrationDialog(this.path, item);
    if (!answer) return;
    this.#replace(item, answer.integration, card);
    announce("Saved.");
  }

  async #switch(item, card) {
    try {
      const { integration } = await patch(`${this.path}/${item.id}`, { isEnabled: !item.isEnabled });
      this.#replace(item, integration, card);
      announce(integration.isEnabled ? `${integration.name} is on.` : `${integration.name} is off: its token is refused.`);
    } catch (error) {
      if (!error.code) throw error;
      toast(error.message);
    }
  }

  async #rotate(item, card) {
    let answer = null;
    await confirmDialog({
      title: `Draw a new token for “${item.name}”?`, submit: "Draw a new token", description: "The one in use is refused at once, and open chats end. Put the new one wherever it stands.",
      act: async () => { answer = await post(`${this.path}/${item.id}/rotate`); },
    });
    if (!answer) return;
    this.#replace(item, answer.integration, card);
    await showToken(`A new token for “${item.name}”`, answer);
  }

  async #delete(item) {
    const gone = await confirmDialog({
      title: `Delete “${item.name}”?`, submit: "Delete", description: "Its token is refused at once, and the conversations of its customers go with it. What they took stays in usage. This can't be undone.",
      act: async () => {
        await remove(`${this.path}/${item.id}`);
        this.#items = this.#items.filter((other) => other.id !== item.id);
        this.#draw();
        announce(`${item.name} is deleted.`);
      },
    });
    // Its menu is gone, and the focus with it.
    if (gone) this.add.focus();
  }
}

export async function integrationsScreen({ id }) {
  let project;
  try {
    ({ project } = await get(`/projects/${encodeURIComponent(id)}`));
  } catch (error) {
    if (!error.code) throw error;
    return showProblem(error);
  }
  if (project.accessTier !== "full") return showProblem(null);
  const screen = new IntegrationsScreen(project);
  openShell({ title: `Integrations of ${project.name}`, side: new ConversationList(project).element, content: screen.element });
  await screen.load();
}
