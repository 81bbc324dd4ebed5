"""Where one is lives in the address: Back, reload and links bring one there again."""

import re

import pytest

from animecollections.tests.pages import expect, is_scrolled_to, scroll_of, settled
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LISTED = 300


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def opened(served, device, user):
    api = Api(served, cookie_of(user))
    operations = []
    for at in range(LISTED):
        AnimeFactory(id=1000 + at, title=f"Title {at:03}", picture_url="")
        type_ = "Completed" if at % 3 == 0 else "Watching"
        operations.append({"op": "add", "animeId": str(1000 + at), "type": type_})
    for first in range(0, LISTED, 100):
        body = {"operations": operations[first : first + 100]}
        api.data("POST", "/api/user/watchList/batch", body)

    def open_page(path="/"):
        page = device(user, viewport={"width": 900, "height": 700}).new_page()
        page.goto(path)
        settled(page)
        expect(page.locator(".card").first).to_be_visible()
        return page

    return open_page


def scroll_to(page, wanted):
    page.evaluate(f"scrollTo(0, {wanted})")
    return scroll_of(page)


def stands_at(page, wanted):
    assert is_scrolled_to(page, wanted)


def panel(page):
    return page.locator("dialog.panel[open]")


def test_back_closes_the_panel_and_stays_where_one_was(opened):
    page = opened()
    before = scroll_to(page, 3000)
    page.locator(".card .open").nth(12).click()
    expect(panel(page)).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?anime=\d+$"))
    page.go_back()
    expect(panel(page)).to_have_count(0)
    assert page.url.endswith("/")
    expect(page.locator("h1")).to_have_text("My list")
    stands_at(page, before)
    page.go_forward()
    expect(panel(page)).to_be_visible()
    panel(page).get_by_role("button", name="Close").click()
    expect(panel(page)).to_have_count(0)
    page.wait_for_url(re.compile("/$"))


def test_back_from_another_page_brings_the_scroll_back(opened):
    page = opened()
    before = scroll_to(page, 9000)
    assert before == 9000
    page.get_by_role("link", name="Statistics").click()
    expect(page.locator("h1")).to_have_text("Statistics")
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(page.locator("h1")).to_have_text("My list")
    stands_at(page, before)
    page.reload()
    stands_at(page, before)


def test_what_the_list_is_narrowed_to_is_in_the_address(opened):
    page = opened()
    page.locator("[data-type=Completed]").click()
    page.get_by_label("Sort by").select_option("title")
    page.get_by_label("Search my list").fill("title 00")
    expect(page.locator(".list-body .card")).to_have_count(4)
    expect(page).to_have_url(
        re.compile(r"\?type=Completed&search=title\+00&sort=title$")
    )
    page.reload()
    expect(page.get_by_label("Search my list")).to_have_value("title 00")
    expect(page.locator(".list-body .card")).to_have_count(4)
    page.locator(".card .open").first.click()
    expect(panel(page)).to_be_visible()
    page.reload()
    expect(panel(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(panel(page)).to_have_count(0)
    expect(page).to_have_url(re.compile("sort=title$"))
    page.get_by_role("link", name="Statistics").click()
    expect(page.locator("h1")).to_have_text("Statistics")
    page.go_back()
    expect(page.locator(".list-body .card")).to_have_count(4)
    page.get_by_role("link", name="My list").click()
    expect(page.get_by_label("Search my list")).to_have_value("")


def test_a_link_opens_a_list_as_it_says(opened):
    page = opened("/?type=Completed&sort=title&anime=1003")
    expect(panel(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/\?type=Completed&sort=title$"))
    expect(page.locator(".card-title").first).to_have_text("Title 000")
    expect(page.locator(".count")).to_have_text("100 titles")


def test_one_step_of_back_for_a_word_typed(opened):
    page = opened()
    page.get_by_role("link", name="Up next").click()
    page.get_by_role("link", name="My list").click()
    page.get_by_label("Search my list").press_sequentially("title 001")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Up next")
