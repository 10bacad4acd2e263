// Fields with labels, and forms that show what is wrong where it is wrong.
import { fill, freshId, h } from "./dom.js";
import { icon } from "./icons.js";

function choice({ value, label, options }) {
  return options ? h("optgroup", { label }, options.map(choice)) : h("option", { value }, label);
}

/** A labelled field. `kind` is an input's type, `textarea` or `select` (with `options`, or groups `{label, options}` of them). */
export function field({ label, name, kind = "text", value = "", hint = null, options = [], ...rest }) {
  const id = freshId("field");
  const describedBy = [hint && `${id}-hint`, `${id}-wrong`].filter(Boolean).join(" ");
  const shared = { id, name, class: "input", "aria-describedby": describedBy, ...rest };
  let input;
  if (kind === "textarea") input = h("textarea", { rows: "3", dir: "auto", ...shared, value });
  else if (kind === "select") input = h("select", { ...shared, value }, options.map(choice));
  else input = h("input", { type: kind, dir: kind === "text" ? "auto" : null, ...shared, value });
  return h("div", { class: "field" },
    h("label", { for: id }, label), input,
    hint && h("p", { class: "hint", id: `${id}-hint` }, hint),
    h("p", { class: "wrong", id: `${id}-wrong`, hidden: true }));
}

function mark(form, name, message) {
  const input = form.elements.namedItem(name);
  const line = input?.id && document.getElementById(`${input.id}-wrong`);
  if (!line) return false;
  input.setAttribute("aria-invalid", "true");
  line.hidden = false;
  line.textContent = message;
  return true;
}

function clear(form) {
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  for (const line of form.querySelectorAll(".wrong")) line.hidden = true;
}

/** Show an ApiError in the form: at its fields where it names them, else at `place`. */
export function showError(form, place, error) {
  // An entry of a list is named by its place; the list's own name comes before.
  const homeless = (error.issues ?? []).filter((issue) => !issue.path.toReversed().some((name) => mark(form, name, issue.message)));
  const first = form.querySelector("[aria-invalid=true]");
  if (!first || homeless.length) fill(place, problem(error.message ?? String(error)));
  (first ?? form.querySelector("input, textarea"))?.focus();
}

/** A notice that something failed, with what to do. */
export function problem(message, action = null) {
  return h("div", { class: "notice bad", role: "alert" }, icon("alert"), h("div", { class: "grow stack" }, h("p", {}, message), action && h("div", { class: "row" }, action)));
}

function missing(form) {
  for (const input of form.querySelectorAll("[required]")) {
    if (!input.value.trim()) mark(form, input.name, `Enter ${input.dataset.what ?? "this"}.`);
    else if (input.validity.typeMismatch) mark(form, input.name, input.type === "email" ? "This is not an e-mail address." : "This is not an address.");
  }
  const first = form.querySelector("[aria-invalid=true]");
  first?.focus();
  return Boolean(first);
}

/** A form that sends once at a time; `send` gets its values and may throw an ApiError. */
export function form(children, { submit, send, cancel = null, wideSubmit = false }) {
  const place = h("div");
  const button = h("button", { type: "submit", class: ["button", "primary", wideSubmit && "wide"] }, submit);
  const element = h("form", { novalidate: true }, children, place, h("div", { class: "actions" }, cancel && h("button", { type: "button", class: "button bare", on: { click: cancel } }, "Cancel"), button));
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return;
    clear(element);
    fill(place);
    if (missing(element)) return;
    button.setAttribute("aria-busy", "true");
    try {
      await send(Object.fromEntries(new FormData(element)), element);
    } catch (error) {
      if (!error.code) throw error;
      showError(element, place, error);
    } finally {
      button.removeAttribute("aria-busy");
    }
  });
  return element;
}
