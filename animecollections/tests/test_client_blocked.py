"""A browser that keeps nothing (a private window, blocked cookies or storage): the pages
work online, and say so.
"""

import pytest

from collections_app.models import Anime, WatchListEntry
from factories import PASSWORD, AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=20_000)  # a busy machine is no failure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# As Chromium and Firefox refuse all of it where site data is blocked.
BLOCKED = """
    const refuse = () => { throw new DOMException("Access is denied.", "SecurityError"); };
    for (const name of ["localStorage", "sessionStorage"]) {
        Object.defineProperty(window, name, { get: refuse });
    }
    IDBFactory.prototype.open = refuse;
    IDBFactory.prototype.deleteDatabase = refuse;
    CacheStorage.prototype.open = async () => refuse();
    CacheStorage.prototype.keys = async () => refuse();
    LockManager.prototype.request = async () => refuse();
    ServiceWorkerContainer.prototype.register = async () => refuse();
    window.BroadcastChannel = class { constructor() { refuse(); } };
"""
SILENT = "IDBFactory.prototype.open = () => new EventTarget();"


@pytest.fixture
def user(served):
    AnimeFactory(id=200, title="Monster", episodes=12, picture_url="")
    AnimeFactory(id=201, title="Mushishi", episodes=12, picture_url="")
    user = UserFactory()
    Api(served, cookie_of(user)).add(200, "Watching")
    return user


@pytest.fixture
def opened(device, user):
    """`opened(BLOCKED)`: a page in a browser in which that runs first."""
    failures = []

    def open_page(script, user=user, path="/"):
        context = device(user)
        context.add_init_script(script)
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    assert not failures


def test_a_database_that_never_opens_is_not_waited_for(opened, user):
    page = opened(SILENT)
    expect(page.locator(".card")).to_contain_text("0 / 12")
    expect(page.locator("#status")).to_have_text("Online only")


def test_without_storage_the_list_works_online_and_says_so(opened, user):
    page = opened(BLOCKED)
    expect(page.locator("#toasts")).to_contain_text("doesn't store your list")
    expect(page.locator("#status")).to_have_text("Online only")
    page.get_by_role("button", name="One more episode of Monster").click()
    expect(page.locator(".card")).to_contain_text("1 / 12")
    expect(page.locator("#status")).to_have_text("Online only")
    assert WatchListEntry.objects.get(user=user).progress == 1
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".card")).to_contain_text("0 / 12")
    page.locator("#menu summary").click()
    page.get_by_role("link", name="Settings").click()
    this_device = page.locator("section", has_text="This device").last
    expect(this_device).to_contain_text("doesn't store your list")
    page.get_by_label("Theme").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#status")).to_have_text("Online only")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    page.locator("#menu summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.get_by_role("heading", name="Everything you watch")).to_be_visible()


def test_without_storage_a_long_list_works_as_well(opened, served, user):
    """Many titles share a row in memory, as they do on the disk."""
    ids = range(10_000, 10_600)
    Anime.objects.bulk_create(
        AnimeFactory.build(id=id_, title=f"Title {id_}", picture_url="") for id_ in ids
    )
    api = Api(served, cookie_of(user))
    for some in (ids[:300], ids[300:]):
        adding = [{"op": "add", "animeId": id_, "type": "Watching"} for id_ in some]
        api.data("POST", "/api/user/watchList/batch", {"operations": adding})
    page = opened(BLOCKED, path="/?sort=title")
    expect(page.locator("#toasts")).to_contain_text("doesn't store your list")
    expect(page.locator(".count")).to_have_text("601 titles")
    page.get_by_label("Search my list").fill("10555")
    page.get_by_role("button", name="One more episode of Title 10555").click()
    expect(page.locator(".card")).to_contain_text("1 / ")
    expect(page.locator("#status")).to_have_text("Online only")
    page.get_by_label("Search my list").fill("")
    expect(page.locator(".count")).to_have_text("601 titles")
    assert WatchListEntry.objects.get(user=user, anime_id=10_555).progress == 1


def test_what_waits_is_not_left_without_a_word_where_it_would_be_lost(opened, user):
    page = opened(BLOCKED)
    expect(page.locator("#status")).to_have_text("Online only")
    page.context.set_offline(True)
    page.get_by_role("button", name="One more episode of Monster").click()
    expect(page.locator("#status")).to_contain_text("1 change to sync")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.close(run_before_unload=True)
    page.context.set_offline(False)
    expect(page.locator("#status")).to_have_text("Online only")
    assert asked == ["beforeunload"]
    assert WatchListEntry.objects.get(user=user).progress == 1


def test_a_browser_that_refuses_the_cookie_is_told_so(opened, user):
    page = opened(BLOCKED, user=None)
    nobody = {"success": True, "data": None}
    page.route("**/api/auth/session", lambda route: route.fulfill(json=nobody))
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("E-mail").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("form").get_by_role("button", name="Sign in").click()
    expect(page.locator(".refusal")).to_contain_text("blocks our cookie")
