"""Pages for others, for who is signed in: following whose it is, and reporting it."""

from functools import partial

import pytest

from animecollections.tests.pages import expect, settled
from animecollections.tests.test_client_accessibility import barriers
from animecollections.translations import words_in
from factories import AnimeFactory, UserFactory
from profiles.models import Report, User
from profiles.tests.sockets import Api, cookie_of

playwright = pytest.importorskip("playwright.sync_api")
pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHIFTED = """() => new Promise((done) => {
  new PerformanceObserver((list) => done(
    list.getEntries().reduce((sum, { value }) => sum + value, 0)
  )).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(0), 500);
})"""


@pytest.fixture
def link(served):
    """Bob shows his profile to everyone, and his notes by this link."""
    AnimeFactory(id=300, title="Planetes", picture_url="")
    bob = Api(served, cookie_of(UserFactory(user_name="bob")))
    bob.add(300, notes="A slur.")
    shown = {"audience": {"profile": "everyone", "watching": "everyone"}}
    bob.data("PATCH", "/api/user/preferences", shown)
    wanted = {"of": "type", "id": "Watching", "fields": ["notes"]}
    page_url = bob.data("POST", "/api/user/shares", wanted)["page_url"]
    return f"/shared/{page_url.rpartition('/')[2]}"


@pytest.mark.parametrize("locale", ["en", "es"])
def test_bob_is_followed_and_reported_where_he_is_seen(device, link, locale):
    alice = UserFactory(user_name="alice")
    phone = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
    page = device(alice, locale=locale, **phone).new_page()
    says = partial(said_in, locale)
    settled_at(page, "/")
    page.goto("/u/bob")
    follow = page.get_by_role("button", name=says("Follow {name}"), exact=True)
    expect(follow).to_be_visible()
    assert page.evaluate(SHIFTED) < 0.01  # a font; without room it is far more
    follow.click()
    expect(page.get_by_role("status").first).to_have_text(says("You follow {name}."))
    expect(page.get_by_role("button", name=says("Unfollow {name}"))).to_be_focused()
    assert not barriers(page)
    report(page, says, says("The username"))
    page.goto(link)
    report(page, says, says("Notes on the watch list"))
    assert [one.thing for one in Report.objects.order_by("id")] == [
        "user_name",
        "notes",
    ]


def report(page, says, what):
    page.get_by_role("button", name=says("Report")).click()
    box = page.get_by_role("dialog", name=says("Report"))
    box.get_by_role("combobox").first.select_option(what)
    box.get_by_role("combobox").last.select_option("hate")
    assert not barriers(page)
    box.get_by_role("button", name=says("Report")).click()
    expect(page.locator("#toasts")).to_contain_text(
        says("Thank you. Our staff will look at it.")
    )


def said_in(locale, sentence):
    return words_in(locale).get(sentence, sentence).replace("{name}", "bob")


def settled_at(page, path):
    """The browser knows then who is signed in."""
    page.goto(path)
    settled(page)


def test_nothing_is_offered_to_visitors_or_to_oneself(device, link):
    visitor = device().new_page()
    asked = []
    visitor.on("request", lambda request: asked.append(request.url))
    visitor.goto("/u/bob", wait_until="networkidle")
    assert not [url for url in asked if "/api/" in url or "for_others" in url]
    expect(visitor.locator("#follow button, #report button")).to_have_count(0)
    bob = User.objects.get(user_name="bob")
    page = device(bob).new_page()
    settled_at(page, "/")
    page.goto("/u/bob")
    expect(page.locator("#follow a")).to_have_attribute("href", "/sharing")
    expect(page.locator("#report button")).to_have_count(0)
