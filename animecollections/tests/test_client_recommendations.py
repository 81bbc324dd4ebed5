"""Recommendations in the web client: reasons, what is not wanted, one at random."""

import pytest

from animecollections.tests.pages import expect, settled
from collections_app.models import HiddenTitle, SimilarTitles
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_what_is_recommended_is_told_why_and_taken_away(device, served):
    user = UserFactory()
    for number, title in ((200, "Planetes"), (201, "Aria"), (202, "Mushishi")):
        AnimeFactory(id=number, title=title)
    api = Api(served, cookie_of(user))
    api.add(200, "Completed")
    api.add(202, "To Watch")
    similar = [[201, 500, "people"]]
    SimilarTitles.objects.create(anime_id=200, similar=similar, closeness=500)
    page = device(user).new_page()
    page.goto("/recommendations")
    card = page.locator("[data-anime='201']")
    expect(card).to_contain_text("People with Planetes have it too.")
    page.get_by_role("button", name="Surprise me: of what I plan").click()
    expect(page.get_by_role("link", name="Mushishi")).to_be_visible()
    page.get_by_role("button", name="Not interested: Aria").click()
    expect(card).to_have_count(0)
    assert HiddenTitle.objects.of(user.pk).get().anime_id == 201
    page.get_by_role("button", name="Undo").click()
    expect(card).to_be_visible()
    assert not HiddenTitle.objects.of(user.pk).exists()
    page.get_by_role("button", name="Nor in all of its series: Aria").click()
    page.get_by_text("Titles you are not shown").click()
    page.get_by_role("button", name="Show again: Aria").click()
    expect(page.locator(".hidden-titles summary")).to_be_focused()
    expect(card).to_be_visible()
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
