// A button that opens a list of actions or choices.
import { fill, freshId, h } from "./dom.js";
import { icon } from "./icons.js";

function place(button, menu) {
  const anchor = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const rtl = getComputedStyle(button).direction === "rtl";
  const preferred = (menu.dataset.align === "end") !== rtl ? anchor.right - width : anchor.left;
  const below = anchor.bottom + 4;
  const fits = below + height < innerHeight - 8 || anchor.top < height + 12;
  menu.style.setProperty("left", `${Math.max(8, Math.min(preferred, innerWidth - width - 8))}px`);
  menu.style.setProperty("top", `${fits ? below : anchor.top - height - 4}px`);
}

function itemOf(item, close) {
  if (item === "-") return h("hr");
  const chosen = "checked" in item;
  const act = (event) => {
    if (item.disabled) return event.preventDefault();
    close();
    item.act?.();
  };
  return h("button", {
    type: "button", role: chosen ? "menuitemradio" : "menuitem", tabindex: "-1", class: item.danger && "danger",
    "aria-checked": chosen ? String(Boolean(item.checked)) : null, "aria-disabled": item.disabled ? "true" : null, on: { click: act },
  }, item.icon && icon(item.icon), h("span", { class: "grow" }, item.label, item.hint && h("span", { class: "hint" }, item.hint)), chosen && h("span", { class: "tick" }, icon("check")));
}

function moveFocus(menu, event) {
  const items = [...menu.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === "Tab") menu.hidePopover();
  if (to === undefined) return;
  event.preventDefault();
  items.at(to % items.length)?.focus();
}

/**
 * Make `button` open a menu. `items` gives, at each opening, a list (or a promise of one) of
 * `{label, hint?, icon?, act, danger?, disabled?, checked?}` or `"-"`.
 */
export function attachMenu(button, items, { align = "start", label } = {}) {
  const menu = h("div", { class: "menu", role: "menu", id: freshId("menu"), popover: "auto", "data-align": align, "aria-label": label ?? button.getAttribute("aria-label") ?? button.textContent });
  button.setAttribute("aria-haspopup", "menu");
  button.setAttribute("aria-expanded", "false");
  const close = () => menu.hidePopover();
  button.addEventListener("click", async (event) => {
    event.preventDefault();
    if (menu.matches(":popover-open")) return close();
    const list = await items();
    if (!button.isConnected || menu.matches(":popover-open")) return;
    fill(menu, list.map((item) => itemOf(item, close)));
    // Beside its button, so that an open dialog's focus trap has it inside.
    if (!menu.isConnected) button.after(menu);
    menu.showPopover();
    place(button, menu);
    (menu.querySelector("[aria-checked=true]") ?? menu.querySelector("button"))?.focus();
  });
  menu.addEventListener("keydown", (event) => moveFocus(menu, event));
  menu.addEventListener("toggle", (event) => {
    button.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState === "closed" && (menu.contains(document.activeElement) || document.activeElement === document.body)) button.focus();
  });
  return button;
}

/** Draw anew what holds menus once none of them is open: an open one would vanish under the hand. */
export function onceClosed(element, draw) {
  const open = element.querySelector(".menu:popover-open");
  if (!open) return draw();
  open.addEventListener("toggle", () => onceClosed(element, draw), { once: true });
}

/** A small round button with three dots. */
export function moreButton(label, items) {
  return attachMenu(h("button", { type: "button", class: "button bare tight only more", "aria-label": label, title: label }, icon("more")), items, { align: "end", label });
}
