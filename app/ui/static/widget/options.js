// What the script tag says.
import { languageOf, Words } from "./words.js";

const PLACES = { "bottom-left": "left", left: "left", "bottom-right": "right", right: "right" };

/**
 * `{token, base, script, words, title, welcome, side, accent, isOpen}`; `side` is null where the
 * tag leaves it to the direction of the page. The words are in the language that the tag names, or
 * else the page, or else the visitor's browser.
 */
export function readOptions(tag) {
  const said = tag?.dataset ?? {};
  const script = tag?.src ?? "";
  const own = navigator.languages ?? [];
  const words = new Words(languageOf([said.lang, document.documentElement.lang, ...own]), own);
  return {
    token: (said.integrationToken ?? "").trim(),
    base: script ? new URL(".", script).href : "",
    script,
    words,
    title: said.title?.trim() || words.say("title"),
    welcome: said.welcomeMessage?.trim() || words.say("welcome"),
    side: PLACES[said.position?.trim().toLowerCase()] ?? null,
    accent: said.accentColor?.trim() || null,
    isOpen: said.open !== undefined && said.open !== "false",
  };
}
