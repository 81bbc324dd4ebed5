"""Whether an hour's use leaves memory and document of the web client as they were.

    manage.py seed_demo --users 1 --lists 4000
    python -m benchmarks.hours http://127.0.0.1:8000 --as list4000@demo.example.org

One page is used by script: it goes round the pages, opens and closes panels, searches,
scrolls and counts an episode up and down again, as one who is in a hurry would in ten
minutes. After each round garbage is collected, and heap, nodes, listeners and documents
are read over the browser's own protocol.
"""

import argparse

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
LINKS = ["Up next", "Discover", "Statistics", "My list"]
READ = {
    "JSHeapUsedSize": "heap MB",
    "Nodes": "nodes",
    "JSEventListeners": "listeners",
    "Documents": "documents",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base")
    parser.add_argument("--as", dest="email", required=True)
    parser.add_argument("--password", default="Demo-Anime-7")
    parser.add_argument("--rounds", type=int, default=12)
    asked = parser.parse_args()
    print(f"{'round':>5}", *(f"{name:>10}" for name in READ.values()))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(base_url=asked.base, ignore_https_errors=True)
        context.route(lambda url: not url.startswith(asked.base), lambda r: r.abort())
        typed = {"email": asked.email, "password": asked.password}
        assert context.request.post("/api/auth/signin", data=typed).ok
        page = context.new_page()
        page.goto("/")
        page.locator("body[data-status=settled] .card").first.wait_for()
        page.wait_for_timeout(10_000)  # other names are asked for
        session = context.new_cdp_session(page)
        session.send("Performance.enable")
        for number in range(asked.rounds + 1):
            if number:
                use(page)
            print(f"{number:>5}", *figures(session), flush=True)
        browser.close()


def use(page):
    for link in LINKS:
        page.get_by_role("navigation").get_by_role("link", name=link).click()
        page.locator("h1", has_text=link).wait_for()
        page.wait_for_timeout(100)
    for at in range(4):
        page.locator(".card .open").nth(at).click()
        page.locator("dialog.panel .told, dialog.panel .panel-history").first.wait_for()
        page.keyboard.press("Escape")
        page.locator("dialog.panel").wait_for(state="detached")
    search = page.get_by_label("Search my list")
    for word in ("no", "shou", "the", ""):
        search.fill(word)
        page.wait_for_timeout(300)
    for _ in range(10):
        page.mouse.wheel(0, 3000)
        page.wait_for_timeout(50)
    page.evaluate("scrollTo(0, 0)")
    card = page.locator(".card .open").nth(2)
    card.press("+")
    card.press("-")
    page.get_by_role("button", name="Show as a table").click()
    page.get_by_role("button", name="Show as covers").click()


def figures(session):
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    found = {
        row["name"]: row["value"]
        for row in session.send("Performance.getMetrics")["metrics"]
    }
    found["JSHeapUsedSize"] = round(found["JSHeapUsedSize"] / 1e6, 1)
    return [f"{found[name]:>10}" for name in READ]


if __name__ == "__main__":
    main()
