"""How soon the web client shows a list of 1,000, and a change made in another browser.

    make run                          # with a catalogue of 1,000 titles or more
    python -m benchmarks.client http://127.0.0.1:8000

Signs a new user up and fills the list, then measures in the system's Chromium: from the
address being asked for to the first cover, on a first visit and from the copy on the
device; and from a press of "+1" in one browser to its number in the other.
"""

import statistics
import sys
import time
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

ENTRIES, TRIES, CHANGES = 1000, 7, 20
CHROMIUM = "/usr/bin/chromium"


def main():
    base = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(base_url=base)
        long = fill(context.request)
        state = context.storage_state()
        first, again = [], []
        for _ in range(TRIES):
            with opened(browser, base, state) as page:
                first.append(seconds_to_cover(page))
                page.wait_for_timeout(3000)  # the other names are fetched
                again.append(seconds_to_cover(page))
        with (
            opened(browser, base, state) as one,
            opened(browser, base, state) as two,
        ):
            heard = list(seconds_between(one, two, long))
        browser.close()
    for name, found in {
        "first visit": first,
        "from the copy": again,
        "in the other browser": heard,
    }.items():
        told = statistics.median(found), max(found)
        print("{}: {:.2f} s at the median, {:.2f} at most".format(name, *told))


def fill(api):
    """A new user with so many entries; the name of a long one of them."""
    name = f"bench{time.time_ns()}"
    account = {"user_name": name[:50], "email": f"{name}@example.org"}
    asked = api.post("/api/auth/signup", data=account | {"password": "Right-Horse-7"})
    assert asked.ok, asked.text()
    titles, cursor = [], ""
    while len(titles) < ENTRIES:
        query = {"limit": "500", "fields": "id,title,episodes"}
        query |= {"cursor": cursor} if cursor else {}
        page = api.get("/api/animes", params=query).json()
        titles += page["data"]
        cursor = page["meta"]["next_cursor"]
        if not cursor and len(titles) < ENTRIES:
            raise SystemExit(f"The catalogue has {len(titles)} titles: import more.")
    for start in range(0, ENTRIES, 500):
        operations = [
            {"op": "add", "animeId": title["id"], "type": "Watching"}
            for title in titles[start : start + 500]
        ]
        body = {"operations": operations}
        assert api.post("/api/user/watchList/batch", data=body).ok
    return next(one["title"] for one in titles if (one["episodes"] or 0) > 2 * CHANGES)


@contextmanager
def opened(browser, base, state):
    """A page of a browser that has only the sign-in."""
    context = browser.new_context(base_url=base, storage_state={**state, "origins": []})
    context.route(lambda address: not address.startswith(base), lambda r: r.abort())
    yield context.new_page()
    context.close()


def seconds_to_cover(page):
    start = time.perf_counter()
    page.goto("/", wait_until="commit")
    page.locator(".card").first.wait_for()
    return time.perf_counter() - start


def seconds_between(one, two, title):
    for page in (one, two):
        page.goto("/")
        page.locator("body[data-live=yes]").wait_for()
        page.get_by_label("Search my list").fill(title)
    plus = one.get_by_role("button", name=f"One more episode of {title}", exact=True)
    for number in range(1, CHANGES + 1):
        shown = two.locator(".card .progress", has_text=f"{number} /").first
        start = time.perf_counter()
        plus.click()
        shown.wait_for()
        yield time.perf_counter() - start


if __name__ == "__main__":
    main()
