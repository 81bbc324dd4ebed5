/** Signing in, the same in all three: none of it knows a framework. */

import { Collection, Refused, Tokens } from "animecollections-client";

/** What stays in this browser, so that a reload needs neither password nor network. */
const kept = (name) => JSON.parse(localStorage.getItem(name) ?? "null");
const remember = (name, value) => localStorage.setItem(name, JSON.stringify(value));
const keep = { load: () => kept("tokens"), save: (pair) => remember("tokens", pair) };

const FORM = `<form id="sign-in">
  <label>Server <input name="base" type="url" required></label>
  <label>E-mail <input name="email" type="email" autocomplete="username" required></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Sign in</button>
  <p role="alert"></p>
</form>`;

/** Shows the form until somebody is signed in; then their collection. */
export async function connect() {
  document.body.insertAdjacentHTML("afterbegin", FORM);
  const form = document.querySelector("form");
  const tokens = (await Tokens.kept({ base: kept("base"), keep })) ?? (await signedIn(form));
  form.hidden = true;
  const collection = await Collection.open(kept("user"), tokens.options);
  collection.on("status", () => {
    if (collection.status !== "signed_out") return;
    keep.save(null); // what is unsent stays, and is sent after the next sign-in
    location.reload();
  });
  return collection;
}

const signedIn = (form) =>
  new Promise((done) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      const { base, email, password } = Object.fromEntries(new FormData(form));
      try {
        const tokens = await Tokens.signIn({ email, password }, { base, keep });
        remember("base", base);
        remember("user", await tokens.user());
        done(tokens);
      } catch (error) {
        form.querySelector("[role=alert]").textContent =
          error instanceof Refused ? error.message : "There is no connection to the server.";
      }
    };
  });
