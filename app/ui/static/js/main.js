// The way in: who is here, and which screen they want.
import { currentShell, closeShell } from "./shell.js";
import { go, otherwise, render, route, start } from "./router.js";
import { accountScreen } from "./screens/account.js";
import { conversationScreen } from "./screens/conversation.js";
import { setupScreen, showTrouble, signInScreen } from "./screens/guest.js";
import { homeScreen } from "./screens/home.js";
import { showProblem } from "./screens/problem.js";
import { projectScreen } from "./screens/project.js";
import { providersScreen } from "./screens/providers.js";
import * as session from "./session.js";
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
  return async (params, query) => (session.user() ? show(params, query) : toSignIn());
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
route("/app/projects/:id", signedIn(projectScreen));
route("/app/projects/:id/c/:conversationId", signedIn(conversationScreen));
route("/app/settings/providers", signedIn(providersScreen));
route("/app/account", signedIn(accountScreen));
otherwise(signedIn(() => showProblem(null)));

session.whenEnded(toSignIn);

const step = (by) => () => currentShell()?.source.move(by);
startShortcuts({
  "[": step(-1), "]": step(1),
  Escape: () => currentShell()?.source.close(),
});

async function boot() {
  try {
    await session.renew();
  } catch {
    return showTrouble(unreachable(), boot);
  }
  return start();
}

boot();
