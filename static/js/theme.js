// Before anything is drawn: the theme this browser last had, so that no page flashes, and
// whether somebody is signed in, for whom pages keep room for buttons.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem("theme") ?? "null") || "auto";
  document.documentElement.toggleAttribute("data-known", Boolean(localStorage.getItem("animecollections user")));
} catch {
  // Blocked: as the device has it.
}
