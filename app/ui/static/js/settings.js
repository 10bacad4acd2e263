// The places where this server is looked after, and who finds them there.
import { h } from "./dom.js";
import { icon } from "./icons.js";
import * as session from "./session.js";

const STAFF = ["admin", "superadmin"];
const PLACES = [
  { id: "people", path: "/app/settings/people", label: "People", icon: "people", roles: STAFF },
  { id: "departments", path: "/app/settings/departments", label: "Departments", icon: "building", roles: STAFF },
  { id: "shares", path: "/app/settings/shares", label: "Share requests", icon: "link", roles: STAFF },
  { id: "providers", path: "/app/settings/providers", label: "Model providers", icon: "settings", roles: ["engineer", "superadmin"] },
  { id: "system", path: "/app/system", label: "Health", icon: "health", roles: ["engineer", "superadmin"] },
  { id: "audit", path: "/app/settings/audit", label: "Audit log", icon: "log", roles: STAFF },
  { id: "usage", path: "/app/settings/usage", label: "Usage", icon: "usage", roles: STAFF },
];

/** Whether this person looks after one department, without being an admin. */
export function isManager(person = session.user()) {
  return person?.orgPosition === "manager" && Boolean(person.departmentId) && !STAFF.includes(person.platformRole);
}

/** What the signed-in person may open: `[{id, path, label, icon}]`. */
export function settingsPlaces(person = session.user()) {
  const places = PLACES.filter(({ roles }) => roles.includes(person?.platformRole));
  if (isManager(person)) places.unshift({ id: "department", path: `/app/settings/departments/${person.departmentId}`, label: "Your department", icon: "building" });
  return places;
}

export function mayOpen(id) {
  return settingsPlaces().some((place) => place.id === id);
}

function entry({ path, label, icon: drawing }) {
  const here = location.pathname === path || (path !== "/app" && location.pathname.startsWith(`${path}/`));
  return h("li", { class: "entry" }, h("a", { href: path, "aria-current": here ? "page" : null }, icon(drawing), h("span", { class: "one-line" }, label)));
}

/** The side of every screen under `/app/settings`. */
export function settingsSide() {
  return h("div", { class: "side-part" },
    h("ul", {}, entry({ path: "/app", label: "Home", icon: "home" })),
    h("div", { class: "scroll" }, h("h2", {}, "Settings"), h("ul", {}, settingsPlaces().map(entry))));
}
