/** Who can get into the account, and by what: a file for each section. All of it needs the network. */

import { h, pageHead } from "../../ui/dom.js";
import { t } from "../../ui/words.js";
import { apps } from "./apps.js";
import { devices } from "./devices.js";
import { email } from "./email.js";
import { factors } from "./factors.js";
import { providers } from "./providers.js";
import { tokens } from "./tokens.js";

/** @import { App } from "../../types.js" */

/** In the order of the page; each makes its element, and fills it by itself. @type {((app: App) => HTMLElement)[]} */
const SECTIONS = [factors, email, providers, devices, apps, tokens];

/** @param {HTMLElement} main @param {App} app */
export function show(main, app) {
  main.append(pageHead(t("Security")), h("div", { class: "settings" }, SECTIONS.map((section) => section(app))));
}
