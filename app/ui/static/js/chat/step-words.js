// What each step of an answer is called: while it runs, and once it is past.
import { counted } from "../words.js";

const KINDS = {
  rewriting: { icon: "chat", now: "Understanding the question", past: "Understood the question" },
  searching: { icon: "search", now: "Searching the documents", past: "Searched the documents" },
  reading: { icon: "page", now: "Reading what was found", past: "Read what was found" },
  writing: { icon: "edit", now: "Writing", past: "Wrote" },
};

/** The sub-questions of a plan, which the server writes one after the other. */
export function partsOf(detail) {
  return (detail ?? "").split(/\n+|\s+·\s+/).map((part) => part.trim()).filter(Boolean);
}

/**
 * A step for the page: `{icon, now, past, parts?}`, where `now` is said while it is the last one;
 * `isFirst` tells a plan from what is found missing after a search.
 */
export function wordsOf({ stage, detail }, isFirst) {
  const kind = KINDS[stage] ?? KINDS.searching;
  if (!detail) return kind;
  if (stage === "searching") return { icon: kind.icon, now: `Searching “${detail}”`, past: `Searched “${detail}”` };
  if (stage === "reading") return { icon: kind.icon, now: `Reading ${detail}`, past: `Read ${detail}` };
  if (stage === "writing") return { icon: "history", now: detail, past: detail };
  const parts = partsOf(detail);
  if (!isFirst) return { icon: "search", now: "Looking for what is missing", past: "Looked for what was missing", parts };
  if (parts.length === 1) return { icon: kind.icon, now: `Understood as “${parts[0]}”`, past: `Understood as “${parts[0]}”` };
  const planned = `Planned ${counted(parts.length, "sub-question")}`;
  return { icon: "log", now: planned, past: planned, parts };
}

/** What goes on now, as a line of its own. */
export function lineOf(step) {
  if (step.stage === "rewriting") return `${KINDS.rewriting.now}…`;
  return `${wordsOf(step, true).now}…`;
}

/** Whether there is more to tell than the summary tells. */
export function isWorthUnfolding(steps) {
  const told = steps.filter(({ detail }) => detail);
  return told.length > 1 || partsOf(told[0]?.stage === "rewriting" ? told[0].detail : "").length > 1;
}

/** One line for all steps: how much was searched and read, else the one thing worth saying. */
export function summaryOf(steps, live) {
  const searches = steps.filter(({ stage, detail }) => stage === "searching" && detail).length;
  const pages = new Set(steps.filter(({ stage, detail }) => stage === "reading" && detail).map(({ detail }) => detail)).size;
  const counts = [searches && counted(searches, "search", "searches"), pages && counted(pages, "page")].filter(Boolean).join(", ");
  if (live) return counts ? `Researching: ${counts}` : "Researching";
  const told = steps.find(({ detail }) => detail);
  if (counts && isWorthUnfolding(steps)) return `Researched: ${counts}`;
  return told ? wordsOf(told, true).past : "Searched the documents";
}
