// Dropping files anywhere on the screen.
import { h } from "../dom.js";
import { icon } from "../icons.js";

/** Take files dropped anywhere until `signal` ends it. */
export function takeDrops(projectName, onFiles, signal) {
  const veil = h("div", { class: "drop-veil", hidden: true }, h("div", {}, icon("upload"), h("p", {}, `Drop to add to ${projectName}`)));
  document.body.append(veil);
  signal.addEventListener("abort", () => veil.remove());
  let depth = 0;
  const has = (event) => event.dataTransfer?.types.includes("Files");
  const show = (by) => { depth = Math.max(0, depth + by); veil.hidden = depth === 0; };
  addEventListener("dragenter", (event) => { if (has(event)) { event.preventDefault(); show(1); } }, { signal });
  addEventListener("dragleave", (event) => has(event) && show(-1), { signal });
  addEventListener("dragover", (event) => has(event) && event.preventDefault(), { signal });
  addEventListener("drop", (event) => {
    if (!has(event)) return;
    event.preventDefault();
    show(-depth);
    // A folder arrives as a file that can't be read; it has no type and no whole size.
    const files = [...event.dataTransfer.items].filter((item) => item.kind === "file" && !item.webkitGetAsEntry?.()?.isDirectory).map((item) => item.getAsFile()).filter(Boolean);
    if (files.length) onFiles(files);
  }, { signal });
}
