/**
 * Covers. Where the catalogue has no picture, or it cannot be loaded, one is drawn: always
 * the same for the same title, from a few palettes and motifs of print.
 */

import { h, svg } from "./dom.js";

/** Paper, two inks, and what the title is set in. */
const PALETTES = [
  ["#1f3a5f", "#e8553a", "#f2d9a0", "#ffffff"],
  ["#f0e4cf", "#c8402f", "#26323a", "#26211c"],
  ["#12343b", "#e1b382", "#2d6a6f", "#ffffff"],
  ["#e9dcd6", "#3f5e5a", "#d98a6a", "#22201f"],
  ["#2b2d42", "#8d99ae", "#ef5d60", "#ffffff"],
  ["#dfe7e3", "#2f4858", "#f2a65a", "#1e2a2f"],
  ["#3b1f2b", "#db5461", "#f1edee", "#ffffff"],
  ["#f4efe6", "#6b8f71", "#2e4a3b", "#1f2a23"],
  ["#20243a", "#f7b267", "#5a67b0", "#ffffff"],
  ["#efe2e6", "#8e4a68", "#37223a", "#2a1a28"],
  ["#0f4c5c", "#fb8b24", "#e36414", "#ffffff"],
  ["#e7e3d4", "#44617b", "#b5483a", "#20262c"],
];

/** Each draws with two inks on 100 × 150. @type {((a: string, b: string, n: number) => any[])[]} */
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
];

const circle = (/** @type {any[]} */ ...[cx, cy, r, fill]) => svg("circle", { cx, cy, r, fill });
const ring = (/** @type {any[]} */ ...[cx, cy, r, stroke]) =>
  svg("circle", { cx, cy, r, fill: "none", stroke, "stroke-width": 5 });
const rect = (/** @type {any[]} */ ...[x, y, width, height, fill]) => svg("rect", { x, y, width, height, fill });
const path = (/** @type {string} */ d, /** @type {string} */ fill) => svg("path", { d, fill });

/** Hosts whose pictures did not come: each is asked a few times, not a thousand. */
const failed = new Map();
const ENOUGH_FAILURES = 4;

/**
 * The cover of an entry or an anime. Decoration: its title always stands beside it.
 * @param {any} anime @returns {HTMLElement}
 */
export function cover(anime) {
  const id = Number(anime.anime_id ?? anime.id) || 0;
  const box = h("span", { class: "cover", "aria-hidden": "true" });
  const address = anime.thumbnailUrl || anime.imageUrl;
  const host = address && new URL(address, location.href).host;
  if (!address || (failed.get(host) ?? 0) >= ENOUGH_FAILURES) {
    draw(box, id, anime);
    return box;
  }
  const picture = h("img", {
    alt: "", loading: "lazy", decoding: "async", referrerpolicy: "no-referrer",
    onload: () => box.classList.add("loaded"),
    onerror: () => {
      failed.set(host, (failed.get(host) ?? 0) + 1);
      draw(box, id, anime);
    },
  });
  picture.src = address;
  box.append(picture);
  return box;
}

/** @param {HTMLElement} box @param {number} id @param {any} anime */
function draw(box, id, anime) {
  const mixed = Math.imul(id ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
  const [paper, a, b, ink] = PALETTES[mixed % PALETTES.length];
  const motif = MOTIFS[(mixed >>> 8) % MOTIFS.length];
  const title = String(anime.title ?? "");
  box.classList.add("drawn", title.length > 34 ? "title-long" : title.length > 16 ? "title-middle" : "title-short");
  box.style.setProperty("--cover-paper", paper);
  box.style.setProperty("--cover-ink", ink);
  box.replaceChildren(
    svg("svg", { viewBox: "0 0 100 150", preserveAspectRatio: "xMidYMin slice" }, ...motif(a, b, mixed % 17)),
    h("span", { class: "cover-title" }, title),
    h("span", { class: "cover-year" }, anime.year ? String(anime.year) : ""));
}
