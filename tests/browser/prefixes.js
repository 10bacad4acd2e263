// Renders every prefix of a text and reports what it met on the way.
async ([folder, text, hosts]) => {
  const { MarkdownView } = await import(`${folder}/js/markdown/render.js`);
  const place = document.createElement("div");
  document.querySelector("main").append(place);
  const cite = (n) => Object.assign(document.createElement("button"), { textContent: n });
  const leads = (url) => hosts.includes(url.host);
  const view = new MarkdownView(place, { cite, leads });
  const nodes = new Set(), attributes = new Set(), links = new Set();
  let differs = null;
  for (let length = 1; length <= text.length; length += 1) {
    const prefix = text.slice(0, length);
    view.show(prefix);
    for (const element of place.querySelectorAll("*")) {
      nodes.add(element.tagName);
      for (const { name } of element.attributes) attributes.add(name);
      if (element.tagName !== "A") continue;
      const beside = element.nextSibling?.textContent ?? "";
      links.add(`${element.href} ${element.rel} ${beside} ${element.textContent}`);
    }
    if (differs === null) {
      const fresh = document.createElement("div");
      new MarkdownView(fresh, { cite, leads }).show(prefix);
      if (fresh.innerHTML !== place.innerHTML) differs = length;
    }
  }
  const html = place.innerHTML;
  const lists = { nodes: [...nodes], attributes: [...attributes], links: [...links] };
  return { ...lists, differs, html, hit: window.hit };
}
