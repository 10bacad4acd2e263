// Integrations in words: what each kind is, how far it may go, and the line that puts it to use.
import { counted, number } from "../words.js";

export const KINDS = [
  { value: "widget", icon: "web", label: "A website", chip: "Website", words: "A chat in the corner of your pages. Its token is public: whoever opens a page can read it." },
  { value: "api", icon: "code", label: "A program of yours", chip: "Program", words: "A back end or a bot asks for your customers, and keeps the token to itself." },
];

export function kindOf(integration) {
  return KINDS.find(({ value }) => value === integration.kind) ?? KINDS[0];
}

/** Whose pages may ask: words, where no domain is named. */
export function everywhere(integration) {
  return integration.kind === "widget" ? "Any website may show it. Name your domains so that no other can." : "None: any page that has the token may ask.";
}

export function limitWords({ rateLimitPerMinute, customerLimitPerMinute, dailyBudget }) {
  const budget = dailyBudget ? `${counted(dailyBudget, "question")} a day` : "any number a day";
  return `${number(rateLimitPerMinute)} a minute, ${number(customerLimitPerMinute)} for one customer, ${budget}`;
}

export function escalationWords({ onRequest, afterUnanswered }) {
  const whens = [onRequest && "when a customer asks for a person", afterUnanswered > 0 && `after ${counted(afterUnanswered, "answer")} in a row that found nothing`].filter(Boolean);
  if (!whens.length) return "Never by themselves";
  const said = whens.join(", or ");
  return `${said[0].toUpperCase()}${said.slice(1)}`;
}

/** What stands in for a token that is not shown any more. */
export function tokenStub({ tokenLast4 }) {
  return `lumen_int_…${tokenLast4}`;
}

/** The line to copy: a script tag for pages, a call for programs. */
export function useLine({ kind }, token, origin = location.origin) {
  if (kind === "widget") return `<script src="${origin}/widget.js" data-integration-token="${token}"></script>`;
  return `curl -N ${origin}/v1/chat/stream -H "x-api-key: ${token}" -H "Content-Type: application/json" -d '{"sessionId": "customer-42", "message": "What can you help me with?"}'`;
}

export function useWords({ kind }) {
  return kind === "widget"
    ? { label: "Script tag", hint: "Put this line into your pages, before the end of the body. It is all they need." }
    : { label: "A first question, for a terminal", hint: "The answer comes line by line, as JSON. The same sessionId goes on with its conversation." };
}
