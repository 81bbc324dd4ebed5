"""Covers: drawn at once, with the picture over it when there is one."""

import pytest

from animecollections.tests.pages import expect, first_of
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="3">'
    '<rect width="2" height="3" fill="#123"/></svg>'
)
LOOKS = """covers => covers.map(cover =>
    cover.style.cssText + cover.querySelector("svg").outerHTML)"""


@pytest.fixture
def user():
    return UserFactory()


def listed(served, user, count, **values):
    api = Api(served, cookie_of(user))
    for at in range(count):
        AnimeFactory(id=500 + at, title=f"Title {at}", **values)
        api.add(500 + at, "Watching")


def test_pictures_that_do_not_come_do_not_switch_off_others(device, served, user):
    """Five of one host are missing, each stays drawn; the sixth is shown."""
    listed(served, user, 6)
    page = device(user, service_workers="block").new_page()

    def answer(route):
        if route.request.url.endswith("/505.jpg"):
            route.fulfill(body=PICTURE, content_type="image/svg+xml")
        else:
            route.fulfill(status=404)

    page.route("https://img.example.org/**", answer)
    page.goto("/?sort=title")
    expect(page.locator(".card .cover.drawn svg")).to_have_count(6)
    expect(page.locator(".card .cover img")).to_have_count(1)
    expect(page.locator(".card .cover.loaded")).to_have_count(1)
    page.get_by_role("link", name="Up next").click()
    page.get_by_role("link", name="My list").click()
    expect(page.locator(".card .cover.loaded")).to_have_count(1)


def test_a_page_that_is_slow_to_come_does_not_clear_the_next_one(device, served, user):
    listed(served, user, 1, picture_url="")
    page = device(user, service_workers="block").new_page()
    held: list = []
    page.route("**/pages/next/page.js*", lambda route: held.append(route))
    page.goto("/")
    expect(page.locator(".card-title")).to_have_text("Title 0")
    page.evaluate(
        """async () => {
            for (const [path, pause] of [["/next", 20], ["/", 300]]) {
                document.querySelector(`nav a[href="${path}"]`).click();
                await new Promise((later) => setTimeout(later, pause));
            }
        }"""
    )
    expect(page.locator(".card-title")).to_have_text("Title 0")


def test_a_cover_is_there_before_its_picture(device, served, user):
    listed(served, user, 1)
    page = device(user, service_workers="block").new_page()
    waiting = []
    page.route("https://img.example.org/**", lambda route: waiting.append(route))
    page.goto("/")
    expect(page.locator(".card .cover-title")).to_have_text("Title 0")
    expect(page.locator(".card .cover.drawn svg")).to_be_visible()
    expect(page.locator(".card .cover.loaded")).to_have_count(0)
    first_of(page, waiting).fulfill(body=PICTURE, content_type="image/svg+xml")
    expect(page.locator(".card .cover.loaded")).to_have_count(1)


def test_no_two_drawn_covers_on_a_screen_are_alike_and_each_stays_the_same(
    device, user
):
    for at in range(48):
        AnimeFactory(id=20 + at * 17, title="The same", year=None, picture_url="")
    page = device(user).new_page()

    def looks():
        page.goto("/discover")
        expect(page.locator(".found .cover svg")).to_have_count(48)
        return page.locator(".found .cover").evaluate_all(LOOKS)

    first = looks()
    assert len(set(first)) == 48
    assert looks() == first
    motifs = {len(look) for look in first}
    assert len(motifs) >= 12
