"""What was watched together, in a real browser: said in a title's panel, accepted on
the page Following, named in the diary.
"""

import pytest

from animecollections.tests.pages import expect, settled
from collections_app.models import WatchListEntry
from factories import AnimeFactory, UserFactory
from profiles.models import Preferences
from profiles.tests.sockets import Api, cookie_of
from profiles.tests.test_together import befriend

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}, "timezone_id": "UTC"}


def test_it_is_said_accepted_and_named(served, device):
    anna, bob = UserFactory(user_name="anna"), UserFactory(user_name="bob")
    befriend(anna, bob)
    Preferences.objects.update(audience_profile="nobody")
    AnimeFactory(id=211, title="Monster", episodes=12, picture_url="")
    Api(served, cookie_of(anna)).add(211, "Watching", progress=3)
    page = device(anna, **PHONE).new_page()
    page.goto("/")
    settled(page)
    page.get_by_role("button", name="Monster", exact=False).first.click()
    panel = page.get_by_role("dialog", name="Monster")
    panel.get_by_text("Watched with…").click()
    expect(panel.get_by_label("Watched with")).to_have_value("bob")
    expect(panel.get_by_label("First episode")).to_have_value("3")
    panel.get_by_role("button", name="Tell them").click()
    expect(page.locator("#toasts")).to_contain_text("bob can take it over")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["viewport"]["width"]

    other = device(bob, **PHONE).new_page()
    other.goto("/following")
    offers = other.locator("section", has_text="Watched together").last
    expect(offers).to_contain_text("anna · Episode 3")
    other.get_by_role("button", name="Add Monster with anna to my list").click()
    expect(other.locator("#toasts")).to_contain_text("Monster is on your list.")
    expect(offers).to_be_hidden()
    entry = WatchListEntry.objects.of(bob.pk).get()
    assert (entry.anime_id, entry.type, entry.progress) == (211, "Watching", 3)
    other.goto("/diary")
    expect(other.locator(".diary-row")).to_contain_text("with anna")
    other.goto("/following")
    expect(other.get_by_text("Followers", exact=True).first).to_be_visible()
    expect(other.get_by_text("Watched together")).to_be_hidden()
