// The frame of every screen for those who are signed in: side, main, source.
import { fill, h } from "./dom.js";
import { icon, mark } from "./icons.js";
import { attachMenu } from "./menu.js";
import { go } from "./router.js";
import * as session from "./session.js";
import { settingsPlaces } from "./settings.js";
import { showShortcuts } from "./shortcuts.js";
import { SourcePanel } from "./chat/source-panel.js";
import { setTheme, theme, THEMES } from "./theme.js";
import { initials } from "./words.js";

const NARROW = matchMedia("(max-width: 48rem)");
let shell = null;
let shown = false;

/** One place is named; several are behind one word, with their own list at the side. */
function settingsItem() {
  const places = settingsPlaces();
  if (!places.length) return [];
  const [{ label, icon: drawing, path }] = places;
  if (places.length === 1) return [{ label, icon: drawing, act: () => go(path) }];
  return [{ label: "Settings", hint: places.map((place) => place.label).join(", "), icon: "settings", act: () => go(path) }];
}

function personMenu() {
  const { name, email } = session.user();
  const button = h("button", { type: "button", class: "open person" }, h("span", { class: "badge", "aria-hidden": "true" }, initials(name)), h("span", { class: "one-line grow" }, name), h("span", { class: "unseen" }, ", menu"));
  attachMenu(button, () => [
    { label: "Account", hint: email, icon: "person", act: () => go("/app/account") },
    ...settingsItem(),
    { label: "Keyboard", icon: "keyboard", act: showShortcuts },
    "-",
    ...THEMES.map(({ value, label }) => ({ label, checked: theme() === value, act: () => setTheme(value) })),
    "-",
    { label: "Sign out", icon: "out", act: () => session.signOut() },
  ], { label: "You" });
  return h("div", { class: "entry" }, button);
}

function build() {
  const brand = () => h("a", { class: "brand", href: "/app", "aria-label": "Lumen, to your projects" }, mark(), h("span", {}, "Lumen"));
  const place = h("div", { class: "side-place" });
  const side = h("nav", { class: "side", id: "side", "aria-label": "Places" }, brand(), place, h("div", { class: "foot" }, personMenu()));
  const main = h("main", { class: "main", id: "main", tabindex: "-1" });
  const opener = h("button", { type: "button", class: "button bare only", "aria-label": "Open the side", popovertarget: "side" }, icon("menu"));
  const bar = h("header", { class: "narrow-bar row only-narrow" }, opener, brand());
  const element = h("div", { class: "shell" }, bar, side, main);
  const source = new SourcePanel(element);
  element.append(source.element);
  const fold = () => { if (NARROW.matches) side.setAttribute("popover", "auto"); else side.removeAttribute("popover"); };
  NARROW.addEventListener("change", fold);
  fold();
  return { element, side, place, main, source, fold };
}

/** The shell with `title` as the page's title, `side` in its place and `content` in main. */
export function openShell({ title, side, content }) {
  const root = document.getElementById("root");
  if (!shell || !root.contains(shell.element)) {
    shell = build();
    fill(root, shell.element);
  }
  document.title = title ? `${title} · Lumen` : "Lumen";
  if (shell.side.matches(":popover-open")) shell.side.hidePopover();
  shell.source.close();
  fill(shell.place, side);
  fill(shell.main, content);
  // A new screen is where reading goes on; on the first one the browser begins at the top.
  if (shown) shell.main.focus({ preventScroll: true });
  shown = true;
  return shell;
}

export function currentShell() {
  return shell;
}

/** Nobody is signed in any more: nothing of theirs stays on the page. */
export function closeShell() {
  shell = null;
}
