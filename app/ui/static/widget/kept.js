// What a browser keeps of a conversation: its key, and how far it was read.
import { randomKey } from "../js/client.js";

/** Whoever holds the key reads the conversation: 122 random bits or more, never a guessable name. */
function drawKey() {
  return crypto.randomUUID?.() ?? randomKey();
}

export class Kept {
  #name;
  #held = null;

  /** One conversation per token and site. */
  constructor(token) {
    this.#name = `lumen-chat:${token}`;
    this.#held = this.#read();
  }

  /** The conversation's key; null until something was asked. */
  get key() {
    return this.#held?.key ?? null;
  }

  /** The id of the last message that was seen. */
  get lastSeen() {
    return this.#held?.lastSeen ?? null;
  }

  begin() {
    if (!this.#held) this.#write({ key: drawKey(), lastSeen: null });
    return this.#held.key;
  }

  forget() {
    this.#held = null;
    try {
      localStorage.removeItem(this.#name);
    } catch {
      // Storage is closed to this page: there is nothing to remove.
    }
  }

  seen(id) {
    if (this.#held && id && id !== this.#held.lastSeen) this.#write({ ...this.#held, lastSeen: id });
  }

  /** Call `listener` when another tab began or left a conversation. */
  whenChanged(listener) {
    addEventListener("storage", (event) => {
      if (event.key !== null && event.key !== this.#name) return;
      const before = this.key;
      this.#held = this.#read();
      if (this.key !== before) listener();
    });
  }

  #read() {
    try {
      const held = JSON.parse(localStorage.getItem(this.#name));
      return typeof held?.key === "string" ? held : null;
    } catch {
      return null;
    }
  }

  #write(held) {
    this.#held = held;
    try {
      localStorage.setItem(this.#name, JSON.stringify(held));
    } catch {
      // Kept for this page alone, where storage is closed or full.
    }
  }
}
