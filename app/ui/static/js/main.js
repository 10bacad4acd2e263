// The way in: who is here, and which screen they want.
import { currentShell, closeShell } from "./shell.js";
import { go, otherwise, render, route, start } from "./router.js";
import { accessScreen } from "./screens/access.js";
import { accountScreen } from "./screens/account.js";
import { auditScreen } from "./screens/audit.js";
import { conversationScreen } from "./screens/conversation.js";
import { departmentScreen } from "./screens/department.js";
import { departmentsScreen } from "./screens/departments.js";
import { setupScreen, showTrouble, signInScreen } from "./screens/guest.js";
import { homeScreen } from "./screens/home.js";
import { integrationsScreen } from "./screens/integrations.js";
import { inboxScreen } from "./screens/inbox.js";
import { peopleScreen } from "./screens/people.js";
import { showProblem } from "./screens/problem.js";
import { projectScreen } from "./screens/project.js";
import { providersScreen } from "./screens/providers.js";
import { shareRequestsScreen } from "./screens/share-requests.js";
import { sharedScreen } from "./screens/shared.js";
import { systemScreen } from "./screens/system.js";
import { usageScreen } from "./screens/usage.js";
import { webhooksScreen } from "./screens/webhooks.js";
import { takeLinkToken, welcomeScreen } from "./screens/welcome.js";
import * as session from "./session.js";
import { isManager, mayOpen, settingsPlaces } from "./settings.js";
import { startShortcuts } from "./shortcuts.js";
import { unreachable } from "./api.js";

function toSignIn() {
  const here = location.pathname + location.search;
  const next = here === "/app" || here.startsWith("/app/sign-in") ? "" : `?next=${encodeURIComponent(here)}`;
  closeShell();
  return go(`/app/sign-in${next}`, { replace: true });
}

/** Screens that need somebody signed in; a guest is asked first and then comes here. */
function signedIn(show) {
  return async (params, query) => {
    if (!session.user()) return toSignIn();
    try {
      return await show(params, query);
    } catch (error) {
      // The session ended while the screen was on its way: sign-in stands there instead.
      if (session.user()) throw error;
      return {};
    }
  };
}

/** Settings that only some find; for others there is no such page. */
function setting(id, show) {
  return signedIn((params, query) => (mayOpen(id) ? show(params, query) : showProblem(null)));
}

function department(params) {
  const theirs = isManager() && params.id === session.user().departmentId;
  return theirs || mayOpen("departments") ? departmentScreen(params) : showProblem(null);
}

function firstSetting() {
  const [first] = settingsPlaces();
  return first ? go(first.path, { replace: true }) : showProblem(null);
}

/** Guests' screens, whose only trouble is a server that does not answer. */
function guest(show) {
  return async (params, query) => {
    closeShell();
    try {
      return await show(params, query);
    } catch (error) {
      return showTrouble(error, render);
    }
  };
}

route("/app", signedIn(homeScreen));
route("/app/setup", guest(setupScreen));
route("/app/sign-in", guest(signInScreen));
route("/app/welcome", guest(welcomeScreen));
route("/app/share/:token", guest(sharedScreen));
route("/app/projects/:id", signedIn(projectScreen));
route("/app/projects/:id/access", signedIn(accessScreen));
route("/app/projects/:id/integrations", signedIn(integrationsScreen));
route("/app/projects/:id/inbox", signedIn(inboxScreen));
route("/app/projects/:id/webhooks", signedIn(webhooksScreen));
route("/app/projects/:id/c/:conversationId", signedIn(conversationScreen));
route("/app/settings", signedIn(firstSetting));
route("/app/settings/people", setting("people", peopleScreen));
route("/app/settings/departments", setting("departments", departmentsScreen));
route("/app/settings/departments/:id", signedIn(department));
route("/app/settings/providers", setting("providers", providersScreen));
route("/app/settings/shares", setting("shares", shareRequestsScreen));
route("/app/settings/audit", setting("audit", auditScreen));
route("/app/system", setting("system", systemScreen));
route("/app/settings/usage", setting("usage", usageScreen));
route("/app/account", signedIn(accountScreen));
otherwise(signedIn(() => showProblem(null)));

session.whenEnded(toSignIn);

const step = (by) => () => currentShell()?.source.move(by);
startShortcuts({
  "[": step(-1), "]": step(1),
  Escape: () => currentShell()?.source.close(),
});

async function boot() {
  takeLinkToken();
  // Whoever holds a share link needs no session, and is nobody's here.
  if (location.pathname.startsWith("/app/share/")) return start();
  try {
    await session.renew();
  } catch {
    return showTrouble(unreachable(), boot);
  }
  return start();
}

boot();
