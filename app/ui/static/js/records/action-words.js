// What an entry of the audit log says, in plain words.
import { h } from "../dom.js";
import { tierWord } from "../access/words.js";

/** The nouns that actions begin with, as the filter offers them. */
export const KINDS = [
  ["", "Everything"], ["user", "People"], ["group", "Groups"], ["department", "Departments"], ["grant", "Access to projects"], ["project", "Projects"], ["document", "Documents"],
  ["memory", "What answers remember"], ["session", "Sign-ins"], ["password", "Passwords"], ["link", "One-time links"], ["token", "Personal tokens"], ["provider", "Model providers"], ["integration", "Integrations"], ["conversation", "Customers’ conversations"], ["webhook", "Webhooks"], ["share", "Shared conversations"],
];

const NOUNS = { user: "the person", group: "the group", department: "the department", grant: "access to", project: "the project", document: "the document", memory: "a memory of", session: "the session of", link: "a link for", token: "the token", provider: "the provider", integration: "the integration", webhook: "the webhook", server: "the server" };
const VERBS = { created: "made", added: "added", changed: "changed", updated: "changed", deleted: "deleted", removed: "removed", revoked: "revoked", ended: "ended", opened: "opened", tested: "tested" };

// {target} is what it was done to; {given} whom a grant is for, {tier} how far it goes; {member} who is in a group.
const SENTENCES = {
  "grant.created": "gave {given} “{tier}” in {target}",
  "grant.changed": "changed what {given} may do in {target} to “{tier}”",
  "grant.removed": "took access to {target} from {given}",
  "document.retried": "had the document {target} read again",
  "group.member_added": "added {member} to the group {target}",
  "group.member_removed": "removed {member} from the group {target}",
  "link.created": "made a one-time link for {target}",
  "link.used": "used their one-time link",
  "memory.changed": "changed what answers of {target} remember",
  "memory.created": "told answers of {target} to remember something",
  "memory.removed": "told answers of {target} to forget something",
  "password.changed": "changed their password",
  "password.refused": "gave a wrong password when changing it",
  "project.imported": "brought files into the project {target} from the terminal",
  "project.reached_by_role": "looked into the project {target}, which only their role opens to them",
  "conversation.escalated": "took over the conversation with {target}",
  "conversation.active": "gave the conversation with {target} back to the assistant",
  "conversation.resolved": "closed the conversation with {target}",
  "integration.rotated": "drew a new token for the integration {target}",
  "webhook.rotated": "drew a new secret for the webhook {target}",
  "webhook.disabled": "switched the webhook {target} off, since its address is gone",
  "webhook.replayed": "had something sent again to the webhook {target}",
  "provider.fallback_changed": "changed which models stand in for others",
  "provider.keys_resealed": "encrypted the providers' keys anew",
  "share.approved": "approved a link that {target} asked for",
  "share.previewed": "looked at what {target} wants to share",
  "share.rejected": "rejected a link that {target} asked for",
  "share.requested": "asked to share a conversation by a link",
  "share.revoked": "took back a link of {target}",
  "server.set_up": "set this server up",
  "session.ended": "ended a session of {target}",
  "session.refused": "was refused when signing in as {target}",
  "sessions.ended": "ended the sessions of {target}",
};

function plainSentence(action) {
  const [noun, verb = ""] = action.split(".");
  const done = VERBS[verb];
  return done ? `${done} ${NOUNS[noun] ?? noun} {target}` : `${noun.replaceAll("_", " ")}: ${verb.replaceAll("_", " ")} {target}`;
}

function parts(entry) {
  const fields = { ...entry.before, ...entry.after };
  return {
    target: entry.target.name || entry.target.id || "nobody known here",
    given: fields.targetName ?? "somebody",
    member: fields.email ?? "somebody",
    tier: fields.tier ? tierWord(fields.tier) : "access",
  };
}

/** The sentence after the actor's name, names as elements of their own. */
export function sentence(entry) {
  const named = parts(entry);
  return (SENTENCES[entry.action] ?? plainSentence(entry.action)).split(/(\{\w+\})/).map((piece) => {
    const name = /^\{(\w+)\}$/.exec(piece)?.[1];
    if (!name) return piece;
    return name === "tier" ? named.tier : h("bdi", { class: "named" }, named[name]);
  });
}

const FIELDS = { isPrivate: "private", isActive: "active", ownerId: "owner", platformRole: "role", orgPosition: "position", departmentId: "department", targetName: "given to", targetType: "kind", targetId: "id" };

/** A field's name as words: `platformRole` and `platform_role` are one. */
export function fieldWord(name) {
  const camel = name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return FIELDS[camel] ?? camel.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

/** A field's value as a person reads it. */
export function valueWord(value, name = "") {
  if (value === null || value === undefined || value === "") return "–";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (name === "tier") return tierWord(value);
  if (typeof value !== "object") return String(value);
  return Object.keys(value).length ? JSON.stringify(value) : "–";
}
