"""The calendar of a week, and feeds of what airs."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from animecollections.tests.pages import expect
from collections_app.tests.facts import import_facts, write_lines
from factories import AnimeFactory, UserFactory
from profiles.models import Feed
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def titles(tmp_path):
    """Two titles that air today at noon; the second is on no list."""
    begin = datetime.now(UTC).replace(hour=12, minute=0) - timedelta(weeks=3)
    start = f"{begin:%Y-%m-%dT%H:%M:00Z}"
    rows = [weekly(anime_id, start) for anime_id in (200, 201)]
    AnimeFactory(id=200, title="Planetes", airing_status="airing", episodes=12)
    AnimeFactory(id=201, title="Mushishi", airing_status="airing", episodes=12)
    import_facts(write_lines(tmp_path / "facts.jsonl", *rows, source="own"))


def weekly(anime_id, start):
    airing = {"begin": start, "broadcast": {"start": start, "every_days": 7}}
    return {"ids": [f"mal:{anime_id}"], "airing": airing}


@pytest.fixture
def user(served):
    user = UserFactory()
    Api(served, cookie_of(user)).add(200, "Watching", progress=1)
    return user


def test_a_week_of_ones_list_or_of_all_and_the_next_one(device, user):
    page = device(user).new_page()
    page.goto("/calendar")
    today = page.locator(".week-day[aria-current=date]")
    expect(today.locator("a")).to_have_text(["Planetes"])
    expect(today).to_contain_text("Episode 4")
    expect(today).to_contain_text("about")
    page.get_by_role("button", name="All titles").click()
    expect(today.locator("a")).to_have_text(["Planetes", "Mushishi"])
    today.locator("a").first.focus()
    page.keyboard.press("ArrowDown")
    expect(today.locator("a").nth(1)).to_be_focused()
    page.keyboard.press("PageDown")
    expect(today).to_have_count(0)
    expect(page.locator(".week")).to_contain_text("Episode 5")
    assert "show=all" in page.url
    assert "week=" in page.url
    page.context.set_offline(True)
    page.get_by_role("button", name="Previous week").click()
    expect(page.get_by_role("alert").first).to_contain_text("needs a connection")
    page.context.set_offline(False)
    expect(today.locator("a")).to_have_text(["Planetes", "Mushishi"])


def test_my_list_says_how_far_one_is_behind(device, user):
    page = device(user).new_page()
    page.goto("/")
    note = page.locator(".card", has_text="Planetes").locator(".airs-note")
    expect(note).to_have_text(re.compile(r"^[23] behind$"))  # as the hour is
    for _ in range(3):
        page.get_by_role("button", name="One more episode of Planetes").click()
    expect(note).to_have_text(re.compile(r"^about \w+"))


def test_a_visitor_sees_all_and_no_feeds(device):
    page = device().new_page()
    page.goto("/calendar")
    expect(page.locator(".week a")).to_have_text(["Planetes", "Mushishi"])
    expect(page.locator(".feeds")).to_have_count(0)
    page.get_by_role("link", name="Mushishi").click()
    expect(page.locator("main h1")).to_have_text("Mushishi")
    page.go_back()
    expect(page.locator("main h1")).to_have_text("Calendar")


def test_a_feed_is_made_shown_once_replaced_and_ended(device, user):
    page = device(user).new_page()
    page.goto("/calendar")
    page.get_by_text("In your calendar program").click()
    page.get_by_label("Name").fill("Phone")
    page.locator(".feeds select").select_option("Watching")
    page.get_by_role("button", name="Make a feed").click()
    shown = page.get_by_label("For calendar programs (iCalendar)", exact=True)
    first = shown.input_value()
    assert first.endswith(".ics")
    expect(page.locator(".feed-rows li")).to_contain_text("Phone")
    page.get_by_role("button", name="New addresses: Phone").click()
    confirm(page, "New addresses")
    expect(shown).not_to_have_value(first)
    page.reload()
    page.get_by_text("In your calendar program").click()
    expect(page.locator(".feed-rows li")).to_contain_text("Phone")
    expect(shown).to_have_count(0)
    page.get_by_role("button", name="End: Phone").click()
    confirm(page, "End")
    expect(page.locator(".feed-rows li")).to_have_count(0)
    assert not Feed.objects.filter(user=user).exists()


def confirm(page, name):
    page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()
