// Records as a table for other programs.
import { toast } from "../announce.js";
import { request } from "../api.js";
import { saveBlob } from "../documents/download.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";

/** A button that saves `path` as CSV under `name`; `query()` gives what is shown. */
export function csvButton(path, query, name) {
  const button = h("button", { type: "button", class: "button tight", on: { click: () => save() } }, icon("download"), "Save as CSV");
  async function save() {
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      const asked = new URLSearchParams(query());
      asked.set("format", "csv");
      const response = await request(`${path}?${asked}`, { headers: { Accept: "text/csv" } });
      saveBlob(await response.blob(), name());
    } catch (error) {
      toast(error.message);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }
  return button;
}
