// Providers in words: how one fares, what a test found, names and numbers of its form.
import { counted } from "../words.js";

const clock = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hour12: false });

export function isBuiltIn(provider) {
  return provider.type === "extractive";
}

export function slugOf(name, taken) {
  const plain = name.toLowerCase().normalize("NFKD").replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 56) || "provider";
  let slug = plain;
  for (let n = 2; taken.has(slug); n += 1) slug = `${plain}-${n}`;
  return slug;
}

export function modelNames(text) {
  return [...new Set(text.split(/[\n,]+/).map((name) => name.trim()).filter(Boolean))];
}

export function keyHint(provider) {
  if (!provider) return "Kept encrypted on this server. Leave this empty where none is wanted.";
  const last = (provider.apiKey ?? "").slice(-4);
  return last ? `A key ending in ${last} is stored. Leave this empty to keep it.` : "No key is stored. Leave this empty where the endpoint wants none.";
}

function until(iso) {
  return iso ? ` until ${clock.format(new Date(iso))}` : "";
}

/** The badge of a provider's health: `{word, kind, why?}`; `kind` is `good`, `waiting` or `bad`. */
export function healthWords(health) {
  const { state, lastError, lastSuccessAt, failures } = health ?? {};
  const why = lastError?.detail ?? null;
  if (state === "open") return { word: `Resting${until(health.openUntil)}`, kind: "bad", why };
  if (state === "half_open") return { word: "Trying again", kind: "waiting", why };
  if (state === "paused") return { word: `Pausing${until(health.pausedUntil)}`, kind: "waiting", why };
  if (failures > 0) return { word: "Answering, with failures", kind: "waiting", why };
  return lastSuccessAt ? { word: "Answering", kind: "good", why: null } : { word: "Not asked yet", kind: "plain", why };
}

/** Who is being answered and who waits: "3 of 8 at once, 2 waiting"; null where nothing is to be said. */
export function loadWords({ health, maxConcurrent }) {
  const { active = 0, waiting = 0 } = health ?? {};
  const parts = [
    maxConcurrent ? `${active} of ${maxConcurrent} at once` : active > 0 && `${active} at once`,
    waiting > 0 && `${counted(waiting, "question")} waiting`,
  ].filter(Boolean);
  return parts.join(", ") || null;
}

const DIAGNOSES = {
  bad_key: "The key is refused.", missing_key: "It wants a key.", wrong_url: "The address is not right.", model_missing: "It does not know the model.",
  quota: "The account is used up, or asked too often.", not_json: "No model answers at this address.", redirect: "The address leads elsewhere.",
  unreachable: "Nothing answers at this address.", timeout: "It took too long.", address_refused: "This address is not allowed.", server_error: "It failed by itself.",
};

/** What a test found: `{what, advice, said}`. */
export function trialWords({ ok, latencyMs, sample, status, error, diagnosis, advice }) {
  if (ok) return { what: `It answers, in ${counted(latencyMs, "ms", "ms")}`, advice: null, said: sample ? `“${sample.trim()}”` : null };
  const said = [error?.message ?? error, status && !String(error).includes(String(status)) ? `status ${status}` : null].filter(Boolean).join(", ");
  return { what: DIAGNOSES[diagnosis] ?? "It does not answer.", advice: advice || "Check the address, the key and the model's name.", said: said || null };
}
