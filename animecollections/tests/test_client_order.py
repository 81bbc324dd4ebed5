"""What is on the screen holds still: a second click is for the same title."""

import re
from datetime import UTC, datetime

import pytest

from animecollections.tests.pages import box_of, expect, scroll_of, settled
from collections_app.models import WatchListEntry
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
# What is drawn anew between a button's going down and up is not clicked.
DRAWN = """new Promise((done) =>
    requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"""
NAMES = ["Death Note", "Monster", "Mushishi", "Planetes"]


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def api(served, user):
    api = Api(served, cookie_of(user))
    for at, name in enumerate(NAMES):
        AnimeFactory(
            id=210 + at,
            title=name,
            episodes=3,
            airing_status="finished",
            picture_url="",
        )
    # Together, for then all of them were changed in one moment.
    adds = [
        {"op": "add", "animeId": 210 + at, "type": "Watching"}
        for at in range(len(NAMES))
    ]
    api.data("POST", "/api/user/watchList/batch", {"operations": adds})
    # Before all that the tests do.
    WatchListEntry.objects.filter(user=user).update(updated_at=LONG_AGO)
    return api


@pytest.fixture
def opened(device, user, api):
    def open_page(path="/"):
        page = device(user).new_page()
        page.goto(path)
        return settled(page)

    return open_page


def progress_of(user):
    entries = WatchListEntry.objects.filter(user=user).order_by("anime_id")
    return list(entries.values_list("progress", flat=True))


def lists(page, *titles):
    expect(page.locator(".list-body .card-title")).to_have_text(titles)


def click_on_one_spot(page, button, times):
    """The pointer stays where it is, whatever comes under it."""
    box = box_of(button)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    for _ in range(times):
        page.mouse.down()
        page.mouse.up()
        settled(page)
        page.evaluate(DRAWN)


def test_three_clicks_on_one_spot_of_my_list_count_one_title(opened, user):
    page = opened()
    lists(page, *NAMES)
    plus = page.get_by_role("button", name="One more episode of Planetes")
    click_on_one_spot(page, plus, 2)
    assert progress_of(user) == [0, 0, 0, 2]
    lists(page, *NAMES)
    expect(page.locator(".card.changed")).to_have_count(1)
    page.get_by_role("button", name="Sort again").click()
    lists(page, "Planetes", "Death Note", "Monster", "Mushishi")
    expect(page.locator(".card.changed")).to_have_count(0)


def test_what_is_finished_stays_until_one_looks_again(opened, user):
    page = opened()
    plus = page.get_by_role("button", name="One more episode of Mushishi")
    click_on_one_spot(page, plus, 5)
    assert progress_of(user) == [0, 0, 3, 0]
    card = page.locator(".card.away")
    expect(card).to_contain_text("Now in Completed")
    page.get_by_role("button", name="Completed 1").click()
    page.get_by_role("button", name="Watching 3").click()
    lists(page, "Death Note", "Monster", "Planetes")


def test_up_next_holds_still_too(opened, user):
    page = opened("/next")
    last = page.get_by_role("button", name="Watched episode 1 of Planetes")
    click_on_one_spot(page, last, 5)
    assert progress_of(user) == [0, 0, 0, 3]
    expect(page.locator(".next-item.away")).to_contain_text("Now in Completed")
    expect(page.locator(".next-item h3")).to_have_text(NAMES)


def test_a_change_of_another_device_moves_nothing_under_the_pointer(opened, api):
    page = opened()
    page.locator(".card").first.hover()
    api.data("POST", "/api/user/watchList/213/increment", {})
    AnimeFactory(id=250, title="Baccano!", episodes=13, picture_url="")
    api.add(250, "Watching")
    expect(page.locator(".card", has_text="Baccano!")).to_be_visible()
    lists(page, *NAMES, "Baccano!")
    page.reload()
    newest = re.compile("Baccano!|Planetes")
    lists(page, newest, newest, *NAMES[:3])


def test_a_finished_show_is_said_and_can_be_rated_at_once(opened, user, api):
    api.data("PATCH", "/api/user/watchList/211", {"progress": 2})
    page = opened()
    page.get_by_role("button", name="One more episode of Monster").click()
    toast = page.locator("#toasts")
    expect(toast).to_contain_text("Finished Monster. Rate it?")
    score = toast.get_by_role("spinbutton")
    score.fill("9.5")
    score.press("Tab")
    settled(page)
    entry = WatchListEntry.objects.get(user=user, anime_id=211)
    assert (entry.type, entry.score) == ("Completed", 95)


def test_the_first_episode_of_what_was_planned_is_said(opened, user, api):
    api.data(
        "POST",
        "/api/user/watchList/move",
        {"animeId": 211, "type": "To Watch"},
    )
    page = opened()
    page.get_by_role("button", name="To watch 1").click()
    page.get_by_role("button", name="One more episode of Monster").click()
    said = "Monster: episode 1 watched. Moved to Watching."
    expect(page.locator("#toasts")).to_contain_text(said)


def test_focus_and_scroll_stay_far_down_a_long_list(opened, user, api):
    for number in range(300, 420):
        AnimeFactory(id=number, title=f"No. {number}", episodes=12, picture_url="")
    adds = [
        {"op": "add", "animeId": number, "type": "Watching"}
        for number in range(300, 420)
    ]
    api.data("POST", "/api/user/watchList/batch", {"operations": adds})
    page = opened()
    page.evaluate("scrollTo(0, 2500)")
    open_one = page.get_by_role("button", name="No. 350", exact=False).first
    open_one.focus()
    before = scroll_of(page)
    for _ in range(3):
        page.keyboard.press("+")
        page.wait_for_timeout(200)
    settled(page)
    assert scroll_of(page) == before
    assert "No. 350" in page.evaluate("document.activeElement.innerText")
    assert WatchListEntry.objects.get(user=user, anime_id=350).progress == 3
