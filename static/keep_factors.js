"use strict";

const [form] = document.forms;
const refusal = document.querySelector("[role=alert]");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname); // out of the bar, and of bookmarks

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  refusal.textContent = "";
  try {
    const signal = AbortSignal.timeout(30_000);
    const headers = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
    const body = JSON.stringify({ token });
    const response = await fetch("/api/auth/second-factor/keep", { method: "POST", headers, body, signal });
    const answer = await response.json();
    if (answer.success) form.classList.add("done");
    else refusal.textContent = answer.error;
  } catch {
    refusal.textContent = refusal.dataset.unanswered; // or not by us
  }
});
