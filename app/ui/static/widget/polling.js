// When to look for news: often while somebody waits, seldom while nobody looks.
const OPEN = { first: 5_000, longest: 30_000 };
const CLOSED = { first: 30_000, longest: 180_000 };
const HIDDEN = { first: 60_000, longest: 600_000 };
const QUIET_MS = 60_000;
const MOST_FAILURES = 6;

/** Milliseconds to the next look; `quiet` since something was said, `failures` in a row. */
export function interval({ isOpen, isHidden, quiet, failures }) {
  const { first, longest } = isHidden ? HIDDEN : isOpen ? OPEN : CLOSED;
  // A minute of silence is usual; from then on each further one slows down.
  const slow = Math.min(longest, first * Math.max(1, quiet / QUIET_MS));
  return Math.min(10 * 60_000, slow * 2 ** Math.min(failures, MOST_FAILURES));
}

export class Polling {
  #timer = 0;
  #since = Date.now();
  #failures = 0;
  #isOpen = false;
  #isOn = false;
  #isLooking = false;

  /** `look()` asks for news and says whether there were any; what it throws slows down. */
  constructor(look) {
    this.look = look;
    document.addEventListener("visibilitychange", () => this.soon());
    addEventListener("online", () => this.soon());
  }

  /** Begin, or go on: something was said, or somebody looks. */
  wake({ isOpen = this.#isOpen } = {}) {
    this.#isOpen = isOpen;
    this.#isOn = true;
    this.#since = Date.now();
    this.#plan();
  }

  rest() {
    this.#isOn = false;
    clearTimeout(this.#timer);
  }

  /** Look now, unless the page is hidden or there is nothing to look for. */
  soon() {
    if (!this.#isOn) return;
    if (document.hidden) this.#plan();
    else this.#now();
  }

  #plan() {
    clearTimeout(this.#timer);
    if (!this.#isOn) return;
    const state = { isOpen: this.#isOpen, isHidden: document.hidden, quiet: Date.now() - this.#since, failures: this.#failures };
    this.#timer = setTimeout(() => this.#now(), interval(state));
  }

  async #now() {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      if (await this.look()) this.#since = Date.now();
      this.#failures = 0;
    } catch {
      this.#failures += 1;
    } finally {
      this.#isLooking = false;
      this.#plan();
    }
  }
}
