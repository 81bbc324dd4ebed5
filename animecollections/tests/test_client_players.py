"""The page of players: an address that is shown once, and what waits for its title."""

import pytest

from animecollections.tests.pages import expect, settled
from animecollections.tests.test_client_accessibility import barriers
from collections_app.models import SearchName
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WATCHED = {"event": "watched", "series": "Wakusei no Hito", "season": 1, "episode": 5}
PLAYING = WATCHED | {"event": "playing", "episode": 6, "percent": 12.4}


def test_an_address_is_made_and_what_came_by_it_is_matched(device, served):
    anime = AnimeFactory(id=329, title="Planetes", episodes=26, picture_url="")
    SearchName.objects.create(anime=anime, name="planetes")
    mia = UserFactory(user_name="mia")
    phone = {"viewport": {"width": 390, "height": 844}, "reduced_motion": "reduce"}
    page = device(mia, **phone).new_page()
    page.goto("/players")
    settled(page)
    page.get_by_label("Name of the player").fill("Home")
    page.get_by_role("button", name="Make an address").click()
    once = page.get_by_role("dialog", name="Address for the player")
    address = once.get_by_label("Address for the player").input_value()
    assert not barriers(page)
    once.get_by_role("button", name="Done").click()
    assert address not in page.content()
    assert device().request.post(address, data=WATCHED).ok
    page.reload()
    heading = page.get_by_role("heading", name="Not recognised")
    waiting = page.locator("section", has=heading).locator("li")
    expect(waiting).to_contain_text("Wakusei no Hito")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not barriers(page)
    waiting.get_by_role("button", name="Choose the title").click()
    box = page.get_by_role("dialog", name="Which title is it?")
    box.get_by_role("combobox").press_sequentially("Planetes")
    expect(box.locator("strong")).to_have_text("No title chosen yet.")
    expect(box.locator("datalist option")).to_have_count(1)
    box.get_by_role("combobox").fill("Planetes")
    expect(box.locator("strong")).to_have_text("Planetes")
    assert not barriers(page)
    box.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Nothing waits.")
    entry = Api(served, cookie_of(mia)).data("GET", "/api/user/watchList/329")
    assert entry["progress"] == 5
    line = page.locator("#playing")
    player = device().request
    for _ in range(20):
        # Nobody keeps it: a page that does not listen yet never hears of it.
        assert player.post(address, data=PLAYING).ok
        page.wait_for_timeout(500)
        if line.is_visible():
            break
    expect(line).to_have_text("Playing now · Planetes · episode 6 · 12 %")
    assert not barriers(page)
    # The panel over the page, or the title's page while the list does not have it yet.
    line.get_by_role("link", name="Planetes").click()
    expect(page.get_by_role("heading", name="Planetes").first).to_be_visible()
    assert player.post(address, data=PLAYING | {"event": "stopped"}).ok
    expect(line).to_be_hidden()
