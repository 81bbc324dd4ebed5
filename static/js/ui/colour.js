/** The user's accent colour, made readable on light and dark paper (WCAG: 4.5 to 1). */

const ENOUGH = 4.6;

/** @param {string} hex @returns {number[]} 0–1 */
const channels = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);

/** @param {number[]} rgb */
const hexOf = (rgb) =>
  `#${rgb.map((part) => Math.round(part * 255).toString(16).padStart(2, "0")).join("")}`;

/** @param {number[]} rgb */
function luminance(rgb) {
  const [r, g, b] = rgb.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** How well one is read on the other, 1–21. @param {string} one @param {string} other */
export function contrast(one, other) {
  const [dark, light] = [one, other].map((hex) => luminance(channels(hex))).sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/**
 * The colour, as much darker or lighter as it must be to be read on this paper.
 * @param {string} hex @param {string} paper
 */
export function readable(hex, paper) {
  const end = luminance(channels(paper)) > 0.4 ? 0 : 1;
  const rgb = channels(hex);
  for (let share = 0; share <= 1; share += 0.02) {
    const mixed = hexOf(rgb.map((part) => part + (end - part) * share));
    if (contrast(mixed, paper) >= ENOUGH) return mixed;
  }
  return end ? "#ffffff" : "#000000";
}

/** Black or white, whichever is read better on this colour. @param {string} hex */
export const inkOn = (hex) => (contrast(hex, "#ffffff") >= contrast(hex, "#141414") ? "#ffffff" : "#141414");
