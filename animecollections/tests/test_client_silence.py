"""A server that hangs, or whose answers are none of ours: what is on the device shows at
once, and what is not says why.
"""

import json
import re

import pytest

from animecollections.tests.proxy import behind_proxy
from collections_app.models import WatchListEntry
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=20_000)  # a busy machine is no failure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# What is looked for behind a page that is there.
BEHIND = {"/sw.js", "/ws/user"}
# Time limits pass sooner.
IMPATIENT = """
    const { timeout } = AbortSignal;
    AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, milliseconds / 20);
"""
# If it has not been tried again by itself since the button was seen.
TRY_AGAIN = "document.querySelector('main .failed button, #status button')?.click()"
PAGES_ARE_KEPT = """
    navigator.serviceWorker.controller ? true : new Promise((there) =>
        navigator.serviceWorker.addEventListener("controllerchange", () => there(true)))
"""


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def api(served, user):
    for number in (200, 201):
        AnimeFactory(id=number, title=f"No. {number}", episodes=12, picture_url="")
    return Api(served, cookie_of(user))


@pytest.fixture
def proxy(served):
    with behind_proxy(served) as proxy:
        yield proxy


def settled(page):
    expect(page.locator("body")).to_have_attribute("data-status", "settled")
    return page


def is_held(route):
    """The server never answers."""


def test_a_server_that_hangs_holds_up_nothing_that_is_on_the_device(
    device, proxy, api, user
):
    api.add(200, "Watching")
    page = device(user, base_url=proxy.url).new_page()
    page.add_init_script(IMPATIENT)
    page.goto("/")
    settled(page)
    page.evaluate(PAGES_ARE_KEPT)
    proxy.hang()
    page.goto("/", wait_until="commit")
    expect(page.locator(".card-title")).to_have_text("No. 200")
    page.get_by_role("link", name="Statistics").click()
    heading = page.get_by_role("heading", name="Statistics")
    expect(heading).to_be_visible()
    expect(page.locator("main")).to_contain_text("The server isn't responding.")
    page.get_by_role("link", name="Up next").click()
    page.get_by_role("button", name="Watched episode 1").click()
    expect(page.locator(".next-item")).to_contain_text("Episode 2")
    expect(page.locator("#status")).to_contain_text("The server isn't responding")
    expect(page.locator("#status")).to_contain_text("1 change")
    page.goto("/anime/200", wait_until="commit")
    expect(page.locator("h1")).to_have_text("No. 200")
    # Pages and modules were not even asked for: there was nothing to wait for.
    asked = {path.decode().split("?")[0] for path in proxy.asked}
    assert {path for path in asked if not path.startswith("/api/")} <= BEHIND
    assert "/api/user/stats" in asked
    proxy.go_on()
    settled(page)
    expect(page.locator("#status")).to_be_empty()
    assert WatchListEntry.objects.get(user=user).progress == 1


def test_nothing_is_on_the_device_and_the_server_hangs(device, api, user):
    """It says that it waits, then why, and goes on from there."""
    context = device(user)
    context.add_init_script(IMPATIENT)
    page = context.new_page()
    page.route("**/api/**", is_held)
    page.goto("/")
    expect(page.locator("main")).to_have_text("Loading…")
    again = page.locator("main").get_by_role("button", name="Try again")
    expect(page.locator("main")).to_contain_text("The server isn't responding.")
    page.unroute("**/api/**")
    page.route("**/api/user/sync*", is_held)
    again.click()
    expect(page.locator(".list-body")).to_have_text("Loading your list…")
    expect(page.locator(".list-body")).to_contain_text("The server isn't responding.")
    page.unroute("**/api/user/sync*")
    page.evaluate(TRY_AGAIN)
    expect(page.locator(".list-body")).to_contain_text("Your list is empty")


NO_LIST = json.dumps({"success": True, "data": None})
NO_PAGE = "<h1>Not Found</h1>"


@pytest.mark.parametrize(("status", "body"), [(404, NO_PAGE), (200, NO_LIST)])
def test_an_answer_that_is_none_of_ours_is_said_and_not_waited_for(
    device, api, user, status, body
):
    api.add(200, "Watching")
    page = device(user).new_page()
    page.route(
        re.compile("/api/user/(sync|watchList|stats|operations)|/api/animes"),
        lambda route: route.fulfill(status=status, body=body),
    )
    page.goto("/")
    said = f"Unexpected response ({status})."
    expect(page.locator(".list-body")).to_contain_text(said)
    expect(page.locator("#status")).to_contain_text("Can't reach the server")
    for name in ("Statistics", "Discover"):
        page.get_by_role("link", name=name).click()
        expect(page.locator("main .failed")).to_contain_text(said)
    page.get_by_label("Account menu:").click()
    page.get_by_role("link", name="History").click()
    expect(page.locator("main .failed")).to_contain_text(said)
    page.unroute_all()
    page.locator("main").get_by_role("button", name="Try again").click()
    expect(page.locator(".told")).to_have_count(1)
    page.get_by_role("link", name="My list").click()
    page.evaluate(TRY_AGAIN)
    expect(page.locator(".card-title")).to_have_text("No. 200")


def test_a_first_load_says_how_far_it_is(device, api, user):
    ids = range(10_000, 10_600)
    AnimeFactory._meta.model.objects.bulk_create(
        AnimeFactory.build(id=id_, title=f"Title {id_}", picture_url="") for id_ in ids
    )
    for some in (ids[:300], ids[300:]):
        adding = [{"op": "add", "animeId": id_, "type": "Watching"} for id_ in some]
        api.data("POST", "/api/user/watchList/batch", {"operations": adding})
    page = device(user).new_page()
    page.route("**/api/user/sync?cursor=*", is_held)
    page.goto("/")
    # One page, and what of the first screenful is on another.
    expect(page.locator(".count")).to_have_text(re.compile(r"^5[0-4]\d of 600$"))
    page.reload()
    expect(page.locator(".count")).to_have_text("500 of 600")
    page.unroute("**/api/user/sync?cursor=*")
    expect(page.locator(".count")).to_have_text("600 titles")
