// Home: the projects, and what one talked about lately.
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { problem } from "../forms.js";
import { icon, lamplight } from "../icons.js";
import { openShell } from "../shell.js";
import * as session from "../session.js";
import { ago, counted } from "../words.js";
import { projectDialog } from "./project-dialog.js";

function card(project) {
  const { documents, conversations } = project._count;
  return h("li", {}, h("a", { class: "project-card", href: `/app/projects/${project.id}`, css: { "--tint": project.color } },
    h("span", { class: "row" }, h("span", { class: "dot" }), h("span", { class: "name one-line", dir: "auto" }, project.name)),
    h("span", { class: "small muted words", dir: "auto" }, project.description),
    h("span", { class: "tiny muted numbers" }, `${counted(documents, "document")} · ${counted(conversations, "conversation")} · ${ago(project.updatedAt)}`)));
}

function side(projects, recent) {
  const entry = (href, content, current) => h("li", { class: "entry" }, h("a", { href, "aria-current": current ? "page" : null }, content));
  return h("div", { class: "side-part" },
    h("ul", {}, entry("/app", [icon("home"), "Home"], location.pathname === "/app")),
    h("div", { class: "scroll" },
      projects.length > 0 && [h("h2", {}, "Projects"), h("ul", {}, projects.slice(0, 12).map((project) => entry(`/app/projects/${project.id}`, [h("span", { class: "dot", css: { "--tint": project.color } }), h("span", { class: "one-line", dir: "auto" }, project.name)])))],
      recent.length > 0 && [h("h2", {}, "Recent conversations"), h("ul", {}, recent.slice(0, 12).map((item) => entry(`/app/projects/${item.projectId}/c/${item.id}`, h("span", { class: "one-line", dir: "auto", title: item.title }, item.title || "New conversation"))))]));
}

/** The side of the screens that belong to no project. */
export async function homeSide() {
  const [{ projects }, { conversations }] = await Promise.all([get("/projects"), get("/chat/recent").catch(() => ({ conversations: [] }))]);
  return { projects, recent: conversations, element: side(projects, conversations) };
}

function recentSection(recent) {
  return h("section", { "aria-labelledby": "recent-title", class: "stack" }, h("h2", { id: "recent-title" }, "Go on with"),
    h("ul", { class: "recent" }, recent.slice(0, 6).map((item) => h("li", {}, h("a", { href: `/app/projects/${item.projectId}/c/${item.id}` },
      icon("chat"), h("span", { class: "grow one-line", dir: "auto" }, item.title || "New conversation"),
      h("span", { class: "row small muted" }, h("span", { class: "dot", css: { "--tint": item.project?.color } }), h("span", { class: "one-line" }, item.project?.name)),
      h("span", { class: "tiny muted numbers" }, ago(item.updatedAt)))))));
}

function greeting() {
  const hour = new Date().getHours();
  const words = hour < 5 ? "Good night" : hour < 12 ? "Good morning" : hour < 18 ? "Good afternoon" : "Good evening";
  return `${words}, ${session.user().name.trim().split(/\s+/)[0]}`;
}

function empty(create) {
  return h("section", { class: "invitation" },
    lamplight(),
    h("p", { class: "display" }, "Put documents in. Ask. See the page that answers."),
    h("p", { class: "muted" }, "A project is a shelf of documents that belong together: a case, a course, a product. Each answer shows the passage it stands on."),
    h("div", {}, h("button", { type: "button", class: "button primary", on: { click: create } }, icon("add"), "Make your first project")));
}

export async function homeScreen() {
  const content = h("div", { class: "page" });
  let found;
  try {
    found = await homeSide();
  } catch (error) {
    openShell({ title: "Projects", side: null, content });
    fill(content, problem(error.message, h("button", { type: "button", class: "button", on: { click: homeScreen } }, icon("reload"), "Try again")));
    return;
  }
  const { projects, recent, element } = found;
  openShell({ title: "Projects", side: element, content });
  const create = () => projectDialog();
  fill(content, h("div", { class: "column" },
    h("header", { class: "page-head" }, h("h1", {}, greeting()),
      projects.length > 0 && h("button", { type: "button", class: "button primary", "data-shortcut": "n", on: { click: create } }, icon("add"), "New project")),
    !projects.length && empty(create),
    recent.length > 0 && recentSection(recent),
    projects.length > 0 && h("section", { class: "stack", "aria-labelledby": "projects-title" }, h("h2", { id: "projects-title" }, "Projects"), h("ul", { class: "project-grid" }, projects.map(card)))));
}
