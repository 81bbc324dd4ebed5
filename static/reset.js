"use strict";

const [ask, choose] = document.forms;
const refusal = document.querySelector("[role=alert]");
const link = Object.fromEntries(new URLSearchParams(location.search));

if (link.uid && link.token) {
  ask.hidden = true;
  choose.hidden = false;
  history.replaceState(null, "", location.pathname); // out of the bar, and of bookmarks
}

for (const form of document.forms) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    refusal.textContent = "";
    const typed = Object.fromEntries(new FormData(form));
    const body = JSON.stringify(form === choose ? { ...typed, ...link } : typed);
    const headers = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
    try {
      const signal = AbortSignal.timeout(30_000);
      const response = await fetch(form.dataset.call, { method: "POST", headers, body, signal });
      const answer = await response.json();
      if (answer.success && form === choose) location.assign("/?said=reset");
      else if (answer.success) form.classList.add("done");
      else refusal.textContent = answer.error;
    } catch {
      refusal.textContent = refusal.dataset.unanswered; // or not by us
    }
  });
}
