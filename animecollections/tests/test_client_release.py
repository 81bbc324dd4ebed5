"""A new release while pages are open: said, and taken when somebody says so."""

import re

import pytest

from animecollections.tests.proxy import behind_proxy
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=20_000)  # a busy machine is no failure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES_ARE_KEPT = """
    navigator.serviceWorker.controller ? true : new Promise((there) =>
        navigator.serviceWorker.addEventListener("controllerchange", () => there(true)))
"""
LOOK = "navigator.serviceWorker.ready.then((it) => it.update()).then(() => true)"
KEPT = "caches.keys().then((names) => names.length)"


@pytest.fixture
def user(served):
    AnimeFactory(id=200, title="Monster", episodes=12, picture_url="")
    user = UserFactory()
    Api(served, cookie_of(user)).add(200, "Watching")
    return user


@pytest.fixture
def proxy(served):
    with behind_proxy(served) as proxy:
        yield proxy


def release(proxy, served, number):
    """From now on the server's service worker is another one."""
    _, _, script = served.send("GET /sw.js HTTP/1.1")
    (version,) = re.findall(rb'"animecollections ([0-9a-f]{16})"', script)
    proxy.replaced = {version: b"%016d" % number}


def open_page(context, path="/"):
    page = context.new_page()
    page.goto(path)
    expect(page.locator("body")).to_have_attribute("data-status", "settled")
    page.evaluate(PAGES_ARE_KEPT)
    return page


def test_a_new_release_is_said_and_interrupts_nobody(device, proxy, served, user):
    context = device(user, base_url=proxy.url)
    page, other = open_page(context), open_page(context)
    page.get_by_role("button", name="Monster").first.click()
    notes = page.get_by_label("Notes")
    notes.fill("in the middle of a")
    release(proxy, served, 1)
    page.evaluate(LOOK)
    for one in (page, other):
        expect(one.locator("#release")).to_contain_text("New version.")
    notes.press_sequentially(" word")
    expect(notes).to_have_value("in the middle of a word")
    page.keyboard.press("Escape")
    page.evaluate("window.isOld = true")
    other.evaluate("window.isOld = true")
    page.locator("#release").get_by_role("button", name="Reload").click()
    expect(page.locator("#release")).to_be_empty()
    expect(page.get_by_role("button", name="Monster").first).to_be_visible()
    assert page.evaluate("window.isOld") is None
    # The other page is left alone, and still finds the modules of its release.
    assert other.evaluate(KEPT) == 2
    assert other.evaluate("window.isOld")
    other.get_by_role("link", name="Statistics").click()
    expect(other.get_by_role("heading", name="Statistics")).to_be_visible()
    page.get_by_role("button", name="Monster").first.click()
    expect(page.get_by_label("Notes")).to_have_value("in the middle of a word")


def test_a_new_release_is_said_after_a_reload_as_well_and_nothing_older_stays(
    device, proxy, served, user
):
    page = open_page(device(user, base_url=proxy.url))
    for number in (1, 2):
        release(proxy, served, number)
        page.evaluate(LOOK)
        expect(page.locator("#release")).to_contain_text("New version.")
        page.reload()
        expect(page.locator(".card-title")).to_have_text("Monster")
        page.locator("#release").get_by_role("button", name="Reload").click()
        expect(page.locator("#release")).to_be_empty()
        expect(page.locator(".card-title")).to_have_text("Monster")
    names = page.evaluate("caches.keys()")
    assert names[-1] == f"animecollections {2:016}"
    assert len(names) == 2  # the one before may be in use; none older


def test_another_language_is_written_by_the_server_though_the_page_is_kept(
    device, user
):
    page = open_page(device(user), "/settings")
    page.get_by_role("combobox", name="Language", exact=True).select_option("es")
    expect(page.get_by_role("heading", name="Ajustes")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Ajustes")).to_be_visible()


def test_modules_are_asked_for_by_their_hash_alone(device, user):
    """What a proxy keeps for good under a plain name would be of another release."""
    asked = []
    context = device(user)
    context.on("request", lambda request: asked.append(request.url))
    page = open_page(context)
    for name in ("Statistics", "Discover", "Up next"):
        page.get_by_role("link", name=name).click()
        expect(page.get_by_role("heading", name=name, level=1)).to_be_visible()
    scripts = [url for url in asked if url.partition("?")[0].endswith((".js", ".css"))]
    plain = [url for url in scripts if not re.search(r"\?v=[0-9a-f]{12}\Z", url)]
    assert {url.rsplit("/", 1)[1] for url in plain} <= {"sw.js"}
    assert len(scripts) > 20
