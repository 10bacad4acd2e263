// Line drawings of our own, 20 x 20, in the colour of the text around them.
import { svg } from "./dom.js";

const PATHS = {
  add: ["M10 4.5v11", "M4.5 10h11"],
  alert: ["M10 3.2 17.6 16.4H2.4Z", "M10 8v3.6", "M10 13.9v.1"],
  back: ["M12.2 4.8 7 10l5.2 5.2"],
  building: ["M5 16.8V3.6h7v13.2", "M12 8h3.4v8.8", "M3.4 16.8h13.2", "M7.6 6.8h1.8M7.6 9.8h1.8M7.6 12.8h1.8"],
  chat: ["M4 4.5h12a1.2 1.2 0 0 1 1.2 1.2v7a1.2 1.2 0 0 1-1.2 1.2H9.4L5.8 16.8v-2.9H4a1.2 1.2 0 0 1-1.2-1.2v-7A1.2 1.2 0 0 1 4 4.5Z"],
  check: ["m4.5 10.6 3.6 3.6 7.4-8.2"],
  clip: ["m15.6 9.3-5.7 5.7a3.7 3.7 0 0 1-5.2-5.2l6.3-6.3a2.5 2.5 0 0 1 3.5 3.5l-6.2 6.2a1.2 1.2 0 0 1-1.7-1.7l5.3-5.3"],
  close: ["m5.2 5.2 9.6 9.6", "m14.8 5.2-9.6 9.6"],
  code: ["m6.8 6.4-3.6 3.6 3.6 3.6", "m13.2 6.4 3.6 3.6-3.6 3.6", "m11.4 4.6-2.8 10.8"],
  copy: ["M7.2 7.2h8.6v9H7.2Z", "M12.8 4H4.2v9"],
  deep: ["M3.5 5h13", "M5.5 9.2h9", "M7.5 13.4h5", "M9.6 17h.8"],
  device: ["M3.2 4.4h13.6v9H3.2Z", "M7.2 16.6h5.6", "M10 13.6v2.8"],
  document: ["M5 2.8h6.6L15.4 6.6v10.6H5Z", "M11.4 2.9v4h4", "M7.6 10.6h5.2", "M7.6 13.6h3.6"],
  down: ["m5 7.6 5 5 5-5"],
  download: ["M10 3.4v9", "m6.2 9 3.8 3.8L13.8 9", "M4 16.4h12"],
  edit: ["m4 16 .7-3.4 8-8 2.7 2.7-8 8Z", "m11.2 6.2 2.7 2.7"],
  forward: ["M7.8 4.8 13 10l-5.2 5.2"],
  health: ["M3 10.4h3.2l2-5.4 3.600 10 2.200-4.600h3"],
  history: ["M4 5.2v3.4h3.4", "M4.3 8.4A6.2 6.2 0 1 1 4 11.6", "M10 6.8V10l2.4 1.6"],
  home: ["m3.4 9.4 6.6-5.6 6.6 5.6", "M5.2 8.2v8h9.6v-8"],
  key: ["M7 13.4a3.4 3.4 0 1 1 3.2-4.6h6.6v2.6h-2.2v2h-2.4v-2h-2A3.4 3.4 0 0 1 7 13.4Z"],
  keyboard: ["M2.6 5.4h14.8v9.2H2.6Z", "M5.6 8.4h.1M8.6 8.4h.1M11.6 8.4h.1M14.4 8.4h.1M6.4 11.6h7.2"],
  link: ["M8.5 11.5a3.1 3.1 0 0 0 4.4 0l2.5-2.5a3.1 3.1 0 0 0-4.4-4.4l-.9.9", "M11.5 8.5a3.1 3.1 0 0 0-4.4 0l-2.5 2.5a3.1 3.1 0 0 0 4.4 4.4l.9-.9"],
  log: ["M4 5h.01M4 10h.01M4 15h.01", "M7.4 5h9", "M7.4 10h9", "M7.4 15h5.6"],
  lock: ["M5.2 9h9.6v7.4H5.2Z", "M7.2 9V6.6a2.8 2.8 0 0 1 5.6 0V9"],
  memory: ["M7.6 14.2c-.2-1.3-2.6-2.6-2.6-5.6a5 5 0 0 1 10 0c0 3-2.4 4.3-2.6 5.6Z", "M8.2 17h3.6"],
  menu: ["M3.5 6h13", "M3.5 10h13", "M3.5 14h13"],
  more: ["M5 10h.01", "M10 10h.01", "M15 10h.01"],
  out: ["M8 4H4.2v12H8", "M8.4 10h8", "m13.2 6.8 3.2 3.2-3.2 3.2"],
  outside: ["M11.4 3.8h4.8v4.8", "M16 4 9.4 10.6", "M14.4 11.6v4.6H3.8V5.6h4.6"],
  page: ["M4.6 3h10.8v14H4.6Z", "M7.4 7h5.2", "M7.4 10h5.2", "M7.4 13h3"],
  people: ["M7.6 9.6a2.7 2.7 0 1 0 0-5.4 2.7 2.7 0 0 0 0 5.4Z", "M2.6 15.8c.5-2.4 2.4-3.6 5-3.6s4.5 1.2 5 3.6", "M12.8 4.5a2.5 2.5 0 0 1 0 4.8", "M14 12.4c1.9.4 3.1 1.5 3.5 3.4"],
  person: ["M10 10a3.1 3.1 0 1 0 0-6.2A3.1 3.1 0 0 0 10 10Z", "M3.9 16.8c.7-2.8 3-4.2 6.1-4.2s5.4 1.4 6.1 4.2"],
  phone: ["M6.2 2.8h7.6v14.4H6.2Z", "M9.4 14.5h1.2"],
  pin: ["M7 3.4h6", "M8 3.6 7.6 8.4 5 11h10l-2.6-2.6L12 3.6", "M10 11v5.8"],
  plug: ["M7.4 3v3.8M12.6 3v3.8", "M5.2 6.8h9.6v2.8a4.8 4.8 0 0 1-9.6 0Z", "M10 14.4V17"],
  reload: ["M15.8 8.2A6.2 6.2 0 1 0 16 11.8", "M16.2 4v4.4h-4.4"],
  search: ["M9 14.2a5.2 5.2 0 1 0 0-10.4 5.2 5.2 0 0 0 0 10.4Z", "m13 13 3.8 3.8"],
  send: ["M10 16V4.4", "M5 9.4l5-5 5 5"],
  settings: ["M3.6 6h7", "M14.6 6h1.8", "M3.6 14h1.8", "M9.4 14h7", "M12.6 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z", "M7.4 16a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z"],
  stop: ["M6 6h8v8H6Z"],
  theme: ["M10 3.2a6.8 6.8 0 1 0 6.8 8.2A5.4 5.4 0 0 1 10 3.2Z"],
  trash: ["M4.4 6h11.2", "M8 6V3.8h4V6", "m5.8 6 .6 10.4h7.2L14.2 6", "M8.6 9v4.6M11.4 9v4.6"],
  thumbDown: ["M6.6 11.2V4H4v7.2h2.6Zm0 0L9.4 16.6c1.2 0 1.9-.9 1.7-2L10.7 12h4.1c.9 0 1.5-.8 1.3-1.7l-1-4.9C15 4.6 14.3 4 13.5 4H6.6"],
  thumbUp: ["M6.6 8.8V16H4V8.8h2.6Zm0 0L9.4 3.4c1.2 0 1.9.9 1.7 2L10.7 8h4.1c.9 0 1.5.8 1.3 1.7l-1 4.9C15 15.4 14.3 16 13.5 16H6.6"],
  up: ["m5 12.4 5-5 5 5"],
  upload: ["M10 13V4", "M6.2 7.6 10 3.8l3.8 3.8", "M4 13.4v3h12v-3"],
  usage: ["M4 16.2v-4.7", "M8 16.2V6.8", "M12 16.2V9.6", "M16 16.2V3.8"],
  web: ["M10 16.8a6.8 6.8 0 1 0 0-13.6 6.8 6.8 0 0 0 0 13.6Z", "M3.4 10h13.2", "M10 3.4c4 4.2 4 9 0 13.2", "M10 3.4c-4 4.2-4 9 0 13.2"],
  why: ["M10 16.8a6.8 6.8 0 1 0 0-13.6 6.8 6.8 0 0 0 0 13.6Z", "M8 8.3a2 2 0 1 1 3 1.7c-.7.4-1 .8-1 1.5", "M10 13.7v.1"],
};

/** A drawing without meaning of its own: the word beside it, or the button's label, says it. */
export function icon(name) {
  const strokes = PATHS[name].map((d) => svg("path", { d }));
  return svg("svg", { class: "icon", viewBox: "0 0 20 20", fill: "none", stroke: "currentColor", "stroke-width": name === "more" ? 2.4 : 1.6, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" }, ...strokes);
}

/** The mark: a sun rising over lines of text. */
export function mark() {
  const stroke = { fill: "none", "stroke-width": 2.1, "stroke-linecap": "round" };
  return svg("svg", { class: "mark", viewBox: "0 0 28 28", "aria-hidden": "true" },
    svg("path", { d: "M8 15.5a6 6 0 0 1 12 0z", fill: "var(--evidence-edge)" }),
    svg("path", { d: "M14 4.2v2.2M5.8 7.6l1.6 1.6M22.2 7.6l-1.6 1.6", stroke: "var(--evidence-edge)", ...stroke }),
    svg("path", { d: "M4.5 19.5h19M4.5 23.7h12", stroke: "currentColor", ...stroke }));
}

/** For empty pages: a sheet with one line in the light. */
export function lamplight() {
  const line = (y, to) => svg("path", { d: `M40 ${y}H${to}`, stroke: "var(--edge)", "stroke-width": 3, "stroke-linecap": "round", opacity: 0.55 });
  return svg("svg", { class: "lamplight", viewBox: "0 0 190 130", "aria-hidden": "true", fill: "none" },
    svg("path", { d: "M22 10h82l22 22v90H22z", fill: "var(--paper)", stroke: "var(--line)", "stroke-width": 2, "stroke-linejoin": "round" }),
    svg("path", { d: "M104 10v22h22", stroke: "var(--line)", "stroke-width": 2, "stroke-linejoin": "round" }),
    line(34, 88), line(48, 108),
    svg("rect", { x: 34, y: 60, width: 80, height: 20, rx: 4, fill: "var(--evidence)" }),
    svg("path", { d: "M40 70h66", stroke: "var(--evidence-ink)", "stroke-width": 3, "stroke-linecap": "round" }),
    line(92, 108), line(106, 82),
    svg("path", { d: "M118 70h28", stroke: "var(--evidence-edge)", "stroke-width": 2, "stroke-linecap": "round", "stroke-dasharray": "2 5" }),
    svg("rect", { x: 150, y: 57, width: 28, height: 26, rx: 7, fill: "var(--evidence)" }),
    svg("path", { d: "M160.5 67.500l4-3v12", stroke: "var(--evidence-ink)", "stroke-width": 2.6, "stroke-linecap": "round", "stroke-linejoin": "round" }));
}
