"""An entry's panel: what is typed there is said, kept, and never lost without a word."""

import pytest

from animecollections.tests.pages import box_of, expect, first_of, settled
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


def test_a_panel_says_that_its_history_is_on_its_way(opened):
    page = opened()
    panel(page).get_by_role("button", name="Close").click()
    held: list = []
    page.route("**/api/user/operations*", lambda route: held.append(route))
    page.get_by_role("button", name="Monster").first.click()
    history = panel(page).locator(".panel-history")
    expect(history).to_contain_text("Loading…")
    first_of(page, held).continue_()
    expect(history.locator(".told")).to_have_count(1)
    expect(history).not_to_contain_text("Loading…")


def test_a_day_is_said_as_far_as_one_knows_it(opened, user):
    """By keys alone; a day that there is not cannot be said."""
    page = opened()
    started = panel(page).get_by_role("group", name="Started")
    year, month, day = (started.get_by_label(part) for part in ("Year", "Month", "Day"))
    expect(month).to_be_disabled()
    year.focus()
    page.keyboard.type("24")
    page.keyboard.press("Enter")
    assert year.evaluate("field => !field.validity.valid")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.keyboard.type("2024")
    page.keyboard.press("Tab")
    expect(month).to_be_focused()
    page.keyboard.type("Feb")
    page.keyboard.press("Tab")
    expect(day).to_be_focused()
    expect(day.locator("option")).to_have_count(1 + 29)
    settled(page)
    assert entry_of(user).started_on == "2024-02"
    page.keyboard.type("29")
    settled(page)
    assert entry_of(user).started_on == "2024-02-29"
    month.select_option("")
    settled(page)
    assert entry_of(user).started_on == "2024"
    year.fill("")
    year.press("Tab")
    expect(month).to_be_disabled()
    settled(page)
    assert entry_of(user).started_on == ""
    panel(page).get_by_role("group", name="Finished").get_by_role("button").click()
    settled(page)
    assert len(entry_of(user).finished_on) == len("2024-02-29")


def test_where_a_title_stands_is_one_choice_and_says_what_it_means(opened, user):
    page = opened()
    status = panel(page).get_by_role("group", name="Status")
    status.get_by_role("button", name="Dropped").click()
    expect(panel(page)).to_contain_text("What you stopped watching.")
    settled(page)
    assert (entry_of(user).type, entry_of(user).state) == ("Collection", "dropped")
    page.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(status.get_by_role("button", name="Watching", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    status.get_by_role("button", name="On hold").click()
    panel(page).get_by_role("button", name="One more episode").click()
    expect(page.locator("#toasts")).to_contain_text("No longer on hold.")
    panel(page).get_by_label("Priority in Up next").select_option("Highest")
    settled(page)
    entry = entry_of(user)
    assert (entry.type, entry.state, entry.priority) == ("Watching", "active", 2)


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
    own_title = panel(page).get_by_label("My title")
    own_title.fill("The doctor")
    own_title.press("Tab")
    expect(panel(page).get_by_role("heading", name="The doctor")).to_be_visible()
    panel(page).get_by_label("Notes").press_sequentially("Tenma!")
    page.goto("/statistics")
    settled(page)
    page.wait_for_timeout(500)
    settled(page)
    assert entry_of(user).notes == "Tenma!"
    assert entry_of(user).custom_title == "The doctor"


def test_more_episodes_than_there_are_is_said(opened, user):
    page = opened()
    progress = panel(page).get_by_label("Progress")
    progress.fill("99999")
    progress.press("Tab")
    said = "The catalogue lists 12 episodes. Your number stays."
    expect(panel(page)).to_contain_text(said)
    settled(page)
    assert entry_of(user).progress == 99999
    progress.fill("11")
    progress.press("Tab")
    expect(panel(page)).not_to_contain_text(said)
