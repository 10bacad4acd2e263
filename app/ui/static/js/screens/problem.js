// A screen for what can't be shown.
import { h } from "../dom.js";
import { problem } from "../forms.js";
import { icon } from "../icons.js";
import { render } from "../router.js";
import { openShell } from "../shell.js";
import { homeSide } from "./home.js";

const WORDS = {
  404: ["Not here", "There is no such page, or it isn't yours to see. It may have been deleted, or the link is incomplete."],
  403: ["No access", "You have no access to this project. Ask its owner to let you in."],
};

export async function showProblem(error) {
  const [title, words] = WORDS[error?.status ?? 404] ?? ["This can't be shown now", error.message];
  const side = await homeSide().catch(() => ({ element: null }));
  const again = h("button", { type: "button", class: "button", on: { click: () => render() } }, icon("reload"), "Try again");
  openShell({ title, side: side.element, content: h("div", { class: "page" }, h("div", { class: "column narrow" }, h("h1", {}, title), problem(words), h("div", { class: "row" }, h("a", { class: "button", href: "/app" }, icon("home"), "To your projects"), again))) });
}
