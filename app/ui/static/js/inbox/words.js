// The inbox in words.
export const STATUSES = [["escalated", "For people"], ["active", "Assistant"], ["resolved", "Resolved"]];

const SAID = { escalated: "For people", active: "With the assistant", resolved: "Resolved" };
const REASONS = { request: "asked for a person", unanswered: "found no answer twice", operator: "taken over", customer: "came back" };

/** What a conversation's status says, and how it looks. */
export function statusTag({ status, statusReason }) {
  const words = SAID[status];
  const why = status === "escalated" ? REASONS[statusReason] : null;
  return { words: why ? `${words}: ${why}` : words, look: status === "escalated" ? "waiting" : status === "active" ? "good" : "" };
}

/** Who said something. */
export function speaker(message, conversation) {
  if (message.role === "user") return conversation.customer;
  if (message.role === "assistant") return "Assistant";
  const name = message.author?.name ?? "Somebody who is gone";
  return message.role === "note" ? `Note by ${name}` : name;
}
