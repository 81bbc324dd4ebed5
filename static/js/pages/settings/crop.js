/** A picture cut to shape before it is sent: dragged, zoomed, or by keys. */

import { dialog, h } from "../../ui/dom.js";
import { t } from "../../ui/words.js";

const MOST = 1600; // pixels of the longer side that is sent

/**
 * The chosen part as a file, or null. The server decides what a picture is, and cuts it
 * again; this is for the eye.
 * @param {File} file @param {number} shape  width by height @returns {Promise<Blob | null>}
 */
export async function crop(file, shape) {
  const picture = await createImageBitmap(file);
  const width = shape > 1.5 ? 560 : 320;
  const height = Math.round(width / shape);
  const canvas = h("canvas", { width, height, class: "crop", tabindex: "0", role: "img", "aria-label": t("Drag the picture or use the arrow keys; + and − zoom.") });
  const least = Math.max(width / picture.width, height / picture.height);
  let [zoom, x, y] = [1, 0.5, 0.5]; // the middle of what is seen, as a share of the picture
  const slider = h("input", { type: "range", min: 1, max: 4, step: 0.01, value: 1, oninput: () => ((zoom = Number(slider.value)), draw()) });

  /** What of the picture is seen: left, top, width, height. */
  function seen() {
    const scale = least * zoom;
    const [w, hgt] = [width / scale, height / scale];
    const within = (/** @type {number} */ middle, /** @type {number} */ part, /** @type {number} */ all) => Math.min(all - part, Math.max(0, middle * all - part / 2));
    return [within(x, w, picture.width), within(y, hgt, picture.height), w, hgt];
  }
  function draw() {
    const [left, top, w, hgt] = seen();
    [x, y] = [(left + w / 2) / picture.width, (top + hgt / 2) / picture.height];
    canvas.getContext("2d").drawImage(picture, left, top, w, hgt, 0, 0, width, height);
  }
  function move(/** @type {number} */ right, /** @type {number} */ down) {
    const scale = least * zoom;
    x -= right / scale / picture.width;
    y -= down / scale / picture.height;
    draw();
  }
  canvas.addEventListener("pointerdown", (/** @type {any} */ event) => canvas.setPointerCapture(event.pointerId));
  canvas.addEventListener("pointermove", (/** @type {any} */ event) => event.buttons && move(event.movementX, event.movementY));
  canvas.addEventListener("keydown", (/** @type {any} */ event) => {
    const steps = /** @type {any} */ ({ ArrowLeft: [12, 0], ArrowRight: [-12, 0], ArrowUp: [0, 12], ArrowDown: [0, -12] });
    if (steps[event.key]) move(...(/** @type {[number, number]} */ (steps[event.key])));
    else if ("+-".includes(event.key)) ((slider.value = String((zoom = Math.min(4, Math.max(1, zoom + (event.key === "+" ? 0.1 : -0.1)))))), draw());
    else return;
    event.preventDefault();
  });
  draw();

  return new Promise((chosen) => {
    /** @type {Blob | null} */
    let blob = null;
    const use = async () => {
      const [left, top, w, hgt] = seen();
      const scale = Math.min(1, MOST / Math.max(w, hgt));
      const sent = new OffscreenCanvas(Math.round(w * scale), Math.round(hgt * scale));
      sent.getContext("2d")?.drawImage(picture, left, top, w, hgt, 0, 0, sent.width, sent.height);
      blob = await sent.convertToBlob({ type: "image/webp", quality: 0.92 });
      box.close();
    };
    const box = dialog({ label: t("Crop picture"), class: "small cropper", onclose: () => chosen(blob) },
      h("h2", {}, t("Crop picture")), canvas, h("label", {}, t("Zoom"), slider),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel")),
        h("button", { type: "button", class: "button primary", onclick: use }, t("Save"))));
  });
}
