// The colour scheme: the system's, or the reader's own choice.
const KEY = "lumen-theme";

export const THEMES = [
  { value: "system", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

export function theme() {
  return document.documentElement.dataset.theme ?? "system";
}

export function setTheme(value) {
  if (value === "light" || value === "dark") {
    document.documentElement.dataset.theme = value;
    localStorage.setItem(KEY, value);
  } else {
    delete document.documentElement.dataset.theme;
    localStorage.removeItem(KEY);
  }
}
