// The widget's own words, in the language of the page.
import { AR } from "./words/ar.js";
import { DE } from "./words/de.js";
import { EN } from "./words/en.js";
import { ES } from "./words/es.js";
import { FR } from "./words/fr.js";
import { IT } from "./words/it.js";
import { JA } from "./words/ja.js";
import { KO } from "./words/ko.js";
import { NL } from "./words/nl.js";
import { PL } from "./words/pl.js";
import { PT } from "./words/pt.js";
import { RU } from "./words/ru.js";
import { TR } from "./words/tr.js";
import { ZH } from "./words/zh.js";

export const DICTIONARIES = { ar: AR, de: DE, en: EN, es: ES, fr: FR, it: IT, ja: JA, ko: KO, nl: NL, pl: PL, pt: PT, ru: RU, tr: TR, zh: ZH };
const FROM_THE_RIGHT = new Set(["ar"]);

const baseOf = (tag) => String(tag ?? "").trim().toLowerCase().split(/[-_]/)[0];

/** The first language among these tags that has words here; English where none has. */
export function languageOf(tags) {
  return [...tags].map(baseOf).find((base) => Object.hasOwn(DICTIONARIES, base)) ?? "en";
}

export class Words {
  #own;
  #clock;
  #seconds;

  /** `tags` are the visitor's own, by which hours are written where they are of this language. */
  constructor(language, tags = []) {
    this.language = language;
    this.isFromTheRight = FROM_THE_RIGHT.has(language);
    this.#own = DICTIONARIES[language];
    // In the digits of the numbers that stand in answers.
    const locale = new Intl.Locale(tags.find((tag) => baseOf(tag) === language) ?? language, { numberingSystem: "latn" });
    this.#clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
    this.#seconds = new Intl.NumberFormat(locale, { style: "unit", unit: "second", unitDisplay: "short" });
  }

  /** The words of `key`, with `fields` in their places; in English where this language lacks them. */
  say(key, fields = {}) {
    return (this.#own[key] ?? EN[key]).replace(/\{(\w+)\}/g, (_, name) => fields[name]);
  }

  /** How long to wait, in words that decline in no language: "9 sec". */
  seconds(count) {
    return this.#seconds.format(count);
  }

  /** The hour of a moment, in milliseconds. */
  hour(moment) {
    return this.#clock.format(moment);
  }
}
