/** What a page for others has besides: it reads without this. */

for (const picture of document.querySelectorAll(".cover img")) {
  const gone = () => picture.remove(); // the drawn cover stays
  if (picture.complete && !picture.naturalWidth && picture.currentSrc) gone();
  else picture.addEventListener("error", gone);
}

// Who chose a language goes on in it, on the pages below the same folders.
const language = new URLSearchParams(location.search).get("language");
if (language) {
  for (const link of document.querySelectorAll('a[href^="/u/"], a[href^="/shared/"], main a[href^="?"]')) {
    const address = new URL(link.href);
    address.searchParams.set("language", language);
    link.href = address;
  }
}

document.querySelector(".public-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

// As the web client remembers who is signed in here; what it may do the API decides.
try {
  const wayIn = document.getElementById("way-in");
  if (wayIn && localStorage.getItem("animecollections user")) {
    wayIn.textContent = wayIn.dataset.signedIn;
    if (wayIn.dataset.more) import(wayIn.dataset.more).catch(() => {}); // the page reads without it
  }
} catch {
  // Blocked: the page stays as for visitors.
}
