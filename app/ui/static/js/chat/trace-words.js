// A search in words: whether documents speak of a question, by what, and what became of a passage.
import { counted, number } from "../words.js";

const LITTLE_KNOWN = 0.6; // Below this, the model reads the question's language only in part.

export function verdictWords({ relevant, considered }) {
  if (relevant) return { what: "The documents seem to speak of this", detail: "What was found held enough of the question, so the answer was written from the best of it." };
  if (!considered) return { what: "There was nothing to look through", detail: "No document that was asked had been read by then. Add one, or wait until it is ready." };
  return { what: "The documents do not seem to speak of this", detail: "These passages are the nearest there are. What they hold of the question was not enough, so none was used. Name the thing as the documents do." };
}

/** What the evidence was made of, a sentence each. */
export function evidenceWords({ evidence: { similarity, coverage, trust, named }, byMeaning }) {
  return [
    byMeaning ? `The nearest passage is ${nearness(similarity)} in meaning (${similarity.toFixed(2)}).` : "Nothing could be compared by meaning.",
    coverage > 0 ? `One passage holds ${percent(coverage)} of the question's words; rare words count more.` : "No passage holds a word of the question.",
    named !== null && (named > 0 ? `The best passages hold ${percent(named)} of its names.` : "None of the names in it stands in the best passages."),
    byMeaning > 0 && trust < LITTLE_KNOWN && `The search by meaning reads these words only in part (${percent(trust)}), so it counts less.`,
  ].filter(Boolean);
}

function nearness(similarity) {
  if (similarity >= 0.65) return "near";
  return similarity >= 0.4 ? "fairly near" : "far";
}

function percent(value) {
  return `${Math.round(100 * value)} %`;
}

export function channelWords({ byMeaning, byWords, considered, candidates, weights, reranked }) {
  if (!considered) return "No passage was found, neither by meaning nor by words.";
  const found = `${counted(byMeaning, "passage")} found by meaning (weight ${weights.meaning.toFixed(2)}) and ${number(byWords)} by words (weight ${weights.words.toFixed(2)}).`;
  const read = considered === 1 ? "One was considered" : `The best ${number(considered)} were considered`;
  const shown = considered > candidates.length ? `; here are the first ${number(candidates.length)}.` : ".";
  return `${found} ${read}${shown}${reranked ? " A second model read them and put them in this order." : ""}`;
}

const FATES = {
  repeated: "The same text as a better one",
  over_budget: "No space was left",
  beyond_limit: "Enough were found before it",
  not_relevant: "Held back: not enough evidence",
  over_prompt: "No space was left for the model",
};

export function fateWords({ fate, source, cited }) {
  if (!source) return FATES[fate] ?? fate;
  if (fate === "joined") return `Came along with source ${source}`;
  return cited ? `Source ${source}, cited` : `Source ${source}, read but not cited`;
}
