"""A page for every title: for visitors too, and from everywhere a title appears."""

import re

import pytest

from animecollections.tests.pages import expect, settled
from collections_app.models import WatchListEntry
from collections_app.tests.facts import import_facts, write_lines
from factories import PASSWORD, AnimeFactory, UserFactory
from profiles.models import User
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SERVICE_WORKER_IS_THERE = """
    navigator.serviceWorker.controller ? true : new Promise((there) =>
        navigator.serviceWorker.addEventListener("controllerchange", () => there(true)))
"""


@pytest.fixture(autouse=True)
def titles():
    AnimeFactory(
        id=1535,
        title="Death Note",
        native_title="デスノート",
        episodes=37,
        episode_minutes=23,
        format="TV",
        season="fall",
        year=2006,
        rating=8.62,
        airing_status="finished",
        genre_names=["Suspense"],
        studio_names=["Madhouse"],
        external_ids={"anilist": "1535", "mal": "1535"},
        related=["mal:2994"],
        picture_url="",
    )
    AnimeFactory(id=2994, title="Death Note: Rewrite", picture_url="")


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def api(served, user):
    return Api(served, cookie_of(user))


def heading(page):
    return page.locator("main h1")


def test_a_visitor_reads_it_and_goes_on_to_what_is_related(device):
    page = device().new_page()
    page.goto("/anime/1535")
    expect(heading(page)).to_have_text("Death Note")
    main = page.locator("main")
    expect(main).to_contain_text("デスノート")
    expect(main).to_contain_text("TV · Fall 2006 · 37 episodes · 23 min")
    expect(main).to_contain_text("Madhouse")
    expect(main.get_by_role("list", name="Genres")).to_contain_text("Suspense")
    expect(main.get_by_role("link", name="AniList")).to_have_attribute(
        "href", "https://anilist.co/anime/1535"
    )
    main.get_by_role("link", name="Death Note: Rewrite").click()
    expect(heading(page)).to_have_text("Death Note: Rewrite")
    expect(page).to_have_title(re.compile("Death Note: Rewrite"))
    assert page.url.endswith("/anime/2994")
    page.go_back()
    expect(heading(page)).to_have_text("Death Note")


def test_what_sources_say_is_told_to_visitors(device, tmp_path):
    said = {
        "ids": ["mal:1535"],
        "airing": {"begin": "2006-10-04", "end": "2007-06-27"},
        "names": {"zh-Hans": ["死亡笔记"]},
        "description": {"text": "A notebook.\n\nIt kills.", "language": "en"},
        "relations": [{"type": "sequel", "ids": ["mal:2994"]}],
        "links": [{"site": "site", "name": "Site", "url": "https://example.org/1"}],
        "votes": {"mean": 8.62, "count": 7},
    }
    import_facts(write_lines(tmp_path / "facts.jsonl", said, source="own"))
    page = device().new_page()
    page.goto("/anime/1535")
    main = page.locator("main")
    expect(main.locator(".prose p")).to_have_text(["A notebook.", "It kills."])
    expect(main.locator(".title-names")).to_contain_text("Simplified Chinese")
    expect(main.locator(".title-airs")).to_contain_text("Oct 4, 2006 – Jun 27, 2007")
    expect(main.locator(".rating")).to_contain_text("7 votes")
    streams = main.locator(".stream")
    expect(streams).to_have_count(1)
    expect(streams).to_have_attribute("rel", "noopener noreferrer")
    expect(main.locator(".series li")).to_have_count(2)
    main.get_by_role("link", name="Death Note: Rewrite").click()
    expect(main.locator(".series .here")).to_contain_text("Death Note: Rewrite")
    expect(main.locator(".series")).to_contain_text("Prequel")


def test_a_visitor_who_joins_stays_on_the_page(device):
    page = device().new_page()
    page.goto("/anime/1535")
    page.get_by_role("button", name="Add to my list").click()
    page.get_by_label("Username").fill("mia")
    page.get_by_label("E-mail").fill("mia@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("dialog").get_by_role("button", name="Create account").click()
    page.get_by_role("button", name="To watch", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Added Death Note to To watch.")
    settled(page)
    entry = WatchListEntry.objects.get(user=User.objects.get(user_name="mia"))
    assert (entry.anime_id, entry.type) == (1535, "To Watch")


def test_ones_own_entry_is_at_hand(device, user):
    page = device(user).new_page()
    page.goto("/anime/1535")
    page.get_by_role("button", name="Watching", exact=True).click()
    page.get_by_role("button", name="One more episode").click()
    expect(page.get_by_label("Progress")).to_have_value("1")
    page.get_by_label("My score").fill("9")
    page.get_by_label("My score").press("Tab")
    settled(page)
    entry = WatchListEntry.objects.get(user=user)
    assert (entry.type, entry.progress, entry.score) == ("Watching", 1, 90)
    page.get_by_role("button", name="Dates, notes and tags").click()
    panel = page.get_by_role("dialog", name="Death Note")
    panel.get_by_role("button", name="Remove from my list").click()
    expect(page.get_by_role("group", name="Add to…")).to_be_visible()


def test_it_is_reached_from_everywhere(device, user, api):
    api.add(1535, "Watching", progress=1)
    api.data("POST", "/api/user/watchList/1535/increment", {"by": 2})
    page = device(user).new_page()
    page.goto("/")
    page.get_by_role("button", name="Death Note", exact=False).first.click()
    dialog = page.get_by_role("dialog", name="Death Note")
    dialog.get_by_role("heading").get_by_role("link", name="Death Note").click()
    expect(page.get_by_role("button", name="Dates, notes and tags")).to_be_visible()
    expect(dialog).to_have_count(0)
    for path in ("/next", "/history", f"/statistics?year={entry_year(user)}"):
        page.goto(path)
        page.locator("main").get_by_role("link", name="Death Note").first.click()
        expect(page).to_have_url(re.compile("/anime/1535$"))
        expect(heading(page)).to_have_text("Death Note")


def entry_year(user):
    return WatchListEntry.objects.get(user=user).updated_at.year


@pytest.mark.parametrize("anime_id", ["7", "nonsense", "%20", "%E0%A4"])
def test_an_address_without_a_title_says_so(device, user, anime_id):
    for page in (device().new_page(), device(user).new_page()):
        page.goto(f"/anime/{anime_id}")
        expect(heading(page)).to_have_text("Not found.")


def test_what_is_on_the_list_opens_without_network(device, user, api):
    api.add(1535, "Watching", progress=3)
    page = device(user).new_page()
    page.goto("/")
    settled(page)
    page.evaluate(SERVICE_WORKER_IS_THERE)
    page.goto("/anime/2994")  # what is kept is the page itself, not what it tells of
    expect(heading(page)).to_have_text("Death Note: Rewrite")
    page.context.set_offline(True)
    page.goto("/anime/1535")
    expect(heading(page)).to_have_text("Death Note")
    page.get_by_role("button", name="One more episode").click()
    expect(page.get_by_label("Progress")).to_have_value("4")
    page.goto("/")
    expect(page).to_have_title("My list – animecollections")


def test_a_session_that_ended_hides_nothing_that_visitors_see(device, user):
    page = device(user).new_page()
    page.goto("/")
    settled(page)
    page.context.clear_cookies()
    page.goto("/anime/2994")
    expect(heading(page)).to_have_text("Death Note: Rewrite")
