// Who may use a project, and how far.
import { toast } from "../announce.js";
import { get } from "../api.js";
import { Grants } from "../access/grants.js";
import { OwnAccess } from "../access/own.js";
import { People } from "../access/people.js";
import { privacy } from "../access/privacy.js";
import { ConversationList } from "../chat/conversations.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { go, render } from "../router.js";
import { mayOpen } from "../settings.js";
import { openShell } from "../shell.js";
import { showProblem } from "./problem.js";

class AccessScreen {
  constructor(project) {
    this.project = project;
    const full = project.accessTier === "full";
    const onChange = () => this.#changed();
    this.own = new OwnAccess(project.id);
    this.grants = new Grants(project, { mayChange: full, onChange });
    this.people = full ? new People(project.id, { onKnown: (people, fresh) => this.grants.explain(people, fresh) }) : null;
    this.element = h("div", { class: "page" }, h("div", { class: "column narrow" }, this.#head(), this.own.element,
      h("section", { class: "panel stack", "aria-labelledby": "shared-title" }, h("h2", { id: "shared-title" }, "Shared with"), privacy(project, { mayChange: full, onChange }), this.grants.element),
      this.people?.element));
  }

  #head() {
    const { id, name, color } = this.project;
    return h("header", { class: "page-head" },
      h("div", {}, h("a", { class: "back-link small", href: `/app/projects/${id}` }, icon("back"), h("span", { class: "dot", css: { "--tint": color } }), h("span", { class: "one-line", dir: "auto" }, name)),
        h("h1", {}, "Access"), h("p", { class: "muted" }, "Who may use this project, and how far.")),
      mayOpen("audit") && h("a", { class: "button tight", href: `/app/settings/audit?projectId=${id}` }, icon("history"), "What was changed"));
  }

  /** What one changed may have changed what one may: look again. */
  async #changed() {
    try {
      const { project } = await get(`/projects/${this.project.id}`);
      if (project.accessTier !== this.project.accessTier) return render();
      Object.assign(this.project, project);
      await Promise.all([this.own.reload(), this.grants.reload(), this.people?.reload()]);
    } catch (error) {
      if (!error.code) throw error;
      if (error.status !== 403 && error.status !== 404) return toast(error.message);
      toast(`You no longer have access to “${this.project.name}”.`);
      await go("/app");
    }
  }
}

export async function accessScreen({ id }) {
  try {
    const { project } = await get(`/projects/${encodeURIComponent(id)}`);
    openShell({ title: `Access to ${project.name}`, side: new ConversationList(project).element, content: new AccessScreen(project).element });
  } catch (error) {
    if (!error.code) throw error;
    return showProblem(error);
  }
}
