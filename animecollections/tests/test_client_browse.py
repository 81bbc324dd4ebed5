"""Browse: shelves to wander along, and a ranking of what one chooses."""

import re

import pytest

from animecollections.tests.pages import expect, is_scrolled_to, scroll_of, settled
from collections_app.catalogue.writes import ids_by_key
from collections_app.models import Genre, SearchName
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# How far what is there moves while the page fills itself.
SHIFTS = """() => new Promise((done) => new PerformanceObserver((list) => done(
    list.getEntries().reduce((sum, { value }) => sum + value, 0))
    ).observe({ type: "layout-shift", buffered: true }) || setTimeout(() => done(0), 500))"""


@pytest.fixture
def user(served):
    drama = ids_by_key(Genre, {"drama": "Drama"})["drama"]
    for at in range(60):
        anime = AnimeFactory(
            id=400 + at,
            title=f"Title {at:02}",
            rating=9 - at / 10,
            weighted_rating=9 - at / 10,
            prominence=1000 + at,
            year=1980 + at % 40,
            format="Movie" if at % 3 == 0 else "TV",
            airing_status="airing" if at % 2 else "finished",
            genre_names=["Drama"] if at < 55 else [],
            studio_names=["Bones"],
            picture_url="",
        )
        if at < 55:
            anime.genres.add(drama)
    SearchName.objects.create(anime_id=407, name="title 07")
    user = UserFactory()
    Api(served, cookie_of(user)).add(401, "Watching", progress=1)
    return user


def titles_of(page):
    return page.locator(".ranked h3")


def shelf(page, name):
    return page.locator(
        ".shelf-section", has=page.get_by_role("link", name=name, exact=True)
    )


def test_shelves_come_as_one_looks_and_move_nothing(device, user):
    page = device(user).new_page()
    page.goto("/browse")
    best = shelf(page, "Best rated").locator(".card-title")
    expect(best.first).to_have_text("Title 00")
    expect(shelf(page, "Most popular").locator(".card-title").first).to_have_text(
        "Title 59"
    )
    expect(shelf(page, "Best rated").locator(".badge:visible")).to_have_text("Watching")
    for _ in range(30):
        page.mouse.wheel(0, 2000)
        if page.locator(".browse-all").count():
            break
        page.wait_for_timeout(200)
    expect(page.locator(".browse-all")).to_contain_text("1980s")
    expect(shelf(page, "Drama").locator(".card")).to_have_count(18)
    # Nothing is upcoming: such a shelf is left out.
    expect(shelf(page, "Not yet aired")).to_have_count(0)
    assert page.evaluate(SHIFTS) < 0.02


def test_a_shelf_leads_to_the_whole_ranking_and_back(device, user):
    page = device().new_page()
    page.goto("/browse")
    shelf(page, "Best rated").get_by_role("link", name="All of Best rated").click()
    expect(page).to_have_url(re.compile(r"/browse\?by=rating$"))
    expect(page.locator("main h1")).to_have_text("Best rated")
    expect(titles_of(page)).to_have_count(50)
    expect(titles_of(page).first).to_have_text("Title 00")
    page.get_by_role("button", name="Show more").click()
    expect(titles_of(page)).to_have_count(60)
    last = page.locator(".ranked").last
    expect(last.locator(".rank")).to_have_text("60")
    last.scroll_into_view_if_needed()
    before = scroll_of(page)
    last.locator("h3 a").click()
    expect(page.locator("main h1")).to_have_text("Title 59")
    page.go_back()
    expect(titles_of(page)).to_have_count(60)
    assert is_scrolled_to(page, before)


def test_what_is_chosen_narrows_and_lives_in_the_address(device, user):
    page = device(user).new_page()
    page.goto("/browse?by=popularity")
    expect(titles_of(page).first).to_have_text("Title 59")
    page.get_by_label("Genre").select_option("Drama")
    expect(titles_of(page).first).to_have_text("Title 54")
    page.get_by_label("Decade").select_option("1980")
    page.get_by_label("Format").select_option("Movie")
    expect(page.locator("main h1")).to_have_text("Most popular · Drama · 1980s · Films")
    expect(titles_of(page).first).to_have_text("Title 48")
    page.reload()
    expect(titles_of(page).first).to_have_text("Title 48")
    expect(page.get_by_label("Decade")).to_have_value("1980")
    page.get_by_role("navigation", name="Ways to find titles").get_by_role(
        "link", name="Browse"
    ).click()
    expect(page.locator("main h1")).to_have_text("Browse")
    expect(page.locator(".shelf-section").first).to_be_visible()


def test_what_is_on_the_list_is_marked_or_hidden(device, user):
    page = device(user).new_page()
    page.goto("/browse?by=rating")
    expect(page.get_by_label("Watching – Title 01")).to_be_visible()
    page.get_by_label("Add to… – Title 00").click()
    page.get_by_role("button", name="Completed", exact=True).click()
    expect(page.get_by_label("Completed – Title 00")).to_be_visible()
    settled(page)
    page.get_by_label("Hide what is on my list").check()
    expect(titles_of(page).first).to_have_text("Title 02")


def test_a_title_leads_to_all_of_its_studio_for_visitors_too(device, user):
    page = device().new_page()
    page.goto("/anime/400")
    page.get_by_role("list", name="Genres").get_by_role("link", name="Drama").click()
    expect(page.locator("main h1")).to_have_text("Best rated · Drama")
    page.go_back()
    page.get_by_role("complementary").get_by_role("link", name="Bones").click()
    expect(page.locator("main h1")).to_have_text("Best rated · Bones")
    page.get_by_role("button", name="All studios, not only Bones").click()
    expect(page.locator("main h1")).to_have_text("Browse")
    page.get_by_role("navigation", name="Ways to find titles").get_by_role(
        "link", name="Search"
    ).click()
    page.get_by_label("Search the catalogue").fill("Title 07")
    expect(page.locator(".found .card-title").first).to_have_text("Title 07")
