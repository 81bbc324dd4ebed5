/** Avatar and banner: cut to shape, and sent. */

import { h, sayFailure, toast } from "../../ui/dom.js";
import { t } from "../../ui/words.js";
import { crop } from "./crop.js";

/** @import { Answer, User } from "../../collection/types.js" */
/** @import { App } from "../../types.js" */

const BANNER = 1080 / 300; // width by height

export class Pictures {
  banner = h("div", { class: "banner" });
  avatar = h("span", { class: "avatar huge" });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.collection = app.collection;
    this.pickers = h("p", { class: "actions start" }, this.picker(t("Change avatar"), false), this.picker(t("Change banner"), true));
  }

  draw() {
    const { user } = this.app;
    const face = this.collection.wholes.profile?.avatar ?? user.avatar;
    this.banner.replaceChildren(...(user.banner_image ? [h("img", { src: user.banner_image, alt: "" })] : []), this.avatar);
    this.avatar.replaceChildren(face ? h("img", { src: face, alt: "" }) : (user.name ?? "?").slice(0, 1).toUpperCase());
  }

  /** @param {string} label @param {boolean} isBanner */
  picker(label, isBanner) {
    const input = h("input", { type: "file", accept: "image/png,image/jpeg,image/webp,image/gif", class: "unseen" });
    input.onchange = async () => {
      const [file] = input.files ?? [];
      input.value = "";
      if (file) await this.upload(file, isBanner);
    };
    return h("label", { class: "button" }, input, label);
  }

  /** @param {File} file @param {boolean} isBanner @returns {Promise<void>} */
  async upload(file, isBanner) {
    let end = () => {};
    try {
      const cut = await crop(file, isBanner ? BANNER : 1);
      if (!cut) return;
      end = toast(t("Uploading…"));
      await this.send(cut, isBanner);
      this.draw();
      toast(isBanner ? t("Banner updated.") : t("Avatar updated."));
      end();
    } catch (error) {
      end();
      if (/** @type {Error} */ (error).name === "InvalidStateError") toast(t("We can't open this image. Use PNG, JPEG, WebP or GIF."), undefined, { isError: true });
      else sayFailure(error, () => this.upload(file, isBanner));
    }
  }

  /** @param {Blob} picture @param {boolean} isBanner */
  async send(picture, isBanner) {
    const { api } = this.collection;
    const form = new FormData();
    form.append("file", picture, "picture.webp");
    form.append("isBanner", String(isBanner));
    const { data: address } = await api.ask("POST", "/api/uploadImage", form);
    /** @type {Answer<User>} */
    const { data } = await api.ask("POST", "/api/user/updateProfile", isBanner ? { banner_image: address } : { avatar: address });
    this.app.remember({ avatar: data.avatar, banner_image: data.banner_image });
    await this.collection.settle();
  }
}
