// Before anything is drawn: the theme this browser last had, so that no page flashes.
document.documentElement.dataset.theme = localStorage.getItem("theme") || "auto";
