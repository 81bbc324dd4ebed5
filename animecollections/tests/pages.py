"""What tests of the pages wait for, so that a busy machine is no failure."""

import pytest

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=20_000)


def settled(page):
    """The page, once all that was done on it has reached the server."""
    expect(page.locator("body")).to_have_attribute("data-status", "settled")
    expect(page.locator("#status")).to_be_empty()
    expect(page.locator("#status")).to_have_attribute("data-says", "")
    return page


def box_of(locator):
    """Where it stands. What is drawn anew has no box for a moment."""
    expect(locator).to_be_visible()
    return at_rest(locator.page, locator.bounding_box)


def scroll_of(page):
    """How far down the page is, once it has come to rest."""
    return at_rest(page, lambda: page.evaluate("scrollY"))


def at_rest(page, read):
    """What `read` gives twice running."""
    before = None
    for _ in range(200):
        now = read()
        if now is not None and now == before:
            return now
        before = now
        page.wait_for_timeout(100)
    raise AssertionError(f"It does not come to rest: {before}")


def first_of(page, held):
    """The first request that a route holds back, once it is there."""
    for _ in range(200):
        if held:
            return held[0]
        page.wait_for_timeout(100)
    raise AssertionError("Nothing was asked for.")


def is_scrolled_to(page, wanted):
    """Waits until the page is so far down. (Playwright's own wait would evaluate text
    in the page, which our Content-Security-Policy forbids.)
    """
    for _ in range(200):
        if abs(page.evaluate("scrollY") - wanted) < 2:
            return True
        page.wait_for_timeout(100)
    return False
