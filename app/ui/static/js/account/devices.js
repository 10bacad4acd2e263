// Which browser on which system, in plain words, from what a browser says of itself.
const BROWSERS = [
  [/\bEdg(?:e|A|iOS)?\//, "Edge"], [/\bOPR\/|\bOpera\//, "Opera"], [/\bSamsungBrowser\//, "Samsung Internet"], [/\bVivaldi\//, "Vivaldi"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"], [/\b(?:Headless)?Chrom(?:e|ium)\/|\bCriOS\//, "Chrome"], [/\bSafari\//, "Safari"],
];
const SYSTEMS = [
  [/\biPhone\b/, "an iPhone"], [/\biPad\b/, "an iPad"], [/\bAndroid\b/, "Android"], [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"], [/\bMac OS X\b|\bMacintosh\b/, "a Mac"], [/\bLinux\b|\bX11\b/, "Linux"],
];

function first(list, text) {
  return list.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** `Firefox on Windows`; the program's own name where it is no browser that we know. */
export function deviceWords(userAgent) {
  const browser = first(BROWSERS, userAgent);
  const system = first(SYSTEMS, userAgent);
  if (browser) return system ? `${browser} on ${system}` : browser;
  const program = /^([\w.-]{2,40})\//.exec(userAgent)?.[1];
  if (program && program !== "Mozilla") return `A program (${program})`;
  return system ? `A browser on ${system}` : "An unknown browser";
}

export function isHandheld(userAgent) {
  return /\b(?:iPhone|iPad|Android|Mobile)\b/.test(userAgent);
}
