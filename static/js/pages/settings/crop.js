/** A picture cut to shape before it is sent: dragged, zoomed, or by keys. */

import { dialog } from "../../ui/dialogs.js";
import { h } from "../../ui/dom.js";
import { t } from "../../ui/words.js";

const MOST = 1600; // pixels of the longer side that is sent
const [STEP, ZOOM_STEP, MOST_ZOOM] = [12, 0.1, 4];

/** What of a picture is seen: its left, top, width and height. @typedef {[number, number, number, number]} Part */

/**
 * The chosen part as a file, or null. The server decides what a picture is, and cuts it
 * again; this is for the eye.
 * @param {File} file @param {number} shape  width by height @returns {Promise<Blob | null>}
 */
export async function crop(file, shape) {
  const picture = await createImageBitmap(file);
  const cropper = new Cropper(picture, shape);
  return new Promise((chosen) => {
    /** @type {Blob | null} */
    let blob = null;
    const use = async () => {
      blob = await cut(picture, cropper.part());
      box.close();
    };
    const box = dialog({ label: t("Crop picture"), class: "small cropper", onclose: () => chosen(blob) },
      h("h2", {}, t("Crop picture")), cropper.canvas, h("label", {}, t("Zoom"), cropper.slider),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "button", onclick: () => box.close() }, t("Cancel")),
        h("button", { type: "button", class: "button primary", onclick: use }, t("Save"))));
  });
}

/** @param {ImageBitmap} picture @param {Part} part */
function cut(picture, [left, top, width, height]) {
  const scale = Math.min(1, MOST / Math.max(width, height));
  const sent = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  sent.getContext("2d")?.drawImage(picture, left, top, width, height, 0, 0, sent.width, sent.height);
  return sent.convertToBlob({ type: "image/webp", quality: 0.92 });
}

class Cropper {
  /** @param {ImageBitmap} picture @param {number} shape  width by height */
  constructor(picture, shape) {
    this.picture = picture;
    this.width = shape > 1.5 ? 560 : 320;
    this.height = Math.round(this.width / shape);
    this.least = Math.max(this.width / picture.width, this.height / picture.height);
    this.zoom = 1;
    /** The middle of what is seen, as a share of the picture. */
    this.middle = { x: 0.5, y: 0.5 };
    this.canvas = h("canvas", {
      width: this.width, height: this.height, class: "crop", tabindex: "0", role: "img",
      "aria-label": t("Drag the picture or use the arrow keys; + and − zoom."),
      onpointermove: (event) => { if (event.buttons) this.move(event.movementX, event.movementY); },
      onkeydown: (event) => this.press(event),
    });
    this.canvas.onpointerdown = (event) => this.canvas.setPointerCapture(event.pointerId);
    this.slider = h("input", { type: "range", min: 1, max: MOST_ZOOM, step: 0.01, value: 1 });
    this.slider.oninput = () => this.zoomTo(Number(this.slider.value));
    this.draw();
  }

  /** @returns {Part} */
  part() {
    const { picture, middle } = this;
    const scale = this.least * this.zoom;
    const [width, height] = [this.width / scale, this.height / scale];
    const within = (/** @type {number} */ middle, /** @type {number} */ part, /** @type {number} */ all) => Math.min(all - part, Math.max(0, middle * all - part / 2));
    return [within(middle.x, width, picture.width), within(middle.y, height, picture.height), width, height];
  }

  draw() {
    const [left, top, width, height] = this.part();
    this.middle = { x: (left + width / 2) / this.picture.width, y: (top + height / 2) / this.picture.height };
    this.canvas.getContext("2d")?.drawImage(this.picture, left, top, width, height, 0, 0, this.width, this.height);
  }

  /** @param {number} right @param {number} down */
  move(right, down) {
    const scale = this.least * this.zoom;
    this.middle.x -= right / scale / this.picture.width;
    this.middle.y -= down / scale / this.picture.height;
    this.draw();
  }

  /** @param {number} zoom */
  zoomTo(zoom) {
    this.zoom = Math.min(MOST_ZOOM, Math.max(1, zoom));
    this.slider.value = String(this.zoom);
    this.draw();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const step = { ArrowLeft: [STEP, 0], ArrowRight: [-STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] }[event.key];
    if (step) this.move(step[0], step[1]);
    else if (event.key === "+") this.zoomTo(this.zoom + ZOOM_STEP);
    else if (event.key === "-") this.zoomTo(this.zoom - ZOOM_STEP);
    else return;
    event.preventDefault();
  }
}
