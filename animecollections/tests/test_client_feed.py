"""The feed in a real browser, on a phone."""

import pytest

from animecollections.tests.pages import expect
from animecollections.tests.test_client_pages import opened, titles
from factories import UserFactory
from profiles.tests.sockets import Api, cookie_of

__all__ = ["opened", "titles"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}}


def test_the_feed_leads_to_people_and_titles(served, opened, titles):
    anna, bob = UserFactory(user_name="anna"), UserFactory(user_name="bob")
    theirs, own = Api(served, cookie_of(bob)), Api(served, cookie_of(anna))
    page = opened(anna, "/feed", **PHONE)
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    page.get_by_role("link", name="Follow somebody").click()
    expect(page.get_by_role("heading", name="Following")).to_be_visible()
    shown = dict.fromkeys(("profile", "history", "watching"), "everyone")
    theirs.data("PATCH", "/api/user/preferences", {"audience": shown})
    own.data("PUT", "/api/user/following/bob")
    own.add(200)
    theirs.add(200)
    theirs.data("POST", "/api/user/watchList/200/increment", {"by": 2})
    page.goto("/feed")
    item = page.locator(".doing")
    expect(item).to_contain_text("bob watched episodes 1–2")
    person = item.get_by_role("link", name="bob")
    assert person.get_attribute("href") == "/u/bob"
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["viewport"]["width"]
    # Before her list is here, a title leads to its page.
    expect(page.locator("body")).to_have_attribute("data-status", "settled")
    item.locator(".doing-title").click()
    expect(page.locator("dialog[open]")).to_be_visible()
