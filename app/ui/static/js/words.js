// Numbers, times and codes as words for a reader.
const numbers = new Intl.NumberFormat("en");
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });

export function number(value) {
  return numbers.format(value ?? 0);
}

export function counted(value, one, many = `${one}s`) {
  return `${number(value)} ${value === 1 ? one : many}`;
}

export function bytes(value) {
  if (value < 1000) return counted(value, "byte");
  const units = ["kB", "MB", "GB"];
  let size = value / 1000;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

export function ago(iso) {
  const seconds = (Date.parse(iso) - Date.now()) / 1000;
  if (Number.isNaN(seconds)) return "";
  if (seconds > -45) return "just now";
  if (seconds > -3300) return relative.format(Math.round(seconds / 60), "minute");
  if (seconds > -82800) return relative.format(Math.round(seconds / 3600), "hour");
  if (seconds > -6 * 86400) return relative.format(Math.round(seconds / 86400), "day");
  return day.format(new Date(iso));
}

export function date(iso) {
  return day.format(new Date(iso));
}

const SUPPORT = {
  exact: { label: "Word for word", detail: "The sentence says what the page says." },
  close: { label: "Well supported", detail: "The page says this in other words." },
  weak: { label: "Loosely supported", detail: "The page is about this, but says less than the sentence. Read it yourself." },
  none: { label: "Not supported", detail: "The page does not carry this sentence. Don't rely on it." },
};

export function supportWords(level) {
  return SUPPORT[level] ?? null;
}

const ANSWER_ERRORS = {
  LLM_API_ERROR: "The model's server refused the question.",
  LLM_TIMEOUT: "The model took too long to answer.",
  LLM_KEY_MISSING: "The model's server wants a key that is not set.",
  LLM_STREAM_CUT: "The model broke off in mid-answer.",
  SEARCH_API_ERROR: "The web search failed.",
  EMBEDDER_ERROR: "The documents could not be searched.",
  CANCELLED: "This answer was cancelled.",
  INTERNAL: "Something went wrong on the server.",
};

export function answerError(code) {
  return ANSWER_ERRORS[code] ?? "This answer could not be finished.";
}

const DOCUMENT_ERRORS = {
  password_protected: "It is locked with a password. Save a copy without one, then add that.",
  no_text: "It holds pictures of pages, no text. Run text recognition (OCR) on it, then add it again.",
  corrupt_file: "The file is damaged. Open it in its own program, save it anew, then add that.",
  too_many_pages: "It has more pages than this server takes. Split it, then add the parts.",
  parse_timeout: "Reading it took too long. Try again, or split the file.",
  parse_memory: "Reading it needed too much memory. Split the file, then add the parts.",
  empty_file: "The file is empty. Choose another one.",
  unsupported_type: "Files of this type can't be read. Save it as PDF, Word, text or HTML, then add that.",
  file_too_large: "The file is larger than this server takes. Split it or make it smaller.",
};

export function documentError(error) {
  return DOCUMENT_ERRORS[error?.code] ?? error?.message ?? "It could not be read. Try again.";
}

const STATUS = { uploading: "Uploading", queued: "Waiting", parsing: "Reading", embedding: "Understanding", ready: "Ready", failed: "Not read" };

export function statusWord(status) {
  return STATUS[status] ?? status;
}

/** The first letters of a name, for a round badge. */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  return [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => Array.from(word)[0] ?? "").join("").toUpperCase();
}
