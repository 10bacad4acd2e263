// The conversations of a project, or the recent ones of all, in the side.
import { toast } from "../announce.js";
import { get, patch, remove, request } from "../api.js";
import { confirmDialog, openDialog } from "../dialog.js";
import { saveBlob } from "../documents/download.js";
import { fill, h } from "../dom.js";
import { field, form } from "../forms.js";
import { icon } from "../icons.js";
import { moreButton, onceClosed } from "../menu.js";
import { go } from "../router.js";
import { shareDialog } from "../sharing/dialog.js";

const MANY = 6;

function titleOf(conversation) {
  return conversation.title || "New conversation";
}

export async function exportConversation(conversation) {
  try {
    const response = await request(`/chat/conversations/${conversation.id}/export?format=md`);
    saveBlob(await response.blob(), `${titleOf(conversation).replace(/[\\/:*?"<>|]+/g, " ").trim()}.md`);
  } catch (error) {
    toast(error.message);
  }
}

export class ConversationList {
  #items = [];
  #found = null;
  #timer = null;

  constructor(project, currentId = null) {
    Object.assign(this, { project, currentId });
    this.list = h("div", { class: "scroll" });
    this.fresh = h("a", { href: `/app/projects/${project.id}/c/new`, "data-shortcut": "n", "aria-current": currentId === "new" ? "page" : null }, icon("add"), "New conversation");
    this.search = h("div", { class: "search", hidden: true }, icon("search"), h("input", { type: "search", class: "input quiet", placeholder: "Find a conversation", "aria-label": "Find a conversation", "data-shortcut": "f", on: { input: (event) => this.#find(event.target.value.trim()) } }));
    this.element = h("div", { class: "side-part" },
      h("div", { class: "entry" }, h("a", { href: `/app/projects/${project.id}`, "aria-current": currentId ? null : "page" }, h("span", { class: "dot", css: { "--tint": project.color } }), h("span", { class: "one-line" }, project.name))),
      h("div", { class: "entry" }, this.fresh),
      this.search, this.list);
    this.load();
  }

  async load() {
    try {
      this.#items = (await get(`/chat/projects/${this.project.id}/conversations`)).conversations;
      this.#draw();
    } catch (error) {
      fill(this.list, h("p", { class: "small muted" }, error.message));
    }
  }

  /** A conversation that has just begun, or has a title now. */
  async follow(id) {
    this.currentId = id;
    this.fresh.removeAttribute("aria-current");
    await this.load();
    return this.#items.find((item) => item.id === id);
  }

  #find(query) {
    clearTimeout(this.#timer);
    if (!query) {
      this.#found = null;
      return this.#draw();
    }
    this.#timer = setTimeout(async () => {
      try {
        const { conversations } = await get(`/chat/search?q=${encodeURIComponent(query)}`);
        this.#found = conversations.filter((item) => (item.projectId ?? item.project?.id ?? this.project.id) === this.project.id);
        this.#draw();
      } catch (error) {
        toast(error.message);
      }
    }, 200);
  }

  #draw() {
    onceClosed(this.list, () => this.#drawNow());
  }

  #drawNow() {
    this.search.hidden = this.#items.length < MANY;
    if (this.#found) return fill(this.list, this.#found.length ? this.#group("Found", this.#found) : h("p", { class: "small muted side-note" }, "No conversation of yours matches."));
    const pinned = this.#items.filter((item) => item.isPinned);
    const rest = this.#items.filter((item) => !item.isPinned);
    fill(this.list, pinned.length > 0 && this.#group("Pinned", pinned), rest.length > 0 && this.#group("Recent", rest),
      !this.#items.length && h("p", { class: "small muted side-note" }, "Your conversations about these documents will be here. Only you see them."));
  }

  #group(title, items) {
    return [h("h2", {}, title), h("ul", {}, items.map((item) => this.#entry(item)))];
  }

  #entry(item) {
    return h("li", { class: "entry" },
      h("a", { href: `/app/projects/${this.project.id}/c/${item.id}`, "aria-current": item.id === this.currentId ? "page" : null, title: titleOf(item) }, h("span", { class: "one-line", dir: "auto" }, titleOf(item))),
      moreButton(`Actions for ${titleOf(item)}`, () => [
        { label: "Rename", icon: "edit", act: () => this.#rename(item) },
        { label: item.isPinned ? "Unpin" : "Pin", icon: "pin", act: () => this.#change(item, { isPinned: !item.isPinned }) },
        { label: "Share…", icon: "link", act: () => shareDialog(item) },
        { label: "Save as Markdown", icon: "download", act: () => exportConversation(item) },
        "-",
        { label: "Delete", icon: "trash", danger: true, act: () => this.#delete(item) },
      ]));
  }

  async #change(item, change) {
    try {
      await patch(`/chat/conversations/${item.id}`, change);
      await this.load();
    } catch (error) {
      toast(error.message);
    }
  }

  #rename(item) {
    return openDialog("Rename the conversation", (close) => form(
      [field({ label: "Title", name: "title", value: item.title, required: true, "data-what": "a title", maxlength: "200" })],
      { submit: "Rename", cancel: () => close(), send: async ({ title }) => {
        await patch(`/chat/conversations/${item.id}`, { title: title.trim() });
        await this.load();
        this.onRename?.(item.id, title.trim());
        close();
      } }));
  }

  #delete(item) {
    return confirmDialog({
      title: "Delete this conversation?", submit: "Delete",
      description: `“${titleOf(item)}” with all its questions and answers goes. This can't be undone.`,
      act: async () => {
        await remove(`/chat/conversations/${item.id}`);
        if (item.id === this.currentId) go(`/app/projects/${this.project.id}`);
        else await this.load();
      },
    });
  }
}
