// A save that was refused: what is wrong has the focus, and each of its links gives it to
// the field. (The page is hidden until its scripts ran, so `autofocus` finds nothing.)
addEventListener("load", () => {
  const refused = document.querySelector(".ac-refused");
  if (!(refused instanceof HTMLElement)) return;
  refused.focus();
  refused.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.scrollIntoView({ block: "center" });
    field.focus();
  });
});
