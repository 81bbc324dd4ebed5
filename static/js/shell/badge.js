/** How many notices are unread: a bell at the top, quiet where there are none. */

import { $, h, svg } from "../ui/dom.js";
import { number, t } from "../ui/words.js";

/** @import { App } from "../types.js" */

const BELL = "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4";
const MOST_SAID = 99;

/** @param {App} app */
export function watchBadge({ collection }) {
  const count = h("span", { class: "bell-count", "aria-hidden": "true" });
  const link = h("a", { href: "/notices", class: "icon-button bell" },
    svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true", focusable: "false" }, svg("path", { d: BELL })), count);
  const draw = () => {
    const unread = (collection.wholes.notices ?? []).filter(({ read_at: at }) => !at).length;
    const label = unread ? t("Notices: {n} unread", { n: unread }) : t("Notices");
    link.setAttribute("aria-label", label);
    link.title = label;
    count.hidden = !unread;
    count.textContent = unread > MOST_SAID ? `${MOST_SAID}+` : number(unread);
  };
  collection.on("wholes", ({ detail }) => detail.names.includes("notices") && draw());
  draw();
  $("#menu").before(link);
}
