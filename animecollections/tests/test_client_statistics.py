"""Statistics: years before one joined are not empty."""

import re

import pytest
from django.utils import timezone

from animecollections.tests.pages import expect
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(served, device):
    user = UserFactory()
    api = Api(served, cookie_of(user))
    dates = {600: "2009-05-02", 601: "2009-05-03", 602: "2009"}
    for anime_id, finished_on in dates.items():
        AnimeFactory(
            id=anime_id,
            title=f"Title {anime_id}",
            episodes=12,
            genre_names=["Drama"],
            picture_url="",
        )
        body = {"animeId": str(anime_id), "type": "Completed", "progress": 12}
        added = {"finished_on": finished_on, **body}
        api.data("POST", "/api/user/watchList", added)
    AnimeFactory(id=603, title="Title 603", picture_url="")
    api.add(603, "Collection", state="dropped", score=4)
    return device(user).new_page()


def figure(page, name):
    return page.locator(".figures div").filter(has=page.get_by_text(name, exact=True))


def chart(page, name):
    return page.locator("section.chart").filter(
        has=page.get_by_role("heading", name=name, exact=True)
    )


def test_a_year_before_joining_tells_what_was_watched_then(page):
    page.goto("/statistics")
    expect(chart(page, "Finished by year")).to_contain_text("2009")
    years = [str(timezone.now().year), "2009"]  # all that is known, and this one
    expect(page.get_by_label("Period").locator("option")).to_have_text(
        ["All time", *years]
    )
    lists = chart(page, "Lists").get_by_role("listitem")
    expect(lists).to_have_text(
        [re.compile("Completed.*3"), re.compile("Dropped.*1 · 4")]
    )
    page.get_by_label("Period").select_option("2009")
    expect(page.locator(".review h2")).to_have_text("2009 in review")
    expect(figure(page, "Titles")).to_contain_text("3")
    expect(figure(page, "Episodes")).to_contain_text("36")
    months = chart(page, "Episodes by month").get_by_role("row")
    expect(
        months.filter(has_text="May 2009").or_(months.filter(has_text="May"))
    ).to_contain_text("24")
    expect(chart(page, "Genres")).to_contain_text("Drama")
    expect(chart(page, "Activity").locator(".level-4")).to_have_count(2)
    page.get_by_label("Month").select_option("May")
    expect(page.locator(".review h2")).to_have_text("May 2009 in review")
    expect(figure(page, "Episodes")).to_contain_text("24")
    days = chart(page, "Episodes by day").get_by_role("row")
    expect(days).to_have_count(1 + 31)
    expect(page.locator(".review-said")).to_contain_text(
        "Your longest streak was 2 days, from May 2, 2009."
    )
    page.reload()
    expect(page.locator(".review h2")).to_have_text("May 2009 in review")
    page.get_by_label("Month").select_option("")
    page.reload()
    expect(page.get_by_label("Period")).to_have_value("2009")
    expect(page.locator(".review h2")).to_have_text("2009 in review")
    page.get_by_label("Period").select_option("")
    weekdays = chart(page, "Weekdays").get_by_role("row")
    expect(weekdays.filter(has_text="Sat")).to_contain_text("12")
    expect(weekdays.filter(has_text="Sun")).to_contain_text("12")
