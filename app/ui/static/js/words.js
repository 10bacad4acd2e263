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

const UNITS = [[/presentation/, "slide"], [/spreadsheet/, "sheet"], [/epub/, "chapter"]];

/** How long a document is, in what its kind is divided into. */
export function countedPages(file) {
  const unit = UNITS.find(([kind]) => kind.test(file.mimeType ?? ""))?.[1] ?? "page";
  return counted(file.pageCount, unit);
}

/** An amount of dollars, small ones down to a hundredth of a cent; a dash where none is known. */
export function dollars(value) {
  if (value === null || value === undefined) return "—";
  if (value > 0 && value < 0.0001) return "< $0.0001";
  return new Intl.NumberFormat("en", { style: "currency", currency: "USD", minimumFractionDigits: 2, maximumFractionDigits: value < 1 ? 4 : 2 }).format(value);
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

/** What became of a quote's document since the answer, in words; null where the quote still stands. */
export function ageWords({ stale, documentVersion, currentVersion }) {
  if (!stale) return null;
  const since = currentVersion === null ? "the document was deleted since" : "the document has changed since";
  return documentVersion ? `From version ${documentVersion}; ${since}` : since[0].toUpperCase() + since.slice(1);
}

// What happened, what to do, and the setting where its keeper finds the cause.
const ANSWER_ERRORS = {
  LLM_API_ERROR: ["The model's server refused the question.", "Try again, or choose another model. A test of the provider says what is wrong.", "providers"],
  LLM_TIMEOUT: ["The model took too long to answer.", "Try again, or choose another model.", "providers"],
  LLM_KEY_MISSING: ["The model's server wants a key, and none is set.", "Choose another model until the provider has its key.", "providers"],
  LLM_STREAM_CUT: ["The model broke off in mid-answer.", "Try again: a new answer starts from the beginning.", "providers"],
  SEARCH_API_ERROR: ["The web search failed.", "Try again, or ask the documents alone.", "system"],
  EMBEDDER_ERROR: ["The documents could not be searched.", "Try again in a moment: the model that reads them may still be starting.", "system"],
  CANCELLED: ["This answer was cancelled.", "Ask again to have it written anew.", null],
  INTERNAL: ["Something went wrong on the server.", "Try again. If it fails again, tell whoever looks after this server.", "system"],
};

/** An answer's error in words: `{what, advice, place}`; `place` is the id of a setting, or null. */
export function answerError(code) {
  const [what, advice, place] = ANSWER_ERRORS[code] ?? ["This answer could not be finished.", "Try again.", null];
  return { what, advice, place };
}

/** The host of an address, without the `www.` that tells nothing. */
export function hostOf(url) {
  try {
    return new URL(url).host.replace(/^www\./, "");
  } catch {
    return "the web";
  }
}

const DOCUMENT_ERRORS = {
  password_protected: "It is locked with a password. Save a copy without one, then add that.",
  encrypted_message: "It is encrypted, and only its recipient can open it. Save it from the mail program without encryption, then add that.",
  no_text: "No text was found in it: it is empty, or a scan. Where the server has tesseract, scans are read; else run text recognition (OCR) on it, then add it again.",
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
