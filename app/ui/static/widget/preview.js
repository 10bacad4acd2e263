// The preview of an integration's widget. The token comes in the fragment, which no server is
// sent and no log keeps; the look comes in the query.
const SAID = { title: "title", welcome: "welcomeMessage", position: "position", accent: "accentColor", open: "open", lang: "lang" };

function begin() {
  const token = decodeURIComponent(location.hash.slice(1));
  if (!token) {
    document.getElementById("said").textContent = "There is no integration to show. Open the preview from the integration’s screen.";
    return;
  }
  const script = document.createElement("script");
  const query = new URLSearchParams(location.search);
  for (const [name, attribute] of Object.entries(SAID)) {
    if (query.has(name)) script.dataset[attribute] = query.get(name);
  }
  script.dataset.integrationToken = token;
  script.src = "/widget.js";
  document.head.append(script);
}

addEventListener("hashchange", () => location.reload());
begin();
