"""Discover: looking around changes nothing, and leaves nothing behind."""

import re

import pytest

from animecollections.tests.pages import (
    box_of,
    expect,
    first_of,
    is_scrolled_to,
    scroll_of,
    settled,
)
from collections_app.models import WatchListEntry
from factories import AnimeFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VISITS = 10
# The place of the page that was left is written when one is back already.
LATE_SCROLL = """addEventListener("popstate",
    () => history.replaceState({ ...history.state, scroll: 0 }, ""), { once: true })"""


@pytest.fixture
def user():
    for at in range(60):
        AnimeFactory(
            id=400 + at,
            title=f"Title {at:02}",
            rating=9 - at / 10 if at < 50 else 3,
            prominence=1000 - at,
            year=1960 + at,
            picture_url="",
        )
    return UserFactory()


@pytest.fixture
def page(device, user):
    page = device(user).new_page()
    page.goto("/discover")
    settled(page)
    expect(page.locator(".found .card")).to_have_count(48)
    return page


def titles_of(page):
    return page.locator(".found .card-title")


def test_a_cover_opens_the_page_of_its_title(page, user):
    page.locator(".found .card").first.locator(".open").click()
    expect(page).to_have_url(re.compile("/anime/400$"))
    expect(page.locator("main h1")).to_have_text("Title 00")
    assert not WatchListEntry.objects.filter(user=user).exists()


def test_nothing_is_added_before_a_list_is_chosen(page, user):
    card = page.locator(".found .card").first
    menu = card.get_by_label("Add to… – Title 00")
    menu.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter", "ArrowDown", "Tab", "Escape"):
        page.keyboard.press(key)
    settled(page)
    assert not WatchListEntry.objects.filter(user=user).exists()
    expect(menu).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Added Title 00 to Completed.")
    expect(card.get_by_label("Completed – Title 00")).to_be_visible()
    settled(page)
    assert WatchListEntry.objects.get(user=user).type == "Completed"
    card.get_by_label("Completed – Title 00").click()
    card.get_by_role("button", name="To watch").click()
    expect(page.locator("#toasts")).to_contain_text("Moved Title 00 to To watch.")


def test_the_menu_stays_on_a_small_screen(device, user):
    page = device(user, viewport={"width": 360, "height": 740}).new_page()
    page.goto("/discover")
    settled(page)
    for at in range(3):
        menu = page.locator(".found .card details").nth(at)
        menu.locator("summary").click()
        box = box_of(menu.locator(".menu-list"))
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360


def test_genres_that_come_late_move_nothing(device, user):
    page = device(user, viewport={"width": 360, "height": 740}).new_page()
    held: list = []
    page.route("**/api/genres*", lambda route: held.append(route))
    page.goto("/discover")
    settled(page)
    before = box_of(page.locator(".found .card").first)
    genres = page.get_by_label("Genre").locator("option")
    expect(genres).to_have_count(1)
    first_of(page, held).fulfill(
        json={"success": True, "data": [{"name": "Award Winning Stories"}]}
    )
    expect(genres).to_have_count(2)
    assert box_of(page.locator(".found .card").first) == before


def test_the_order_is_ones_choice_and_lives_in_the_address(page):
    expect(titles_of(page).first).to_have_text("Title 00")
    page.get_by_label("Best first").select_option("-year")
    expect(titles_of(page).first).to_have_text("Title 59")
    expect(page).to_have_url(re.compile(r"\?ordering=-year$"))
    page.reload()
    expect(titles_of(page).first).to_have_text("Title 59")
    expect(page.get_by_label("Best first")).to_have_value("-year")


def test_back_returns_to_what_was_found_where_one_was(page):
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".found .card")).to_have_count(60)
    card = page.locator(".found .card").last
    card.scroll_into_view_if_needed()
    before = scroll_of(page)
    assert before > 1000
    card.locator(".open").click()
    expect(page.locator("main h1")).to_have_text("Title 59")
    assert page.evaluate("scrollY") == 0
    page.evaluate(LATE_SCROLL)
    page.go_back()
    expect(page.locator(".found .card")).to_have_count(60)
    assert is_scrolled_to(page, before)


def test_leaving_is_not_overtaken_by_its_answers(page):
    page.goto("/statistics")
    settled(page)
    page.evaluate(
        """() => {
            document.querySelector('nav a[href="/discover"]').click();
            setTimeout(() => document.querySelector('nav a[href="/next"]').click(), 30);
        }"""
    )
    expect(page.locator("h1")).to_have_text("Up next")
    page.wait_for_timeout(800)
    assert page.url.endswith("/next")


def test_a_visit_leaves_nothing_behind(page):
    """Nodes and listeners are the same after ten visits as after two."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")

    def visit():
        page.get_by_role("link", name="Discover").click()
        expect(page.locator(".found .card")).to_have_count(48)
        page.get_by_role("link", name="Up next").click()
        expect(page.locator("h1")).to_have_text("Up next")

    def counted():
        page.wait_for_timeout(300)
        for _ in range(3):
            session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        by_name = {metric["name"]: metric["value"] for metric in metrics}
        return by_name["Nodes"], by_name["JSEventListeners"]

    visit()
    visit()
    nodes, listeners = counted()
    for _ in range(VISITS):
        visit()
    nodes_after, listeners_after = counted()
    assert nodes_after - nodes < 100
    assert listeners_after - listeners < 5
