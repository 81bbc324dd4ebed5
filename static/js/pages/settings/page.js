/** Profile, pictures, preferences, and the account. */

import { readable } from "../../ui/colour.js";
import { crop } from "./crop.js";
import { confirmed, failureSentence, h, sayFailure, toast, whileBusy } from "../../ui/dom.js";
import { sealingKey } from "../../collection/index.js";
import { language, t } from "../../ui/words.js";

/** @param {HTMLElement} main @param {any} app */
export function show(main, app) {
  const { collection } = app;
  const profile = () => collection.wholes.profile ?? {};
  const sections = h("div", { class: "settings" });
  main.append(h("header", { class: "page-head" }, h("h1", {}, t("Settings"))), sections);

  const prefer = (/** @type {any} */ changes) =>
    collection.later("PATCH", "/api/user/preferences", changes, { preferences: { ...app.preferences, ...changes } }).catch(sayFailure);
  const keep = (/** @type {any} */ changes) =>
    collection.later("PATCH", "/api/user/profile", changes, { profile: { ...profile(), ...changes } }).catch(sayFailure);

  // --- Pictures ------------------------------------------------------------------------

  const banner = h("div", { class: "banner" });
  const avatar = h("span", { class: "avatar huge" });
  function drawPictures() {
    const { banner_image: wide } = app.user;
    banner.replaceChildren(...(wide ? [h("img", { src: wide, alt: "" })] : []), avatar);
    const face = profile().avatar ?? app.user.avatar;
    avatar.replaceChildren(face ? h("img", { src: face, alt: "" }) : (app.user.name ?? "?").slice(0, 1).toUpperCase());
  }
  const picker = (/** @type {string} */ label, /** @type {boolean} */ isBanner) => {
    const input = h("input", { type: "file", accept: "image/png,image/jpeg,image/webp,image/gif", class: "unseen", onchange: async () => {
      const [file] = input.files;
      input.value = "";
      if (file) await upload(file, isBanner);
    } });
    return h("label", { class: "button" }, input, label);
  };
  async function upload(/** @type {File} */ file, /** @type {boolean} */ isBanner) {
    let end = () => {};
    try {
      const cut = await crop(file, isBanner ? 1080 / 300 : 1);
      if (!cut) return;
      end = toast(t("Uploading…"));
      const form = new FormData();
      form.append("file", cut, "picture.webp");
      form.append("isBanner", String(isBanner));
      const { data: address } = await collection.api.ask("POST", "/api/uploadImage", form);
      const { data } = await collection.api.ask("POST", "/api/user/updateProfile", isBanner ? { banner_image: address } : { avatar: address });
      app.remember({ avatar: data.avatar, banner_image: data.banner_image });
      await collection.settle();
      drawPictures();
      toast(isBanner ? t("Banner updated.") : t("Avatar updated."));
      end();
    } catch (/** @type {any} */ error) {
      end();
      if (error.name === "InvalidStateError") toast(t("We can't open this image. Use PNG, JPEG, WebP or GIF."), undefined, { isError: true });
      else sayFailure(error, () => upload(file, isBanner));
    }
  }

  // --- Fields ----------------------------------------------------------------------------

  const text = (/** @type {string} */ label, /** @type {any} */ value, /** @type {(value: string) => any} */ save, /** @type {any} */ more = {}) => {
    const input = h("input", { value: value ?? "", onchange: () => input.reportValidity() && save(input.value), ...more });
    return h("label", {}, label, input);
  };
  const select = (/** @type {string} */ label, /** @type {any} */ value, /** @type {string[][]} */ options, /** @type {(value: string) => any} */ save) => {
    const box = h("select", { onchange: () => save(box.value) }, options.map(([name, shown]) => h("option", { value: name }, shown)));
    box.value = value ?? "";
    return h("label", {}, label, box);
  };
  const check = (/** @type {string} */ label, /** @type {boolean} */ value, /** @type {(value: boolean) => any} */ save, /** @type {string} */ hint = "") => {
    const box = h("input", { type: "checkbox", checked: value, onchange: () => save(box.checked) });
    return h("label", { class: "check" }, box, h("span", {}, label, hint && h("small", { class: "muted" }, hint)));
  };
  const section = (/** @type {string} */ title, /** @type {any[]} */ ...rest) => h("section", { class: "sheet" }, h("h2", {}, title), rest);

  async function rename(/** @type {string} */ name) {
    try {
      const { data } = await collection.api.ask("POST", "/api/user/updateProfile", { name });
      app.remember({ name: data.name });
      toast(t("Username changed to {name}.", { name: data.name }));
    } catch (error) {
      sayFailure(error);
    }
  }

  function colour() {
    const input = h("input", { type: "color", value: app.preferences.enfasiscolor, oninput: () => tell(), onchange: () => prefer({ enfasiscolor: input.value, enfasis_color: input.value }) });
    const hint = h("small", { class: "muted" });
    const tell = () => {
      const changed = ["#faf9f6", "#17181b"].some((paper) => readable(input.value, paper) !== input.value);
      hint.textContent = changed ? t("Adjusted slightly where it would be hard to read.") : t("Readable on light and dark.");
    };
    tell();
    return h("label", {}, t("Accent colour"), h("span", { class: "colour" }, input, hint));
  }

  function draw() {
    const { theme, scoreFormat, titleLanguage, parentalControl, trackSearchHistory, timezone } = app.preferences;
    const { name, last_name, birthday, frequency, preferred_format } = profile();
    const zones = /** @type {any} */ (Intl).supportedValuesOf("timeZone");
    drawPictures();
    sections.replaceChildren(
      section(t("Profile"), banner,
        h("p", { class: "actions start" }, picker(t("Change avatar"), false), picker(t("Change banner"), true)),
        h("div", { class: "fields" },
          text(t("Username"), app.user.name, rename, { minlength: 3, maxlength: 50, required: true, autocomplete: "username" }),
          text(t("First name"), name, (value) => keep({ name: value || null }), { maxlength: 100, autocomplete: "given-name" }),
          text(t("Last name"), last_name, (value) => keep({ last_name: value || null }), { maxlength: 100, autocomplete: "family-name" }),
          text(t("Birthday"), birthday, (value) => keep({ birthday: value || null }), { type: "date", autocomplete: "bday" }),
          select(t("How often do you watch?"), frequency, [["", "–"], ["daily", t("Every day")], ["weekly", t("Every week")], ["monthly", t("Every month")], ["occasionally", t("Now and then")], ["rarely", t("Rarely")]], (value) => keep({ frequency: value || null })),
          select(t("Favourite format"), preferred_format, [["", "–"], ["TV", "TV"], ["Movie", t("Movie")], ["OVA", "OVA"], ["Special", t("Special")]], (value) => keep({ preferred_format: value || null })))),
      section(t("Appearance"),
        h("div", { class: "fields" },
          select(t("Theme"), theme, [["auto", t("Match system")], ["light", t("Light")], ["dark", t("Dark")]], (value) => prefer({ theme: value })),
          colour(),
          select(t("Language"), language, [["en", "English"], ["es", "Español"]], (value) => prefer({ language: value })),
          select(t("Title language"), titleLanguage, [["romaji", t("Romaji")], ["english", t("English")], ["native", t("Original script")]], (value) => prefer({ titleLanguage: value })))),
      section(t("Preferences"),
        h("div", { class: "fields" },
          select(t("Scores"), scoreFormat, [["10.0", t("0 to 10, with decimals")], ["10", t("0 to 10")], ["100", t("0 to 100")], ["5", t("Five stars")], ["3", t("Three faces")]], (value) => prefer({ scoreFormat: value })),
          select(t("Time zone"), timezone ?? "UTC", [...new Set([timezone ?? "UTC", "UTC", ...zones])].map((zone) => [zone, zone.replaceAll("_", " ")]), (value) => prefer({ timezone: value }))),
        check(t("Hide mature titles"), parentalControl, (value) => prefer({ parentalControl: value, parental_control: value }), t("In the catalogue. Your own list always shows everything.")),
        check(t("Keep my searches"), trackSearchHistory, (value) => prefer({ trackSearchHistory: value }), t("Suggested when you search again."))),
      section(t("This device"),
        h("p", {}, collection.isKept ? t("Your list is stored here, so you can use it offline.") : t("This browser doesn't store your list: it works online only. Unsaved changes are lost when you close the page.")),
        h("p", { class: "muted" }, app.arePagesKept ? t("Pages open at once, even offline.") : t("Pages need a connection in this browser."))),
      section(t("Account"), password(), h("p", { class: "actions start" },
        h("button", { type: "button", class: "button", onclick: () => everywhere() }, t("Sign out everywhere")),
        h("button", { type: "button", class: "button danger", onclick: () => erase() }, t("Erase my account…")))));
  }

  function password() {
    const refusal = h("p", { class: "refusal", role: "alert" });
    const old = h("input", { type: "password", autocomplete: "current-password", required: true, maxlength: 128 });
    const next = h("input", { type: "password", autocomplete: "new-password", required: true, minlength: 8, maxlength: 128 });
    return h("form", { class: "fields", onsubmit: (/** @type {any} */ event) => {
      event.preventDefault();
      refusal.textContent = "";
      whileBusy(event.submitter, () => change(event.target));
    } }, h("label", {}, t("Current password"), old), h("label", {}, t("New password"), next), refusal,
      h("button", { class: "button" }, t("Change password")));

    /** @param {HTMLFormElement} form */
    async function change(form) {
      try {
        await collection.api.ask("POST", "/api/auth/password", { old_password: old.value, new_password: next.value });
        const key = await sealingKey(next.value, app.user.id);
        if (key) await collection.unlock(key);
        form.reset();
        toast(t("Password changed. Your other devices are signed out."));
      } catch (/** @type {any} */ error) {
        refusal.textContent = failureSentence(error);
      }
    }
  }

  async function everywhere() {
    if (!(await confirmed(t("Sign out on all devices, including this one?"), t("Sign out everywhere")))) return;
    try {
      await collection.api.ask("POST", "/api/auth/signout", { everywhere: true });
      await app.leave({ isSignedOut: true });
    } catch (error) {
      sayFailure(error, everywhere);
    }
  }

  async function erase() {
    const { askPassword } = await import("./erase.js");
    await askPassword(app);
  }

  const redraw = (/** @type {any} */ { detail }) => {
    if (!sections.contains(document.activeElement) || document.activeElement?.tagName === "BUTTON") draw();
    else if (detail.names.includes("profile")) drawPictures();
  };
  collection.addEventListener("wholes", redraw);
  draw();
  return () => collection.removeEventListener("wholes", redraw);
}
