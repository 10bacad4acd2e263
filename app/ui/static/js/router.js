// Screens by path, under /app, with the browser's own history.
const routes = [];
let current = { dispose() {} };
let turn = 0;
let notFound = null;

/** `pattern` has named parts: `/app/projects/:id`. `show` gets (params, query) and gives `{dispose?}`. */
export function route(pattern, show) {
  const names = [];
  const source = pattern.replace(/:(\w+)/g, (_, name) => {
    names.push(name);
    return "([^/]+)";
  });
  routes.push({ pattern: new RegExp(`^${source}/?$`), names, show });
}

export function otherwise(show) {
  notFound = show;
}

/** Where a path that came from outside may lead: our own screens only. */
export function ownPath(path) {
  return typeof path === "string" && /^\/app(?:[/?]|$)/.test(path) && !path.includes("\\") ? path : "/app";
}

export function go(path, { replace = false } = {}) {
  if (path !== location.pathname + location.search) history[replace ? "replaceState" : "pushState"](null, "", path);
  return render();
}

export async function render() {
  turn += 1;
  const mine = turn;
  const path = location.pathname;
  let found = { show: notFound, params: {} };
  for (const { pattern, names, show } of routes) {
    const match = pattern.exec(path);
    if (match) {
      found = { show, params: Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(match[index + 1])])) };
      break;
    }
  }
  current.dispose?.();
  current = {};
  const next = (await found.show(found.params, new URLSearchParams(location.search))) ?? {};
  if (mine === turn) current = next;
  else next.dispose?.();
}

/** Plain clicks on our own links change the screen instead of loading the page again. */
export function start() {
  addEventListener("popstate", render);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    if (link.target || link.hasAttribute("download") || link.origin !== location.origin || !/^\/app(?:\/|$)/.test(link.pathname)) return;
    if (link.hash && link.pathname === location.pathname) return;
    event.preventDefault();
    go(link.pathname + link.search);
  });
  return render();
}
