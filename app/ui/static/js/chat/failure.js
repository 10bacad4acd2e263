// Why an answer is not whole: what happened, what the model or the search said, what to do.
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { mayOpen } from "../settings.js";
import { answerError } from "../words.js";

const PLACES = {
  providers: { label: "Model providers", path: "/app/settings/providers", icon: "settings" },
  system: { label: "Health", path: "/app/system", icon: "health" },
};

/** The setting where the cause is found, for those who look after it. */
function wayToCause(place) {
  if (!place || !mayOpen(place)) return null;
  const { label, path, icon: drawing } = PLACES[place];
  return h("a", { class: "button bare tight", href: path }, icon(drawing), label);
}

/** The notice in place of an answer's foot. `words` stand in for those of `code`; `again` asks once more, or is false. */
export function failureNotice({ code, detail, words, isPartial, again }) {
  const { what, advice, place } = words ? { what: words } : answerError(code);
  const cause = wayToCause(place);
  return h("div", { class: "notice bad", role: "alert" }, icon("alert"),
    h("div", { class: "grow stack" },
      h("div", {},
        h("p", {}, what, isPartial ? " What was written stands above." : "", again && advice ? ` ${advice}` : ""),
        detail && detail !== what && h("p", { class: "small muted failure-detail", dir: "auto" }, detail)),
      (again || cause) && h("div", { class: "row wrap" },
        again && h("button", { type: "button", class: "button tight", on: { click: again } }, icon("reload"), "Try again"), cause)));
}
