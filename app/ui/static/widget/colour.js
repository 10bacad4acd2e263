// The page's own accent: checked, and with the ink that can be read on it.

function luminance(rgb) {
  const [r, g, b] = rgb.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const written = (rgb) => `rgb(${rgb.map((part) => Math.round(part * 255)).join(" ")})`;

/**
 * `{accent, onAccent}` as CSS takes them, or null for what is no colour. `place` is an element
 * that is on the page, where the colour is worked out.
 */
export function accentOf(value, place) {
  if (!value || !CSS.supports("color", value) || /var|env|current/i.test(value)) return null;
  const probe = document.createElement("span");
  probe.style.setProperty("color", `color-mix(in srgb, ${value} 100%, transparent 0%)`);
  place.append(probe);
  const rgb = getComputedStyle(probe).color.match(/[\d.e-]+(?=[ )])/g)?.slice(0, 3).map(Number);
  probe.remove();
  if (rgb?.length !== 3 || rgb.some(Number.isNaN)) return null;
  const light = luminance(rgb);
  const isDark = 1.05 / (light + 0.05) >= (light + 0.05) / 0.0565;
  return { accent: written(rgb), onAccent: isDark ? "#ffffff" : "#14120f" };
}
