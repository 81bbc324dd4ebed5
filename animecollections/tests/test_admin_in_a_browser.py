"""What of the admin's pages only shows in a browser: focus, and where lines break."""

import pytest

from animecollections.identity import Origin
from factories import AnimeFactory, UserFactory
from history.searches.services import NewSearch, save
from profiles.figures import services as figures

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Of each link or line of text in a table's cell: its words that go over two lines.
BROKEN_WORDS = """cells => cells.flatMap(cell => {
  const broken = [];
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    for (const word of walker.currentNode.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(walker.currentNode, word.index);
      range.setEnd(walker.currentNode, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map(one => one.top));
      if (lines.size > 1 && !word[0].includes("-")) broken.push(word[0]);
    }
  }
  return broken;
})"""


def test_a_refused_save_says_so_first_and_words_stay_whole(device):
    staff = UserFactory(is_staff=True, is_superuser=True)
    person = UserFactory(user_name="hana", email="hana@example.org")
    page = device(staff, viewport={"width": 390, "height": 800}).new_page()
    page.goto(f"/admin/profiles/user/{person.pk}/change/")
    page.fill("input[name=user_name]", "unsaved")
    page.fill("input[name=email]", "nonsense")
    page.fill("textarea[name=reason]", "They asked.")
    page.click("[name=_save]")
    refused = page.get_by_role("alert")
    playwright.expect(refused).to_contain_text("Not saved: 1 problem")
    playwright.expect(refused).to_be_focused()
    playwright.expect(refused).to_be_in_viewport(ratio=1)
    playwright.expect(page.locator(".ac-person h1")).to_have_text("hana")
    refused.get_by_role("link", name="Email").click()
    playwright.expect(page.locator("input[name=email]")).to_be_focused()

    AnimeFactory(title="Kaguya")
    wording = "sousounofurierensaishuushou (kouhen) ni"
    for user in (staff, person):
        searches = [NewSearch(wording, "animes", {}, 0, None)]
        save(user_id=user.pk, searches=searches, through=Origin("session"))
    figures.refresh()
    page.goto("/admin/titles/missing/")
    cells = page.locator(".ac-table td")
    playwright.expect(cells.filter(has_text="kouhen")).to_be_visible()
    assert cells.evaluate_all(BROKEN_WORDS) == []


def test_what_is_found_fits_a_phone(device):
    staff = UserFactory(is_staff=True, is_superuser=True)
    long = "somebody-with-a-long-address@mail.example.org"
    UserFactory(user_name="crimson_lantern_demo83", email=long)
    UserFactory(user_name="crimson_lantern_demo84")
    page = device(staff, viewport={"width": 390, "height": 800}).new_page()
    page.goto("/admin/find/?q=crimson")
    card = page.locator(".ac-card", has=page.locator(".ac-table"))
    playwright.expect(card).to_contain_text(long)
    assert card.evaluate("card => card.scrollWidth <= card.clientWidth")
