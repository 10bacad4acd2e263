// What is said when a project is no longer one's to see.
import { announce } from "../announce.js";
import { get } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";

/** Whether the project is out of reach now, after a refusal or a stream that was closed on us. */
export async function isOutOfReach(projectId) {
  try {
    await get(`/projects/${projectId}`);
    return false;
  } catch (error) {
    return error.status === 403 || error.status === 404;
  }
}

/** The words that take the place of what one could do there. */
export function endedNotice(name) {
  announce(`Your access to ${name} has ended.`);
  return h("div", { class: "notice ended", role: "alert" }, icon("lock"),
    h("div", { class: "grow stack" },
      h("div", {}, h("p", {}, h("strong", { dir: "auto" }, `Your access to “${name}” has ended.`)), h("p", { class: "small muted" }, "It was taken back, or the project was deleted. Ask its owner if you still need it.")),
      h("div", { class: "row" }, h("a", { class: "button tight", href: "/app" }, icon("home"), "To your projects"))));
}
