"""What Lighthouse says of the web client on a phone, for visitors and with a long list.

    npm install --prefix /tmp/lighthouse lighthouse    # once, outside the repository
    manage.py seed_demo --users 1 --lists 4000
    python -m benchmarks.phone https://localhost --folder /tmp/lighthouse \
        --as list4000@demo.example.org

Against a server that runs as docs/deployment.md says (compressed, HTTP/2). Pages are
measured with Lighthouse's own phone (a slow 4G and a quarter of this machine's speed,
simulated): signed out, on a first visit after the sign-in with nothing on the device,
and on a later one, with the copy and the files kept. Other work on the machine counts
as work of the page: let it rest, or give this command a real-time priority (chrt).
"""

import argparse
import json
import socket
import statistics
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "Demo-Anime-7"  # of the people of seed_demo
TITLE = "/anime/1535"
PAGES = [
    "/",
    "/next",
    "/discover",
    "/browse",
    "/season/2023/fall",
    "/diary",
    "/statistics",
    "/history",
    "/sharing",
    "/settings",
    "/transfer",
]
CATEGORIES = ["performance", "accessibility", "best-practices"]
SIGN_IN = """async (typed) => (await fetch("/api/auth/signin", {
    method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify(typed)})).ok"""
KEPT = "indexeddb,local_storage,service_workers,cache_storage"


def main():
    asked = arguments()
    report = f"{'visit':<12} {'page':<14} {'score':>6} {'access':>6} {'best':>5}"
    print(f"{report} {'LCP s':>6} {'TBT ms':>6} {'CLS':>5} {'kB':>6}")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        port = free_port()
        switches = ["--no-sandbox", "--disable-gpu", *asked.switch]
        context = playwright.chromium.launch_persistent_context(
            folder,
            executable_path=CHROMIUM,
            base_url=asked.base,
            args=[*switches, f"--remote-debugging-port={port}"],
        )
        try:
            visits(asked, context, port)
        finally:
            context.close()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("base")
    parser.add_argument("--as", dest="email", required=True)
    parser.add_argument("--password", default=PASSWORD)
    parser.add_argument("--pages", nargs="+", default=["/", TITLE])
    parser.add_argument("--all", action="store_true", help="every page, not two")
    parser.add_argument("--tries", type=int, default=3)
    parser.add_argument("--visits", default="out first later")
    parser.add_argument("--folder", required=True, help="of npm install")
    parser.add_argument("--keep", help="a folder for Lighthouse's reports")
    parser.add_argument("--switch", action="append", default=[], help="of Chromium")
    asked = parser.parse_args()
    if asked.all:
        asked.pages = [*PAGES, TITLE]
    return asked


def visits(asked, context, port):
    if "out" in asked.visits:
        for path in ["/", TITLE]:
            tell("signed out", path, measured(asked, path, port))
    sign_in(asked, context)
    if "first" in asked.visits:
        for path in asked.pages:
            tell("first", path, measured(asked, path, port, before=context))
    if "later" in asked.visits:
        visit(context)
        for path in asked.pages:
            more = ["--disable-storage-reset"]
            tell("later", path, measured(asked, path, port, more))


def sign_in(asked, context):
    page = context.new_page()
    page.goto("/")
    typed = {"email": asked.email, "password": asked.password}
    assert page.evaluate(SIGN_IN, typed), "nobody signs in so"
    page.close()


def visit(context):
    """Once, until the copy and the files are on the device."""
    page = context.new_page()
    page.goto("/")
    page.locator(".card").first.wait_for()
    page.locator("body[data-status=settled]").wait_for()
    page.wait_for_timeout(8000)  # other names are asked for, and files kept
    page.close()


def forget(context, base):
    page = context.new_page()
    session = context.new_cdp_session(page)
    origin = {"origin": base, "storageTypes": KEPT}
    session.send("Storage.clearDataForOrigin", origin)
    page.close()


def measured(asked, path, port, more=(), before=None):
    found = []
    for at in range(asked.tries):
        if before:
            forget(before, asked.base)
        found.append(lighthouse(asked, path, port, more, at))
    return found


def lighthouse(asked, path, port, more, at):
    folder = Path(asked.keep or tempfile.mkdtemp())
    kind = "later" if more else "visit"
    out = folder / f"{path.strip('/').replace('/', '-') or 'list'}-{kind}-{at}.json"
    subprocess.run(
        [
            f"{asked.folder}/node_modules/.bin/lighthouse",
            asked.base + path,
            f"--port={port}",
            "--output=json",
            f"--output-path={out}",
            "--quiet",
            *(["--save-assets"] if asked.keep else []),
            f"--only-categories={','.join(CATEGORIES)}",
            *more,
        ],
        check=True,
    )
    return json.loads(out.read_text())


def tell(visit, path, reports):
    def figure(audit):
        return statistics.median(
            report["audits"][audit].get("numericValue") or 0 for report in reports
        )

    scores = [
        round(
            100
            * statistics.median(
                report["categories"][name]["score"] or 0 for report in reports
            )
        )
        for name in CATEGORIES
    ]
    lcp = figure("largest-contentful-paint") / 1000
    blocked, shift = figure("total-blocking-time"), figure("cumulative-layout-shift")
    weight = figure("total-byte-weight") / 1024
    print(
        f"{visit:<12} {path:<14} {scores[0]:>6} {scores[1]:>6} {scores[2]:>5}"
        f" {lcp:>6.2f} {blocked:>6.0f} {shift:>5.3f} {weight:>6.0f}",
        flush=True,
    )
    failed = {
        name
        for report in reports
        for category in CATEGORIES[1:]
        for name in (ref["id"] for ref in report["categories"][category]["auditRefs"])
        if report["audits"][name]["score"] not in (1, None)
    }
    if failed:
        print("   ", *sorted(failed), flush=True)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


if __name__ == "__main__":
    main()
