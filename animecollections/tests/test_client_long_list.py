"""A long list: painted in parts, and little to do for each part."""

from datetime import timedelta

import pytest
from django.utils import timezone

from collections_app.models import WatchListEntry
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=20_000)  # a busy machine is no failure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LISTED, PAGE = 60, 25  # of sync
SCREENFUL = 40
ROWS_ON_THE_DISK = """async () => {
    const [{ name }] = await indexedDB.databases();
    const opening = indexedDB.open(name);
    await new Promise((done) => (opening.onsuccess = done));
    const at = opening.result.transaction(["entries", "titles"]);
    const counts = ["entries", "titles"].map((store) => new Promise((done) => {
        const asked = at.objectStore(store).getAll();
        asked.onsuccess = () => done([asked.result.length, asked.result.flat().length]);
    }));
    return Promise.all(counts);
}"""

ANOTHER_TAB_WROTE = """id =>
    new BroadcastChannel(`animecollections ${id}`).postMessage("queued")"""


@pytest.fixture
def api(served):
    user = UserFactory()
    api = Api(served, cookie_of(user))
    api.user = user
    operations = []
    for at in range(LISTED):
        AnimeFactory(id=5000 + at, title=f"Title {at:03}", picture_url="")
        operations.append({"op": "add", "animeId": str(5000 + at), "type": "Watching"})
    api.data("POST", "/api/user/watchList/batch", {"operations": operations})
    an_hour_ago = timezone.now() - timedelta(hours=1)
    WatchListEntry.objects.of(user.id).update(updated_at=an_hour_ago)
    for at in (30, 40, 50):
        api.data("POST", f"/api/user/watchList/{5000 + at}/increment", {"by": 1})
    return api


def test_a_first_visit_paints_a_screenful_and_adds_the_rest_around_it(device, api):
    context = device(api.user, viewport={"width": 412, "height": 823})
    held: list = []
    way = [held.append]
    context.route("**/api/user/sync*", lambda route: way[0](route))
    page = context.new_page()
    page.goto("/")
    cards = page.locator(".card")
    first, second = (
        cards.filter(has_text="Title 050"),
        cards.filter(has_text="Title 040"),
    )
    expect(first).to_have_attribute("aria-setsize", str(SCREENFUL))
    expect(second).to_be_visible()
    expect(page.locator(".count")).to_have_text(f"{SCREENFUL} of {LISTED}")
    expect(page.locator(".count")).to_be_visible()  # on a phone as well
    first.evaluate("(card) => (card.isTheSame = true)")
    page.evaluate(ANOTHER_TAB_WROTE, str(api.user.id))

    api.data("DELETE", "/api/user/watchList/5040")
    way[0] = in_pages
    for route in held:
        in_pages(route)
    expect(page.locator(".count")).to_have_text(f"{LISTED - 1} titles")
    expect(first).to_have_attribute("aria-setsize", str(LISTED - 1))
    expect(second).to_have_count(0)  # removed meanwhile
    assert first.evaluate("(card) => card.isTheSame"), "it was drawn again"
    expect(page.locator("body")).to_have_attribute("data-status", "settled")
    entries, _ = page.evaluate(ROWS_ON_THE_DISK)
    assert entries == [1, LISTED - 1], "neighbours lie in one row"
    header = page.locator(".top")
    blurred = header.evaluate("(it) => getComputedStyle(it).backdropFilter")
    assert blurred == "none", "50 ms a frame without a GPU"


def test_on_a_narrow_phone_the_chosen_tab_and_the_plus_are_in_their_place(device, api):
    context = device(api.user, viewport={"width": 360, "height": 700})
    page = context.new_page()
    page.goto("/?type=all")
    page.locator(".card .open").first.click()
    stepper = page.locator("dialog .stepper")
    minus, plus = (
        stepper.get_by_role("button", name=name).bounding_box()
        for name in ("One episode less", "One more episode")
    )
    assert plus["y"] == minus["y"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="All 60")).to_be_in_viewport(ratio=0.9)


def in_pages(route):
    address = route.request.url
    more = "&" if "?" in address else "?"
    route.continue_(url=f"{address}{more}limit={PAGE}")
