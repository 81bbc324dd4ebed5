"use strict";

const refusal = document.querySelector("[role=alert]");
const part = (id) => document.getElementById(id);
const passkeys = part("passkey");
let next = "/";

/** A page of ours, as own_path of the server has it: a link to this page may name any. */
function ownPath(text) {
  const isPath = /^\/(?![/\\])/.test(text ?? "") && !/[\u0000-\u001f\u007f-\u009f]/.test(text);
  return isPath && new URL(text, location.origin).origin === location.origin ? text : "/";
}

let ticket = "";
let isToJoin = false; // once who comes back is signed in

async function ask(method, address, body) {
  const headers = { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang };
  const signal = AbortSignal.timeout(30_000);
  const response = await fetch(address, { method, headers, body: body && JSON.stringify(body), signal });
  return response.json();
}

function fail(why) {
  const known = part("failed").querySelector(`[data-why="${CSS.escape(why)}"]`) ?? part("failed").querySelector("[data-why=refused]");
  for (const one of part("failed").querySelectorAll("[data-why]")) one.hidden = one !== known;
  part("failed").hidden = false;
}

async function begin() {
  const why = location.hash.match(/^#failed=(\w+)$/)?.[1];
  if (why) return fail(why);
  const second = new URLSearchParams(location.hash.slice(1));
  ticket = second.get("second") ?? "";
  history.replaceState(null, "", location.pathname); // out of the bar, and of bookmarks
  if (ticket) {
    next = ownPath(second.get("next"));
    return askSecond((second.get("methods") ?? "").split(" "));
  }
  const { success, data } = await ask("GET", "/api/auth/connect");
  if (!success) return fail("expired");
  next = ownPath(data.next);
  const form = part(data.has_account ? "join" : "new");
  for (const element of form.querySelectorAll("[data-says]")) {
    element.textContent = element.dataset.says === "email" ? data.email : data.provider.name;
  }
  if (data.has_account) form.elements.email.value = data.email;
  show(form);
}

function show(form) {
  for (const other of document.forms) other.hidden = other !== form;
  form.querySelector("input:not([readonly])").focus();
}

/** The second step, by a passkey too where there is one and the page may use it. */
async function askSecond(methods) {
  show(part("second"));
  if (methods.includes("passkey")) passkeys.hidden = !(await import(passkeys.dataset.module)).hasPasskeys();
}

/** Who has just signed in goes on. */
const goOn = () => (isToJoin ? ask("POST", "/api/auth/connect/join", {}) : { success: true });

const does = {
  async new({ user_name }) {
    const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
    return ask("POST", "/api/auth/connect", { user_name, timezone, language: document.documentElement.lang });
  },
  async join({ email, password }) {
    isToJoin = true;
    const answer = await ask("POST", "/api/auth/signin", { email, password });
    if (answer.code !== "second_factor_needed") return answer.success ? goOn() : answer;
    ticket = answer.details.ticket;
    await askSecond(answer.details.methods);
    return { error: "" };
  },
  async second({ code }) {
    const typed = code.replaceAll(/\s/g, "");
    return giveSecond(/^\d{6}$/.test(typed) ? { code: typed } : { recovery_code: typed });
  },
};

async function giveSecond(given) {
  const answer = await ask("POST", "/api/auth/second-factor", { ticket, ...given });
  return answer.success ? goOn() : answer;
}

async function usePasskey() {
  const { usedPasskey, isDeclined } = await import(passkeys.dataset.module);
  try {
    return await giveSecond({ passkey: await usedPasskey({ ask }) });
  } catch (error) {
    if (isDeclined(error)) return { error: passkeys.dataset.declined };
    throw error;
  }
}

/** Does it while the button cannot be pressed again; then goes on, or says why not. */
async function answered(button, does) {
  refusal.textContent = "";
  button.disabled = true;
  try {
    const answer = await does();
    if (answer.success) location.assign(next);
    else refusal.textContent = answer.error;
  } catch {
    refusal.textContent = refusal.dataset.unanswered; // or not by us
  } finally {
    button.disabled = false;
  }
}

passkeys.addEventListener("click", () => answered(passkeys, usePasskey));

for (const form of document.forms) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answered(form.querySelector("button"), () => does[form.id](Object.fromEntries(new FormData(form))));
  });
}

begin().catch(() => (refusal.textContent = refusal.dataset.unanswered));
