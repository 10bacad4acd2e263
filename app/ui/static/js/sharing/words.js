// What share requests and links are, in plain words.
import { counted, date } from "../words.js";

const STATES = {
  open: { word: "Open", kind: "good", icon: "check" },
  expired: { word: "Has run out", kind: "", icon: "history" },
  revoked: { word: "Taken back", kind: "", icon: "close" },
  closed: { word: "Closed", kind: "bad", icon: "lock" },
};

/** A link's state: `{word, kind, icon}`. */
export function stateWords(status) {
  return STATES[status] ?? STATES.closed;
}

/** Until when a link is good. */
export function untilWords(expiresAt) {
  return expiresAt ? `until ${date(expiresAt)}` : "until it is taken back";
}

/** What guests may ask, and have asked. */
export function budgetWords({ allowFollowUps, maxFollowUps, followUpsUsed }) {
  if (!allowFollowUps) return "For reading only";
  return `${followUpsUsed} of ${counted(maxFollowUps, "question")} asked by guests`;
}

export const ENDED = {
  expired: ["This link has run out", "It was good for a while only. Ask whoever sent it to you for a new one."],
  revoked: ["This link was taken back", "What it showed can't be read here any more. Ask whoever sent it to you."],
  closed: ["This link is closed", "What it showed can't be read here now. Ask whoever sent it to you."],
};
