"""An entry's panel: what is typed there is said, kept, and never lost without a word."""

import pytest

from animecollections.tests.pages import box_of, expect, settled
from collections_app.models import WatchListEntry
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def opened(served, device, user):
    """A page with the panel of Monster open."""
    AnimeFactory(id=211, title="Monster", episodes=12, picture_url="")
    Api(served, cookie_of(user)).add(211, "Watching")

    def open_panel(**options):
        page = device(user, **options).new_page()
        page.goto("/")
        settled(page)
        page.get_by_role("button", name="Monster", exact=False).first.click()
        expect(panel(page)).to_be_visible()
        return page

    return open_panel


def panel(page):
    return page.get_by_role("dialog", name="Monster")


def entry_of(user):
    return WatchListEntry.objects.get(user=user, anime_id=211)


def test_a_toast_can_be_used_while_the_panel_is_open(opened, user):
    page = opened()
    panel(page).get_by_role("button", name="One more episode").click()
    expect(page.locator("#toasts")).to_contain_text("Monster: episode 1 watched.")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(panel(page).get_by_label("Progress")).to_have_value("0")
    settled(page)
    assert entry_of(user).progress == 0
    panel(page).get_by_role("button", name="Close").click()
    expect(page.locator("body > #toasts")).to_have_count(1)


@pytest.mark.parametrize("typed", ["2024-02-30", "2024-13", "0000", "yesterday"])
def test_a_day_that_does_not_exist_is_said_and_stays_to_be_mended(opened, user, typed):
    page = opened()
    started = panel(page).get_by_label("Started")
    started.fill(typed)
    started.press("Tab")
    assert started.evaluate("field => field.validationMessage") == (
        "There is no such day. Write 2026, 2026-11 or 2026-11-23."
    )
    expect(started).to_have_value(typed)
    started.fill("2024-02")
    started.press("Tab")
    settled(page)
    assert entry_of(user).started_on == "2024-02"


def test_one_more_episode_is_within_reach_on_a_small_phone(opened):
    page = opened(viewport={"width": 360, "height": 740})
    button = panel(page).get_by_role("button", name="One more episode")
    box = box_of(button)
    assert box["x"] + box["width"] <= 360
    score = box_of(panel(page).get_by_label("My score"))
    assert (
        box["x"] + box["width"] <= score["x"] or box["y"] + box["height"] <= score["y"]
    )
    button.click()
    expect(panel(page).get_by_label("Progress")).to_have_value("1")


def test_a_note_typed_a_moment_before_leaving_is_kept(opened, user):
    page = opened()
    panel(page).get_by_label("Notes").press_sequentially("Tenma!")
    page.goto("/statistics")
    settled(page)
    page.wait_for_timeout(500)
    settled(page)
    assert entry_of(user).notes == "Tenma!"


def test_more_episodes_than_there_are_is_said(opened, user):
    page = opened()
    progress = panel(page).get_by_label("Progress")
    progress.fill("99999")
    progress.press("Tab")
    said = "The catalogue knows 12 episodes. Your number is kept."
    expect(panel(page)).to_contain_text(said)
    settled(page)
    assert entry_of(user).progress == 99999
    progress.fill("11")
    progress.press("Tab")
    expect(panel(page)).not_to_contain_text(said)
