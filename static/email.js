"use strict";

const [, purpose, token] = location.hash.match(/^#(confirm|take-back)=([0-9a-f]+)$/) ?? [];
const refusal = document.querySelector("[role=alert]");
const shown = document.getElementById(purpose ?? "broken");

history.replaceState(null, "", location.pathname); // out of the bar, and of bookmarks
addEventListener("hashchange", () => location.reload()); // another link, in the same tab
shown.hidden = false;

shown.addEventListener("submit", async (event) => {
  event.preventDefault();
  refusal.textContent = "";
  const headers = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
  try {
    const signal = AbortSignal.timeout(30_000);
    const response = await fetch(shown.dataset.call, { method: "POST", headers, body: JSON.stringify({ token }), signal });
    const answer = await response.json();
    if (answer.success) {
      shown.classList.add("done");
      shown.querySelector("output").focus();
    } else refusal.textContent = answer.error;
  } catch {
    refusal.textContent = refusal.dataset.unanswered; // or not by us
  }
});
