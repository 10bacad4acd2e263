// What the signed-in person may do with another one. The server decides;
// this keeps off the screen what it would refuse.
import * as session from "../session.js";

/** `{edit, role, link, signOut, activate, remove}`, each true where it is offered. */
export function rightsOver(person, me = session.user()) {
  const superadmin = me.platformRole === "superadmin";
  const edit = superadmin || (me.platformRole === "admin" && person.platformRole === "none");
  const others = edit && person.id !== me.id;
  return { edit, role: superadmin && others, link: others && person.isActive, signOut: others && person.isActive, activate: others, remove: others };
}

/** Whether the caller may choose a role for a new person. */
export function mayChooseRoles(me = session.user()) {
  return me.platformRole === "superadmin";
}
