// Roles, positions, ways of signing in and moments, as words.
import { h } from "../dom.js";

export const ROLES = [["none", "User"], ["engineer", "Engineer"], ["admin", "Admin"], ["superadmin", "Superadmin"]];
export const POSITIONS = [["member", "Member"], ["manager", "Manager"], ["ceo", "CEO"]];
const ROLE_WORDS = Object.fromEntries(ROLES);
const POSITION_WORDS = Object.fromEntries(POSITIONS);

const moment = new Intl.DateTimeFormat("en", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const ahead = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** Options of a select, from pairs of value and label. */
export function optionsOf(pairs) {
  return pairs.map(([value, label]) => ({ value, label }));
}

/** A moment to come: when, and how far off. */
export function until(iso) {
  const hours = (Date.parse(iso) - Date.now()) / 3_600_000;
  const away = hours >= 47 ? ahead.format(Math.round(hours / 24), "day") : hours >= 1.5 ? ahead.format(Math.round(hours), "hour") : ahead.format(Math.max(1, Math.round(hours * 60)), "minute");
  return `${moment.format(new Date(iso))} (${away})`;
}

/** The first of somebody's names, to speak of them. */
export function firstName(name) {
  return name.trim().split(/\s+/)[0];
}

function chip(words, kind = "plain-words") {
  return h("li", { class: ["tag", kind] }, h("span", { class: "one-line", dir: "auto" }, words));
}

/** Whether somebody can't sign in, and no link that works waits for them. */
function waitsForLink(person) {
  return !person.hasPassword && !person.signsInElsewhere && !person.isInvited;
}

/** What somebody is here, as a list of chips; plain users and members have none. */
export function chips(person, { department = true } = {}) {
  const all = [
    !person.isActive && chip("Inactive", "off"),
    person.isActive && person.isInvited && chip("Invited", "waiting"),
    person.isActive && waitsForLink(person) && chip("Link ran out", "off"),
    person.platformRole !== "none" && chip(ROLE_WORDS[person.platformRole] ?? person.platformRole, "role"),
    person.orgPosition !== "member" && chip(POSITION_WORDS[person.orgPosition] ?? person.orgPosition),
    department && person.department && chip(person.department.name),
  ].filter(Boolean);
  return all.length ? h("ul", { class: "chips", "aria-label": `About ${person.name}` }, all) : null;
}

const WAYS = { password: "with a password", link: "with a link", oidc: "with single sign-on", setup: "at the set-up" };

export function wayWords(way) {
  return WAYS[way] ?? "";
}
