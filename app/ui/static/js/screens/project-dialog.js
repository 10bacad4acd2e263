// Making a project, changing it, deleting it.
import { patch, post, remove } from "../api.js";
import { confirmDialog, openDialog } from "../dialog.js";
import { h } from "../dom.js";
import { field, form } from "../forms.js";
import { go } from "../router.js";
import { counted } from "../words.js";

const COLORS = [["#1d7a6b", "Pine"], ["#4f6bed", "Blue"], ["#8a5bd1", "Violet"], ["#c2487e", "Rose"], ["#c4532d", "Clay"], ["#a67c00", "Ochre"], ["#5f7d2e", "Moss"], ["#5d6b7a", "Slate"]];

function swatches(chosen) {
  return h("fieldset", { class: "field" }, h("legend", {}, "Colour"), h("div", { class: "swatches" }, COLORS.map(([value, name]) =>
    h("label", { title: name }, h("input", { type: "radio", class: "unseen", name: "color", value, checked: value === chosen }), h("span", { class: "dot", css: { "--tint": value } }), h("span", { class: "unseen" }, name)))));
}

function fields(project) {
  const known = COLORS.some(([value]) => value === project?.color);
  return [
    field({ label: "Name", name: "name", value: project?.name ?? "", required: true, "data-what": "a name", maxlength: "200", placeholder: project ? null : "Quarterly reports" }),
    field({ label: "What is in it", name: "description", value: project?.description ?? "", maxlength: "2000", hint: "One line, for those who look for it." }),
    (!project || project.accessTier === "full") && swatches(project && !known ? null : (project?.color ?? COLORS[Math.floor(Math.random() * COLORS.length)][0])),
    project && field({ label: "Instructions for answers", name: "instructions", kind: "textarea", value: project.instructions ?? "", maxlength: "8000", hint: "Followed in each answer: tone, language, what to watch for." }),
  ];
}

/** Make a project and go there, or change the one given; resolves with what changed. */
export function projectDialog(project = null) {
  return openDialog(project ? "Project settings" : "New project", (close) => form(fields(project), {
    submit: project ? "Save" : "Make the project", cancel: () => close(),
    send: async ({ name, description, color, instructions }) => {
      const body = { name: name.trim(), description: description.trim() };
      if (color) body.color = color;
      if (project) body.instructions = instructions;
      const answer = project ? await patch(`/projects/${project.id}`, body) : await post("/projects", body);
      close(answer.project);
      if (!project) await go(`/app/projects/${answer.project.id}`);
    },
  }));
}

export function deleteProject(project) {
  return confirmDialog({
    title: `Delete “${project.name}”?`, submit: "Delete the project",
    description: `${counted(project._count.documents, "document")} and every conversation about them go, for everybody. This can't be undone.`,
    act: async () => { await remove(`/projects/${project.id}`); await go("/app"); },
  });
}
