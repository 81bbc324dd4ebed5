"""A real browser on the real server, for what only shows there."""

import os
import shutil

import pytest

from animecollections.tests.serving import serve

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium; without it these tests are skipped, and say so."""
    playwright = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.skip(
            "NO BROWSER TESTED: there is no Chromium (apt-get install chromium)."
        )
    # Playwright keeps an event loop in this thread, where Django then expects no ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def served(tmp_path_factory, django_db_setup):
    with serve(tmp_path_factory.mktemp("browser"), LIVE_PING_SECONDS="2") as server:
        yield server


@pytest.fixture
def device(browser, served):
    """`device(user)`: a browser profile of its own in which that user is signed in."""
    contexts = []

    def make(user=None, **options):
        context = browser.new_context(**{"base_url": served.url} | options)
        context.set_default_timeout(30_000)  # a busy machine is no failure
        contexts.append(context)
        if user:
            sign_in(context, user)
        return context

    yield make
    for context in contexts:
        context.close()


def sign_in(context, user):
    from conftest import signed_in

    key = signed_in(user).cookies["sessionid"].value
    context.add_cookies(
        [{"name": "sessionid", "value": key, "domain": "127.0.0.1", "path": "/"}]
    )
