// Files come with an Authorization header, so a plain link can't fetch them.
import { request } from "../api.js";
import { toast } from "../announce.js";
import { h } from "../dom.js";

/** Hand a blob to the reader as a file. */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export async function downloadDocument({ id, name }) {
  try {
    const response = await request(`/documents/${id}/file`);
    saveBlob(await response.blob(), name);
  } catch (error) {
    toast(error.message);
  }
}
