// Deciding on a share request: see what would be shown, set the terms, or say why not.
import { get, post } from "../api.js";
import { openDialog, showDialog } from "../dialog.js";
import { fill, h } from "../dom.js";
import { field, form, problem } from "../forms.js";
import { copyField } from "../people/copy-field.js";
import { threadOf } from "./quoted-answer.js";
import { untilWords } from "./words.js";

const DAY_MS = 86_400_000;
const PERIODS = [{ value: "7", label: "7 days" }, { value: "30", label: "30 days" }, { value: "90", label: "90 days" }, { value: "", label: "Until it is taken back" }];

/** What guests would read, in a frame that scrolls. */
function preview(request) {
  const frame = h("div", { class: "share-preview", tabindex: "0", role: "region", "aria-label": "What would be shown" }, h("div", { class: "skeleton" }));
  get(`/share-requests/${request.id}/preview`).then(
    ({ conversation }) => fill(frame, threadOf(conversation.messages)),
    (error) => fill(frame, problem(error.message)));
  return frame;
}

function terms() {
  const number = field({ label: "How many, all guests together", name: "maxFollowUps", kind: "number", value: "10", min: "1", max: "1000", step: "1" });
  number.hidden = true;
  const allow = h("input", { type: "checkbox", name: "allowFollowUps", on: { change: () => { number.hidden = !allow.checked; } } });
  return [field({ label: "Open for", name: "days", kind: "select", value: "30", options: PERIODS }),
    h("label", { class: "check" }, allow, h("span", {}, "Guests may ask follow-up questions", h("span", { class: "block small muted" }, "Answered from this project's documents; guests see the quotes."))), number];
}

/** Approve; true when it was done. The link is shown to whoever approved. */
export async function approveRequest(request) {
  const answer = await openDialog("Share this with everybody who has the link?", (close) => form([preview(request), ...terms()], {
    submit: "Approve", cancel: () => close(null),
    send: async ({ days, allowFollowUps, maxFollowUps }) => {
      const body = { allowFollowUps: Boolean(allowFollowUps) };
      if (days) body.expiresAt = new Date(Date.now() + Number(days) * DAY_MS).toISOString();
      if (allowFollowUps) body.maxFollowUps = Number(maxFollowUps);
      close(await post(`/share-requests/${request.id}/approve`, body));
    },
  }), { description: `${request.requestedBy.name} asks. This is what would be shown, as it stands now.` });
  if (!answer) return false;
  const { share } = answer.request;
  await showDialog("The link is open", copyField("The link", answer.url), { description: `Good ${untilWords(share.expiresAt)}. ${request.requestedBy.name} finds it in the conversation, under “Share”.` });
  return true;
}

/** Reject; true when it was done. */
export function rejectRequest(request) {
  return openDialog("Reject this request?", (close) => form([field({ label: "Why, for whoever asked", name: "reason", kind: "textarea", maxlength: "1000" })], {
    submit: "Reject", cancel: () => close(false),
    send: async ({ reason }) => {
      await post(`/share-requests/${request.id}/reject`, { reason: reason.trim() });
      close(true);
    },
  }), { description: `“${request.conversationTitle}”, asked for by ${request.requestedBy.name}.` });
}
