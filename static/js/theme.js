// Before anything is drawn: the theme this browser last had, so that no page flashes.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem("theme") ?? "null") || "auto";
} catch {
  // Blocked: as the device has it.
}
