"""Who sees what, in the web client: chosen, shown, undone; links made and used."""

import pytest

from animecollections.tests.pages import expect, settled
from animecollections.tests.test_client_accessibility import barriers
from factories import AnimeFactory, UserFactory
from profiles.models import Preferences, Share
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOTHING = "Nothing. A visitor sees the same as for a name that nobody has."


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def page(served, device, user):
    api = Api(served, cookie_of(user))
    for pk, title in ((1, "Monster"), (2, "Planetes")):
        AnimeFactory(id=pk, title=title, picture_url="", episodes=12)
    api.add(1, "Watching", score=8, notes="mine")
    api.add(2, "Watching", is_private=True)
    api.data("POST", "/api/user/lists", {"name": "With Anna"})
    return device(user).new_page()


def choice(page, audience):
    return page.locator(f"input[name=audience][value={audience}]")


def audience_of(user):
    return Preferences.objects.get(user=user).audience_watching


def test_a_choice_says_who_sees_what_and_shows_it(page, user):
    page.goto("/")
    page.get_by_role("link", name="Share").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Watching")
    seen = page.locator(".seen")
    expect(seen).to_have_text(NOTHING)
    expect(choice(page, "nobody")).to_be_checked()
    choice(page, "nobody").focus()
    page.keyboard.press("ArrowDown")
    expect(seen).to_have_text(NOTHING)
    expect(page.locator("#toasts")).to_contain_text("people with a link see it now")
    choice(page, "everyone").check()
    expect(seen.locator("li")).to_have_count(1)  # the other one is private
    expect(seen).to_contain_text("Monster")
    expect(seen).not_to_contain_text("mine")
    assert audience_of(user) == "everyone"
    page.locator(".toast", has_text="everyone").get_by_role("button").first.click()
    expect(choice(page, "link")).to_be_checked()
    expect(seen).to_have_text(NOTHING)
    assert audience_of(user) == "link"
    # And from the history, where it stands.
    page.goto("/history")
    said = page.locator(".told", has_text="Only you → People with a link")
    said.get_by_role("button", name="Undo").click()
    expect(page.locator("#toasts")).to_contain_text("Undone.")
    settled(page)
    assert audience_of(user) == "nobody"
    page.goto("/lists")
    page.get_by_role("link", name="With Anna").click()
    page.get_by_role("link", name="Share").click()
    choice(page, "followers").check()
    page.get_by_role("button", name="Someone who follows you").click()
    expect(seen).to_contain_text("With Anna")
    assert not barriers(page)


def test_a_link_is_made_shown_once_and_ended(page, user):
    page.goto("/sharing?of=type&id=Watching")
    page.get_by_label("Notes", exact=True).check()
    page.get_by_label("How often it may be opened").fill("3")
    page.get_by_role("button", name="Make a link").click()
    address = page.get_by_label("Address of the link")
    expect(address).to_be_visible()
    assert "/shared/" in address.input_value()
    expect(choice(page, "link")).to_be_checked()  # opened by it
    assert not barriers(page)
    share = Share.objects.of(user.pk).get()
    assert (share.fields, share.max_uses) == (["notes"], 3)
    Share.objects.of(user.pk).update(uses=3)
    page.goto("/sharing")
    row = page.locator(".share-links li")
    expect(row).to_contain_text("Has ended · Used 3 of 3 times · With Notes")
    row.get_by_role("button", name="End: Watching").click()
    page.locator("dialog").get_by_role("button", name="End").click()
    expect(page.get_by_text("No links.")).to_be_visible()
    assert not Share.objects.of(user.pk).exists()


def test_it_needs_a_connection_and_says_so(page, user):
    page.goto("/sharing?of=stats")
    expect(choice(page, "nobody")).to_be_checked()
    settled(page)
    page.context.set_offline(True)
    choice(page, "everyone").click()
    expect(page.locator("#alerts")).not_to_be_empty()
    expect(choice(page, "nobody")).to_be_checked()
    page.get_by_role("link", name="Everything you can share").click()
    expect(page.get_by_role("alert").first).to_be_attached()
    expect(page.locator("main")).to_contain_text("Sharing needs a connection.")
