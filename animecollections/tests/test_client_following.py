"""Following in a real browser: asking, answering, who has a title, and a block."""

import pytest

from animecollections.tests.pages import expect, settled
from animecollections.tests.test_client_pages import opened, titles
from factories import UserFactory
from profiles.models import Preferences, Tie
from profiles.tests.sockets import Api, cookie_of

__all__ = ["opened", "titles"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}}


def kinds_of(user):
    return sorted(Tie.objects.of(user.pk).values_list("kind", flat=True))


def test_two_people_find_follow_and_block_each_other(served, opened, titles):
    anna, bob = UserFactory(user_name="anna"), UserFactory(user_name="bob")
    Api(served, cookie_of(bob)).add(200, progress=3, score=8.5)
    Preferences.objects.filter(user=bob).update(audience_watching="followers")
    page = opened(anna, "/following", **PHONE)
    page.get_by_label("User name").fill("nobody")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".refusal")).to_have_text("Nobody here is called nobody.")
    page.get_by_label("User name").fill("Bob")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("button", name="Follow bob").click()
    expect(page.get_by_text("You asked to follow bob.")).to_be_visible()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["viewport"]["width"]
    # The other one hears of it, and lets her.
    other = opened(bob, "/notices")
    told = other.locator(".told", has_text="Somebody asks to follow you.")
    told.get_by_role("link", name="Following").click()
    other.get_by_role("button", name="Let anna follow").click()
    expect(other.get_by_text("Nobody asks to follow you.")).to_be_visible()
    assert kinds_of(bob) == ["followed_by"]
    page.goto("/anime/200")
    watchers = page.locator(".panel-watchers")
    expect(watchers).to_contain_text("bob Watching · 3 episodes · 8.5")
    # What a block takes is gone for both.
    other.get_by_role("button", name="Follow anna").click()
    expect(
        other.get_by_role("button", name="Take back the request: anna")
    ).to_be_visible()
    other.get_by_label("User name").fill("anna")
    other.get_by_role("button", name="Find").click()
    other.get_by_role("button", name="Block anna").click()
    other.locator("dialog").get_by_role("button", name="Block").click()
    expect(other.get_by_text("You block anna.")).to_be_visible()
    settled(other)
    assert kinds_of(anna) == ["blocked_by"]
    page.goto("/following")
    expect(page.get_by_text("You follow nobody yet.")).to_be_visible()
