// In a project's head: whom it is shared with, and the way to change that.
import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";

function words(project, grants) {
  if (!project.isPrivate) return { drawing: "web", text: "Open to everyone" };
  if (!grants.length) return { drawing: "lock", text: "Private" };
  return { drawing: "people", text: grants.length === 1 ? `Shared with ${grants[0].targetName}` : `Shared with ${grants[0].targetName} + ${grants.length - 1}` };
}

/** A link that says it at once as far as known, and whole when the grants are read. */
export function shareButton(project) {
  const link = h("a", { class: "button tight share-button", href: `/app/projects/${project.id}/access` });
  const show = (grants) => {
    const { drawing, text } = words(project, grants);
    link.title = "Who may use this project";
    fill(link, icon(drawing), h("span", {}, text));
  };
  show([]);
  // Without an answer it still leads to where the trouble is told.
  if (project.isPrivate) get(`/projects/${project.id}/grants`).then(({ grants }) => show(grants), () => {});
  return link;
}
