// What the script tag says.
const PLACES = { "bottom-left": "left", left: "left", "bottom-right": "right", right: "right" };

/**
 * `{token, base, script, title, welcome, side, accent, isOpen}`; `side` is null where the tag
 * leaves it to the direction of the page.
 */
export function readOptions(tag) {
  const said = tag?.dataset ?? {};
  const script = tag?.src ?? "";
  return {
    token: (said.integrationToken ?? "").trim(),
    base: script ? new URL(".", script).href : "",
    script,
    title: said.title?.trim() || "Ask us",
    welcome: said.welcomeMessage?.trim() || "Hello. What would you like to know? Answers come from our documents, with their sources.",
    side: PLACES[said.position?.trim().toLowerCase()] ?? null,
    accent: said.accentColor?.trim() || null,
    isOpen: said.open !== undefined && said.open !== "false",
  };
}
