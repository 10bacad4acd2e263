// Building elements. Data reaches the page as text nodes and checked attributes only:
// there is no way through this module to markup, inline script or inline style.
const SVG = "http://www.w3.org/2000/svg";
const REFUSED = new Set(["innerHTML", "outerHTML", "srcdoc", "style"]);

/** Whether a link may be followed: our own screens, blobs made here, http and https. */
export function isSafeUrl(value) {
  if (/^[/#](?![/\\])/.test(value) || value === "/") return true;
  try {
    return ["http:", "https:", "blob:"].includes(new URL(value, location.origin).protocol) && /^(https?:\/\/|blob:)/i.test(value);
  } catch {
    return false;
  }
}

function setAttribute(element, name, value) {
  if (REFUSED.has(name) || /^on/i.test(name)) throw new TypeError(`${name} can't be set here`);
  if ((name === "href" || name === "src") && !isSafeUrl(String(value))) throw new TypeError("this address can't be set");
  if (value === true) element.setAttribute(name, "");
  else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child instanceof Node) element.append(child);
    else if (child !== null && child !== undefined && child !== false) element.append(document.createTextNode(String(child)));
  }
}

/**
 * An element. `properties` are attributes, except `class`, `on: {event: listener}`,
 * `value`, `checked` (properties) and `css: {"--name": value}` (custom properties).
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  // Children first: `dir="auto"` looks through them at each change, `value` chooses among them.
  append(element, children);
  for (const [name, value] of Object.entries(properties ?? {})) {
    if (name === "class") element.className = Array.isArray(value) ? value.filter(Boolean).join(" ") : (value ?? "");
    else if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "css") for (const [key, item] of Object.entries(value)) element.style.setProperty(key, item);
    else if (name === "value" || name === "checked" || name === "indeterminate") element[name] = value;
    else setAttribute(element, name, value);
  }
  return element;
}

/** An SVG element; attributes are ours alone, never data. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(element, name, value);
  append(element, children);
  return element;
}

/** Put these children in place of what is there. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

let count = 0;

/** An id that this page has not used yet. */
export function freshId(prefix = "x") {
  count += 1;
  return `${prefix}-${count}`;
}
