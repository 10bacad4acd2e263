// Where an answer looks: the documents, the web, or both in several rounds; and why one is off.
const MODES = [
  { mode: "docs", icon: "document", label: "Documents", hint: "Answers from this project's documents alone", placeholder: null },
  { mode: "web", icon: "web", label: "Web", hint: "Searches the web once and cites its pages", placeholder: "Ask the web…" },
  { mode: "deep", icon: "deep", label: "Deep", hint: "Plans, searches the web in several rounds, and writes a report", placeholder: "What should be researched?" },
];

export function modeOf(name) {
  return MODES.find(({ mode }) => mode === name) ?? MODES[0];
}

export function isOn(config, mode) {
  return mode === "docs" || config[mode] === true;
}

function whyOff(config) {
  return config.unknown ? "Off: the server did not say whether it can. Load the page again." : "Off: this server has no key for web search (TAVILY_API_KEY)";
}

/** The modes as a menu's choices; one that is off stays in the list and says why. */
export function modeChoices(config, chosen, choose) {
  return MODES.map(({ mode, icon, label, hint }) => {
    const on = isOn(config, mode);
    return { icon, label, hint: on ? hint : whyOff(config), disabled: !on, checked: mode === chosen, act: () => choose(mode) };
  });
}
