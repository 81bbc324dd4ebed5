"""Seasons: what starts in one, by popularity or by weekday, and from there to the list."""

import re

import pytest

from animecollections.tests.pages import expect, settled
from collections_app.models import Anime, WatchListEntry
from collections_app.tests.facts import import_facts, write_lines
from factories import AnimeFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def titles(tmp_path):
    """Fall 2006: two series and a film; and one of the spring after it."""
    of_season = {"season": "fall", "year": 2006, "picture_url": ""}
    AnimeFactory(id=1, title="Noted", **of_season)
    AnimeFactory(id=2, title="Code", **of_season)
    AnimeFactory(id=3, title="On Film", format="Movie", **of_season)
    AnimeFactory(id=4, title="Later", **of_season | {"season": "spring", "year": 2007})
    rows = [
        {"ids": [f"mal:{anime_id}"], "airing": {"begin": begin}}
        for anime_id, begin in (
            (1, "2006-10-03T15:56:00Z"),  # a Tuesday
            (2, "2006-10-05T16:25:00Z"),
            (3, "2006-11-18"),
        )
    ]
    import_facts(write_lines(tmp_path / "facts.jsonl", *rows))
    Anime.objects.filter(id=1).update(prominence=2000)


@pytest.fixture
def user():
    return UserFactory()


def groups_of(page):
    """By heading, the titles below it."""
    found = {}
    for section in page.locator(".season section").all():
        name = section.locator("h2 .week-name").inner_text()
        found[name] = section.locator(".card-title").all_inner_texts()
    return found


def test_a_season_by_popularity_and_by_weekday(device, user):
    page = device(user, timezone_id="UTC").new_page()
    page.goto("/season/2006/fall")
    expect(page.locator("main h1")).to_have_text("Fall 2006")
    expect(page).to_have_title("Fall 2006 – animecollections")
    expect(page.locator(".season .card")).to_have_count(3)
    assert groups_of(page) == {"TV": ["Noted", "Code"], "Films": ["On Film"]}
    page.get_by_role("button", name="By weekday").click()
    expect(page).to_have_url(re.compile(r"/season/2006/fall\?by=day$"))
    others = "Films, specials and what has no day yet"
    assert groups_of(page) == {
        "Tuesday": ["Noted"],
        "Thursday": ["Code"],
        others: ["On Film"],
    }
    expect(page.locator("[data-anime='1'] .airs-note")).to_have_text(re.compile("56"))
    page.reload()
    expect(page.locator(".season section").first).to_contain_text("Tuesday")


def test_the_season_before_and_after_and_any_year(device):
    page = device().new_page()
    page.goto("/season/2006/fall?by=day")
    page.get_by_role("link", name="Next season: Winter 2007").click()
    expect(page.locator("main h1")).to_have_text("Winter 2007")
    empty = page.locator(".season .empty")
    expect(empty).to_contain_text("This catalogue has no titles of Winter 2007.")
    empty.get_by_role("link", name="Go to Spring 2007").click()
    expect(page).to_have_url(re.compile(r"/season/2007/spring\?by=day$"))
    expect(page.locator(".season .card-title")).to_have_text("Later")
    page.get_by_role("navigation", name="Season", exact=True).get_by_role(
        "link", name="Fall", exact=True
    ).click()
    expect(page.locator("main h1")).to_have_text("Fall 2007")
    page.get_by_label("Year").select_option("2006")
    expect(page.locator("main h1")).to_have_text("Fall 2006")
    expect(page.locator(".season .card")).to_have_count(3)
    page.go_back()
    expect(page.locator("main h1")).to_have_text("Fall 2007")


def test_a_title_is_added_from_here(device, user):
    page = device(user).new_page()
    page.goto("/season/2006/fall")
    page.get_by_label("Add to… – Code").click()
    page.get_by_role("button", name="To watch", exact=True).click()
    expect(page.get_by_label("To watch – Code")).to_be_visible()
    settled(page)
    assert WatchListEntry.objects.get(user=user).anime_id == 2


def test_a_visitor_goes_on_to_a_title_and_may_join(device):
    page = device().new_page()
    page.goto("/")
    page.get_by_role("link", name="Look around first").click()
    page.get_by_role("navigation", name="Ways to find titles").get_by_role(
        "link", name="Seasons"
    ).click()
    expect(page).to_have_url(re.compile("/season$"))
    page.goto("/season/2006/fall")
    page.get_by_label("Add to… – Code").click()
    expect(page.get_by_role("dialog")).to_contain_text("Create your own list")
    page.keyboard.press("Escape")
    page.locator(".card .open", has_text="Noted").click()
    expect(page.locator("main h1")).to_have_text("Noted")
    page.get_by_role("link", name="Fall 2006").click()
    expect(page.locator("main h1")).to_have_text("Fall 2006")


def test_without_network_it_says_so_and_comes_once_there_is_one(device, user):
    page = device(user).new_page()
    page.goto("/season/2006/fall")
    expect(page.locator(".season .card")).to_have_count(3)
    page.context.set_offline(True)
    page.get_by_role("link", name="Next season: Winter 2007").click()
    expect(page.locator(".failed")).to_contain_text("Seasons need a connection.")
    page.context.set_offline(False)
    expect(page.locator(".season .empty")).to_contain_text("Winter 2007")
