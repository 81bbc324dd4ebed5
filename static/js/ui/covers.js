/**
 * Covers. One is drawn for every title, always the same, of palettes and motifs of print:
 * it is there at once, and stays where there is no picture or it does not come.
 */

import { h, svg } from "./dom.js";

/** @import { Covered } from "../types.js" */

/**
 * Paper and two inks, as hue, saturation and lightness; what the title is set in. Each is
 * turned a little on the circle of hues, so that its contrasts stay.
 * @type {[Hsl, Hsl, Hsl, string][]}
 * @typedef {[number, number, number]} Hsl
 */
const PALETTES = [
  [[215, 51, 25], [9, 79, 57], [42, 76, 79], "#ffffff"],
  [[38, 52, 88], [7, 62, 48], [204, 21, 19], "#26211c"],
  [[190, 53, 15], [31, 61, 70], [185, 42, 31], "#ffffff"],
  [[19, 30, 88], [172, 20, 31], [17, 59, 63], "#22201f"],
  [[235, 21, 21], [218, 17, 62], [359, 82, 65], "#ffffff"],
  [[150, 14, 89], [203, 30, 26], [30, 85, 65], "#1e2a2f"],
  [[334, 31, 18], [354, 65, 59], [345, 12, 94], "#ffffff"],
  [[39, 39, 93], [130, 14, 49], [148, 23, 24], "#1f2a23"],
  [[231, 29, 18], [31, 90, 69], [231, 35, 52], "#ffffff"],
  [[342, 29, 91], [334, 31, 42], [292, 26, 18], "#2a1a28"],
  [[192, 72, 21], [29, 96, 56], [23, 84, 48], "#ffffff"],
  [[47, 28, 87], [208, 29, 37], [7, 51, 47], "#20262c"],
];
const TURNS = 9;
const TURN = 8; // degrees
const MOST_SATURATED = 66;

/** Each draws with two inks on 100 × 150. @type {((a: string, b: string, n: number) => SVGElement[])[]} */
const MOTIFS = [
  (a, b) => [circle(50, 62, 30, a), rect(0, 92, 100, 58, b), rect(0, 92, 100, 1.5, a)],
  (a, b) => [path("M0 112L30 62L52 96L74 50L100 100V150H0z", b), circle(76, 34, 12, a)],
  (a, b) => [0, 1, 2, 3].flatMap((row) => [0, 1, 2, 3].map((col) => ring(row % 2 ? col * 34 : col * 34 - 17, 146 - row * 15, 16, row % 2 ? a : b))),
  (a, b, n) => [0, 1, 2, 3, 4, 5].map((i) => path(`M${i * 22 - 30 + n} 0L${i * 22 - 8 + n} 0L${i * 22 - 58 + n} 150L${i * 22 - 80 + n} 150z`, i % 2 ? a : b)).slice(0, 4),
  (a, b) => [ring(50, 58, 36, b), ring(50, 58, 26, a), circle(50, 58, 15, a)],
  (a, b, n) => Array.from({ length: 14 }, (_, i) => circle((i * 37 + n * 3) % 100, (i * 53 + n * 7) % 104, 3 + ((i * 7) % 9), i % 3 ? a : b)),
  (a, b) => [path("M0 0H100V64Q50 112 0 64z", b), circle(50, 46, 20, a)],
  (a, b) => [path("M0 104A50 50 0 0 1 100 104z", b), path("M22 104A28 28 0 0 1 78 104z", a), circle(50, 24, 7, a)],
  (a, b, n) => [0, 1, 2, 3, 4].map((i) => rect(12 + i * 16, 30 + ((i * 29 + n * 5) % 46), 11, 120, i % 2 ? a : b)),
  (a, b, n) => [rect(0, 30 + (n % 9) * 3, 100, 26, b), circle(28 + n * 2.6, 43 + (n % 9) * 3, 22, a)],
  (a, b, n) => Array.from({ length: 12 }, (_, i) => path(`M50 60L${turned(i * 30 + n, 120)}L${turned(i * 30 + n + 14, 120)}z`, i % 2 ? a : b)),
  (a, b, n) => [0, 1, 2, 3].flatMap((row) => [0, 1, 2].map((col) => rect(8 + col * 29, 8 + row * 25, 26, 22, (row * 3 + col * 5 + n) % 4 < 2 ? a : b))),
  (a, b, n) => [path(`M0 ${70 - n}Q25 ${50 - n} 50 ${70 - n}T100 ${70 - n}V150H0z`, b), path(`M0 ${92 - n / 2}Q25 ${74 - n / 2} 50 ${92 - n / 2}T100 ${92 - n / 2}V150H0z`, a)],
  (a, b, n) => [path(`M${20 + n} 150V46A${30 - n / 2} ${30 - n / 2} 0 0 1 ${80 - n / 4} 46V150z`, b), circle(50, 22 + n / 3, 9, a)],
  (a, b, n) => Array.from({ length: 7 }, (_, i) => ring(18 + n * 3, 30, 10 + i * 15, i % 2 ? a : b)),
  (a, b, n) => [path(`M50 ${8 + n / 2}L92 58L50 ${108 - n / 2}L8 58z`, b), path(`M50 ${30 + n / 2}L74 58L50 ${86 - n / 2}L26 58z`, a)],
  (a, b, n) => Array.from({ length: 9 }, (_, i) => rect(0, i * 13 + (n % 5), 100 - ((i * 31 + n * 11) % 70), 7, i % 3 ? a : b)),
  (a, b, n) => [circle(38 + n / 2, 52, 28, a), circle(64 - n / 2, 66, 24, b), ring(50, 58, 44, a)],
  (a, b, n) => [path(`M${30 + n} 0L100 0V${70 + n}z`, a), path(`M0 ${24 + n}L${70 + n} 150H0z`, b)],
  (a, b, n) => [path("M0 98C30 86 34 60 34 20Q50 -6 66 20C66 60 70 86 100 98V150H0z", b), circle(50, 30 + n / 2, 8, a), rect(48.5, 46, 3, 60, a)],
];

/** @typedef {number} N @typedef {string} S */
const circle = (/** @type {[N, N, N, S]} */ ...[cx, cy, r, fill]) => svg("circle", { cx, cy, r, fill });
const ring = (/** @type {[N, N, N, S]} */ ...[cx, cy, r, stroke]) =>
  svg("circle", { cx, cy, r, fill: "none", stroke, "stroke-width": 5 });
const rect = (/** @type {[N, N, N, N, S]} */ ...[x, y, width, height, fill]) => svg("rect", { x, y, width, height, fill });
const path = (/** @type {string} */ d, /** @type {string} */ fill) => svg("path", { d, fill });

/** A point at this angle around the middle of the drawing. @param {number} degrees @param {number} far */
const turned = (degrees, far) => {
  const angle = (degrees / 180) * Math.PI;
  return `${(50 + far * Math.cos(angle)).toFixed(1)} ${(60 + far * Math.sin(angle)).toFixed(1)}`;
};

/**
 * The cover of an entry or an anime: drawn, and its picture laid over that once it has
 * come. Decoration: its title always stands beside it.
 * @param {Covered} anime @returns {HTMLElement}
 */
export function cover(anime) {
  const box = h("span", { class: "cover", "aria-hidden": "true" });
  draw(box, anime);
  const address = anime.thumbnailUrl || anime.imageUrl;
  if (!address) return box;
  const picture = h("img", {
    alt: "", decoding: "async", referrerpolicy: "no-referrer", "data-address": address,
    onload: () => box.classList.add("loaded"),
  });
  picture.onerror = () => picture.remove(); // of this one alone: other pictures may be there
  watcher.observe(box);
  box.append(picture);
  return box;
}

// Pictures on their way: few until the first is there, so that it comes early.
const [AT_FIRST, AT_ONCE] = [3, 6];
const PATIENCE = 3000; // milliseconds until one that does not come holds up no other
/** Covers in sight whose pictures are not asked for yet. @type {Set<Element>} */
const waiting = new Set();
let [underWay, most] = [0, AT_FIRST];

const watcher = new IntersectionObserver((seen) => {
  for (const { target, isIntersecting } of seen) {
    if (isIntersecting) waiting.add(target);
    else waiting.delete(target);
  }
  fetchPictures();
}, { rootMargin: "300px 0px" });

function fetchPictures() {
  for (const box of waiting) {
    if (underWay >= most) return;
    waiting.delete(box);
    watcher.unobserve(box);
    const picture = box.querySelector("img");
    if (picture) fetchPicture(picture);
  }
}

/** Once the pictures in sight have come, or after a while. @returns {Promise<void>} */
export async function picturesCame() {
  for (let waited = 0; waited < PATIENCE; waited += 100) {
    await new Promise((later) => setTimeout(later, 100));
    if (!underWay && !waiting.size) return;
  }
}

/** @param {HTMLImageElement} picture */
function fetchPicture(picture) {
  underWay += 1;
  let isUnderWay = true;
  const end = () => {
    if (!isUnderWay) return;
    isUnderWay = false;
    underWay -= 1;
    most = AT_ONCE;
    clearTimeout(timer);
    fetchPictures();
  };
  const timer = setTimeout(end, PATIENCE);
  picture.addEventListener("load", end);
  picture.addEventListener("error", end);
  picture.src = picture.dataset.address ?? "";
}

/** Mixes a number so that near ones differ in all their digits. @param {number} n */
function mix(n) {
  const once = Math.imul(n ^ (n >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}

/** The same for the same title, everywhere and always. @param {HTMLElement} box @param {Covered} anime */
function draw(box, anime) {
  let left = mix((Number(anime.anime_id ?? anime.id) || 0) + 1);
  const pick = (/** @type {number} */ size) => {
    const at = left % size;
    left = Math.floor(left / size);
    return at;
  };
  const motif = MOTIFS[pick(MOTIFS.length)];
  const [paper, a, b, ink] = PALETTES[pick(PALETTES.length)];
  const turn = (pick(TURNS) - (TURNS - 1) / 2) * TURN + 360;
  const colour = (/** @type {Hsl} */ [hue, saturation, lightness]) => `hsl(${(hue + turn) % 360} ${Math.min(saturation, MOST_SATURATED)}% ${lightness}%)`;
  const variant = pick(17);
  const isMirrored = pick(2) === 1;
  const title = String(anime.title ?? "");
  box.classList.add("drawn", title.length > 34 ? "title-long" : title.length > 16 ? "title-middle" : "title-short");
  box.style.setProperty("--cover-paper", colour(paper));
  box.style.setProperty("--cover-ink", ink);
  box.append(
    svg("svg", { viewBox: "0 0 100 150", preserveAspectRatio: "xMidYMin slice" },
      svg("g", { transform: isMirrored ? "translate(100) scale(-1 1)" : "" }, ...motif(colour(a), colour(b), variant))),
    h("span", { class: "cover-title" }, title),
    h("span", { class: "cover-year" }, anime.year ? String(anime.year) : ""));
}
