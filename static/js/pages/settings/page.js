/** Profile, pictures, preferences, and the account. */

import { sealingKey } from "../../collection/index.js";
import { readable } from "../../ui/colour.js";
import { confirmed } from "../../ui/dialogs.js";
import { failureSentence, h, pageHead, sayFailure, toast, whileBusy } from "../../ui/dom.js";
import { check, choice, section, text } from "../../ui/fields.js";
import { withProof } from "../../ui/proof.js";
import { LANGUAGES, language, t } from "../../ui/words.js";
import { decisionsPlace } from "./decisions.js";
import { noticesSection } from "./notices.js";
import { Pictures } from "./pictures.js";

/** @import { Answer, Preferences, Profile, ScoreFormat, User } from "../../collection/types.js" */
/** @import { App } from "../../types.js" */

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  const page = new SettingsPage(app);
  main.append(pageHead(t("Settings")), page.sections);
  page.draw();
  return app.collection.on("wholes", ({ detail }) => page.redraw(detail.names));
}

class SettingsPage {
  sections = h("div", { class: "settings" });

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.collection = app.collection;
    this.pictures = new Pictures(app);
    this.decisions = decisionsPlace(app);
  }

  /** @returns {Partial<Profile>} */
  get profile() {
    return this.collection.wholes.profile ?? {};
  }

  draw() {
    this.pictures.draw();
    this.sections.replaceChildren(
      this.decisions, this.profileSection(), this.appearance(), this.preferences(), sharing(), noticesSection(this.app, (changes) => this.prefer(changes)), this.device(), this.account());
  }

  /** Nothing is drawn under the hand that types. @param {string[]} names */
  redraw(names) {
    const { activeElement } = document;
    if (!this.sections.contains(activeElement) || activeElement?.tagName === "BUTTON") this.draw();
    else if (names.includes("profile")) this.pictures.draw();
  }

  // --- Saving --------------------------------------------------------------------------

  /** @param {Partial<Preferences>} changes */
  prefer(changes) {
    return this.collection.later("PATCH", "/api/user/preferences", changes, { preferences: { ...this.app.preferences, ...changes } }).catch(sayFailure);
  }

  /** @param {Partial<Profile>} changes */
  keep(changes) {
    const profile = /** @type {Profile} */ ({ ...this.profile, ...changes });
    return this.collection.later("PATCH", "/api/user/profile", changes, { profile }).catch(sayFailure);
  }

  /** @param {string} name */
  async rename(name) {
    try {
      /** @type {Answer<User>} */
      const { data } = await this.collection.api.ask("POST", "/api/user/updateProfile", { name });
      this.app.remember({ name: data.name });
      toast(t("Username changed to {name}.", { name: data.name }));
    } catch (error) {
      sayFailure(error);
    }
  }

  // --- Sections ------------------------------------------------------------------------

  profileSection() {
    const { name, last_name, birthday, frequency, preferred_format } = this.profile;
    return section(t("Profile"), this.pictures.banner, this.pictures.pickers,
      h("div", { class: "fields" },
        text(t("Username"), this.app.user.name, (value) => this.rename(value), { minlength: 3, maxlength: 50, required: true, autocomplete: "username" }),
        text(t("First name"), name, (value) => this.keep({ name: value || null }), { maxlength: 100, autocomplete: "given-name" }),
        text(t("Last name"), last_name, (value) => this.keep({ last_name: value || null }), { maxlength: 100, autocomplete: "family-name" }),
        text(t("Birthday"), birthday, (value) => this.keep({ birthday: value || null }), { type: "date", autocomplete: "bday" }),
        choice(t("How often do you watch?"), frequency, [["", "–"], ["daily", t("Every day")], ["weekly", t("Every week")], ["monthly", t("Every month")], ["occasionally", t("Now and then")], ["rarely", t("Rarely")]], (value) => this.keep({ frequency: value || null })),
        choice(t("Favourite format"), preferred_format, [["", "–"], ["TV", "TV"], ["Movie", t("Movie")], ["OVA", "OVA"], ["Special", t("Special")]], (value) => this.keep({ preferred_format: value || null }))));
  }

  appearance() {
    const { theme, titleLanguage, enfasiscolor } = this.app.preferences;
    return section(t("Appearance"),
      h("div", { class: "fields" },
        choice(t("Theme"), theme, [["auto", t("Match system")], ["light", t("Light")], ["dark", t("Dark")]], (value) => this.prefer({ theme: value })),
        colour(enfasiscolor, (value) => this.prefer({ enfasiscolor: value, enfasis_color: value })),
        choice(t("Language"), language, LANGUAGES, (value) => this.prefer({ language: value })),
        choice(t("Title language"), titleLanguage, [["romaji", t("Romaji")], ["english", t("English")], ["native", t("Original script")]], (value) => this.prefer({ titleLanguage: /** @type {Preferences["titleLanguage"]} */ (value) }))));
  }

  preferences() {
    const { scoreFormat, parentalControl, trackSearchHistory, helpRecommend = true, timezone = "UTC" } = this.app.preferences;
    const zones = [...new Set([timezone, "UTC", ...Intl.supportedValuesOf("timeZone")])];
    return section(t("Preferences"),
      h("div", { class: "fields" },
        choice(t("Scores"), scoreFormat, [["10.0", t("0 to 10, with decimals")], ["10", t("0 to 10")], ["100", t("0 to 100")], ["5", t("Five stars")], ["3", t("Three faces")]], (value) => this.prefer({ scoreFormat: /** @type {ScoreFormat} */ (value) })),
        choice(t("Time zone"), timezone, zones.map((zone) => [zone, zone.replaceAll("_", " ")]), (value) => this.prefer({ timezone: value }))),
      check(t("Hide mature titles"), parentalControl, (value) => this.prefer({ parentalControl: value, parental_control: value }), t("In the catalogue. Your own list always shows everything.")),
      check(t("Keep my searches"), trackSearchHistory, (value) => this.prefer({ trackSearchHistory: value }), t("Suggested when you search again.")),
      check(t("Let my list count for recommendations"), helpRecommend, (value) => this.prefer({ helpRecommend: value }), t("Of others, without your name and without what is private.")));
  }

  device() {
    return section(t("This device"),
      h("p", {}, this.collection.isKept ? t("Your list is stored here, so you can use it offline.") : t("This browser doesn't store your list: it works online only. Unsaved changes are lost when you close the page.")),
      h("p", { class: "muted" }, this.app.arePagesKept ? t("Pages open at once, even offline.") : t("Pages need a connection in this browser.")));
  }

  account() {
    return section(t("Account"), passwordForm((old, next) => this.changePassword(old, next)), h("p", { class: "actions start" },
      h("a", { class: "button", href: "/security" }, t("Security")),
      h("a", { class: "button", href: "/webhooks" }, t("Webhooks")),
      h("button", { type: "button", class: "button", onclick: () => this.signOutEverywhere() }, t("Sign out everywhere")),
      h("button", { type: "button", class: "button danger", onclick: () => this.erase() }, t("Erase my account…"))));
  }

  // --- The account ---------------------------------------------------------------------

  /** @param {string} old @param {string} next */
  async changePassword(old, next) {
    const { api } = this.collection;
    await withProof(api, () => api.ask("POST", "/api/auth/password", { old_password: old, new_password: next }));
    const key = await sealingKey(next, this.app.user.id);
    if (key) await this.collection.unlock(key);
  }

  /** @returns {Promise<void>} */
  async signOutEverywhere() {
    if (!(await confirmed(t("Sign out on all devices, including this one?"), t("Sign out everywhere")))) return;
    try {
      await this.collection.api.ask("POST", "/api/auth/signout", { everywhere: true });
      await this.app.leave({ isSignedOut: true });
    } catch (error) {
      sayFailure(error, () => this.signOutEverywhere());
    }
  }

  async erase() {
    const { askPassword } = await import("./erase.js");
    askPassword(this.app);
  }
}

const sharing = () => section(t("Sharing"), h("p", {}, t("Nobody sees anything of you until you say so.")),
  h("p", { class: "actions start" }, h("a", { class: "button", href: "/sharing" }, t("Who sees what")), h("a", { class: "button", href: "/sharing?of=profile" }, t("Share my profile"))));

/** @param {string} value @param {(value: string) => unknown} save */
function colour(value, save) {
  const input = h("input", { type: "color", value });
  const hint = h("small", { class: "muted" });
  const tell = () => {
    const changed = ["#faf9f6", "#17181b"].some((paper) => readable(input.value, paper) !== input.value);
    hint.textContent = changed ? t("Adjusted slightly where it would be hard to read.") : t("Readable on light and dark.");
  };
  input.oninput = tell;
  input.onchange = () => save(input.value);
  tell();
  return h("label", {}, t("Accent colour"), h("span", { class: "colour" }, input, hint));
}

/** @param {(old: string, next: string) => Promise<void>} change */
function passwordForm(change) {
  const refusal = h("p", { class: "refusal", role: "alert" });
  const old = h("input", { type: "password", autocomplete: "current-password", required: true, maxlength: 128 });
  const next = h("input", { type: "password", autocomplete: "new-password", required: true, minlength: 8, maxlength: 128 });
  const button = h("button", { class: "button" }, t("Change password"));
  const form = h("form", { class: "fields" }, h("label", {}, t("Current password"), old), h("label", {}, t("New password"), next), refusal, button);
  const send = async () => {
    try {
      await change(old.value, next.value);
      form.reset();
      toast(t("Password changed. Your other devices are signed out."));
    } catch (error) {
      refusal.textContent = failureSentence(error);
    }
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    refusal.textContent = "";
    whileBusy(button, send);
  };
  return form;
}
