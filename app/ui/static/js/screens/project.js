// A project: ask it, and see what is in it.
import { shareButton } from "../access/share-button.js";
import { get } from "../api.js";
import { Composer } from "../chat/composer.js";
import { ConversationList } from "../chat/conversations.js";
import { h } from "../dom.js";
import { takeDrops } from "../documents/drop.js";
import { DocumentsPanel } from "../documents/panel.js";
import { moreButton } from "../menu.js";
import { go, render } from "../router.js";
import { openShell } from "../shell.js";
import { answersDialog } from "./answers-dialog.js";
import { askLater } from "./conversation.js";
import { memoriesDialog } from "./memories.js";
import { showProblem } from "./problem.js";
import { deleteProject, projectDialog } from "./project-dialog.js";

const SUGGESTIONS = ["Give me a summary of these documents", "What are the most important figures?", "Which risks or open questions are named?", "What changed, and when?"];

/** `onSettings(settings)` hears of other ways to answer. */
function head(project, onSettings) {
  const change = async () => { if (await projectDialog(project)) await render(); };
  const changeAnswers = async () => {
    const settings = await answersDialog(project);
    if (settings) onSettings(settings);
  };
  const items = () => [
    ...(project.accessTier !== "use" ? [{ label: "Settings", icon: "settings", act: change }] : []),
    ...(project.accessTier === "full" ? [{ label: "How answers are made", icon: "deep", act: changeAnswers }] : []),
    { label: "What answers remember", icon: "memory", act: () => memoriesDialog(project) },
    ...(project.accessTier !== "use" ? [{ label: "Inbox", icon: "chat", act: () => go(`/app/projects/${project.id}/inbox`) }] : []),
    ...(project.accessTier === "full" ? [{ label: "Webhooks", icon: "outside", act: () => go(`/app/projects/${project.id}/webhooks`) }] : []),
    { label: "Access", icon: "people", act: () => go(`/app/projects/${project.id}/access`) },
    ...(project.accessTier === "full" ? [{ label: "Integrations", icon: "plug", act: () => go(`/app/projects/${project.id}/integrations`) }] : []),
    ...(project.accessTier === "full" ? ["-", { label: "Delete the project", icon: "trash", danger: true, act: () => deleteProject(project) }] : []),
  ];
  return h("header", { class: "page-head project-head" },
    h("div", { class: "grow" }, h("h1", { dir: "auto" }, h("span", { class: "dot", css: { "--tint": project.color } }), project.name), project.description && h("p", { class: "muted", dir: "auto" }, project.description)),
    h("div", { class: "row" }, shareButton(project), moreButton("Project actions", items)));
}

function suggestions(composer) {
  return h("ul", { class: "suggestions", "aria-label": "Questions to begin with" }, SUGGESTIONS.map((text) =>
    h("li", {}, h("button", { type: "button", class: "button tight long", on: { click: () => { composer.text = text; } } }, text))));
}

export async function projectScreen({ id }) {
  let project;
  try {
    ({ project } = await get(`/projects/${encodeURIComponent(id)}`));
  } catch (error) {
    return showProblem(error);
  }
  const left = new AbortController();
  const composer = new Composer({
    placeholder: "Ask these documents…", draftKey: `draft-${id}`, project,
    send: (question) => { askLater(question); go(`/app/projects/${id}/c/new`); },
  });
  const hints = suggestions(composer);
  const top = head(project, ({ model }) => composer.follow(model));
  const ask = h("div", { class: "ask stack" }, composer.element, hints);
  const panel = new DocumentsPanel(project, {
    ask: (file) => { composer.restrict(file); composer.input.focus(); composer.element.scrollIntoView({ block: "center" }); },
    onCount: (count) => { hints.hidden = count === 0; },
    onEnded: () => { ask.remove(); top.lastChild.remove(); left.abort(); },
  });
  const content = h("div", { class: "page" }, h("div", { class: "column project-column" }, top, ask, panel.element));
  openShell({ title: project.name, side: new ConversationList(project).element, content });
  if (panel.mayEdit) takeDrops(project.name, (files) => panel.add(files), left.signal);
  return { dispose() { left.abort(); panel.dispose(); } };
}
