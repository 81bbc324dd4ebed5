"""axe, on every page, in light, dark and forced colours: it finds nothing (WCAG 2.2 A
and AA).
"""

from urllib.parse import quote

import pytest

from animecollections.viewer import THINGS
from animecollections.web.pages import PAGES
from factories import AnimeFactory, UserFactory
from profiles.models import User
from profiles.tests.sockets import Api, cookie_of

playwright = pytest.importorskip("playwright.sync_api")
axe = pytest.importorskip("axe_playwright_python.sync_playwright")

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EXPLORED = ["/season/2006/fall", "/season/2006/fall?by=day", "/browse?by=rating"]
OPEN_A_PANEL = "document.querySelector('.card .open').click()"
ALL_AS_A_TABLE = "localStorage.list = JSON.stringify({view: 'table', type: 'all'})"


@pytest.fixture
def reader(served):
    fall = {"season": "fall", "year": 2006, "airing_status": "airing"}
    for at, name in enumerate(["Death Note", "Monster", "Mushishi: Zoku Shou"]):
        AnimeFactory(id=300 + at, title=name, episodes=12, picture_url="", **fall)
    AnimeFactory(id=303, title="Planetes", picture_url="", related=["mal:300"])
    user = UserFactory()
    api = Api(served, cookie_of(user))
    api.add(300, progress=3, score=8.5, is_private=True)
    api.add(301, state="on_hold", tags=["comfort"])
    api.add(302, "To Watch")
    AnimeFactory(id=304, title="Nana", episodes=1, picture_url="")
    api.add(304, "Completed", finished_on="2015", score=8)
    api.data("POST", "/api/user/watchList/300/increment", {"by": 2})
    made = api.data("POST", "/api/user/lists", {"name": "With Anna", "pinned": True})
    for pk, notes in ((300, "Sundays."), (303, "")):
        api.data("PUT", f"/api/user/lists/{made['id']}/items/{pk}", {"notes": notes})
    know_people(served, user)
    return user


def know_people(served, user):
    """Somebody in each list of the page of following; one has a title that is open."""
    for name in ("bob", "carol", "dave"):
        person = UserFactory(user_name=name)
        api = Api(served, cookie_of(person))
        api.data("PUT", f"/api/user/following/{user.user_name}")
        if name == "bob":
            api.add(300, progress=2, score=7)
            shown = {"profile": "everyone", "watching": "followers"}
            shown |= {"history": "followers"}  # for the feed
            api.data("PATCH", "/api/user/preferences", {"audience": shown})
    api = Api(served, cookie_of(user))
    api.data("PUT", "/api/user/following/bob")
    api.data("PUT", "/api/user/requests/bob")
    api.data("PUT", "/api/user/following/dave")
    api.data("PUT", "/api/user/blocks/carol")
    bob = Api(served, cookie_of(User.objects.get(user_name="bob")))
    said = {"animeId": 300, "first": 2}
    bob.data("POST", f"/api/user/following/{user.user_name}/together", said)


@pytest.fixture
def shown(reader, served):
    """The pages of what others see of the reader, who shows everything."""
    api = Api(served, cookie_of(reader))
    everyone = dict.fromkeys(THINGS, "everyone")
    api.data("PATCH", "/api/user/preferences", {"audience": everyone})
    [made] = api.data("GET", "/api/user/lists")
    api.data("PATCH", f"/api/user/lists/{made['id']}", {"audience": "everyone"})
    link = {"of": "list", "id": made["id"], "fields": ["notes"], "max_uses": 9}
    share = api.data("POST", "/api/user/shares", link)["page_url"]
    below = ("", "/watchList", "/lists", f"/lists/{made['id']}", "/stats", "/year/2015")
    pages = [f"/u/{quote(reader.user_name)}{path}" for path in below]
    return [*pages, f"/shared/{share.rpartition('/')[2]}", "/u/nobody-at-all"]


LIGHT = {"color_scheme": "light", "forced_colors": "none"}
DARK = {"color_scheme": "dark", "forced_colors": "none"}
FORCED = {"color_scheme": "light", "forced_colors": "active"}


def barriers(page):
    """All that axe finds in light; then what colours alone can change, without a load."""
    found = violations(page, {"type": "tag", "values": RULES})
    for look in (DARK, FORCED):
        page.emulate_media(**look)
        found += violations(page, {"type": "rule", "values": ["color-contrast"]})
    page.emulate_media(**LIGHT)
    return found


def violations(page, rules):
    found = axe.Axe().run(page, options={"runOnly": rules}).response["violations"]
    return [
        (rule["id"], node["html"][:120], node["failureSummary"][:300])
        for rule in found
        for node in rule["nodes"]
    ]


def test_no_page_for_others_has_barriers(device, shown):
    """For a visitor with a phone, who can also open a link."""
    small = {"width": 390, "height": 844}
    page = device(None, viewport=small, reduced_motion="reduce").new_page()
    for path in shown:
        page.goto(path)
        assert not barriers(page), path
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, path
    page.goto(shown[-2])
    page.get_by_role("button", name="Open").click()
    page.get_by_role("link", name="Planetes").wait_for()
    assert "Sundays." not in page.content()  # of a title that is private
    assert not barriers(page), "what a link leads to"


def test_no_page_has_barriers(device, reader):
    page = device(reader, reduced_motion="reduce").new_page()
    for path in [*PAGES, *EXPLORED, "/anime/300", "/anime/303", "/anime/7"]:
        page.goto(path)
        page.wait_for_selector("body[data-status=settled] h1")
        page.wait_for_load_state("networkidle")
        assert not barriers(page), path
    page.goto("/lists")
    page.get_by_role("link", name="With Anna").click()
    page.wait_for_selector(".list-items li")
    assert not barriers(page), "a list of one's own"
    page.goto("/")
    page.wait_for_selector(".card .open")
    page.evaluate(OPEN_A_PANEL)
    page.wait_for_selector("dialog .told")
    page.get_by_text("Watched with…").click()
    page.get_by_label("Watched with").wait_for()
    assert not barriers(page), "an entry's panel"
    page.goto("/?type=Completed")
    page.wait_for_selector(".card .open")
    page.evaluate(OPEN_A_PANEL)
    page.locator(".viewings").get_by_role("button", name="Watch again").click()
    page.locator(".viewing summary").last.click()
    assert not barriers(page), "viewings"
    page.goto("/")
    page.wait_for_load_state("networkidle")  # a list drawn anew takes the focus along
    page.locator(".card .open").first.press("d")
    day = page.get_by_role("button", name="Another day…")
    playwright.expect(day).to_be_visible()
    assert not barriers(page), "a menu of days"
    day.click()
    playwright.expect(page.get_by_role("button", name="Save")).to_be_visible()
    assert not barriers(page), "a day is asked for"
    page.keyboard.press("Escape")
    page.evaluate(ALL_AS_A_TABLE)
    page.reload()
    page.wait_for_selector("tbody .open")
    assert not barriers(page), "the table"
    page.emulate_media(**FORCED)
    chosen_is_told_apart(page)
    visitor = device(reduced_motion="reduce").new_page()
    visitor.goto("/")
    visitor.wait_for_selector(".shelf .cover")
    assert not barriers(visitor), "welcome"
    visitor.goto("/calendar")
    visitor.wait_for_selector(".week > *")
    assert not barriers(visitor), "the calendar of a visitor"
    for path in ("/discover", "/browse", *EXPLORED):
        visitor.goto(path)
        visitor.wait_for_selector("main .cover")
        assert not barriers(visitor), f"{path} of a visitor"
    visitor.goto("/anime/303")
    visitor.wait_for_selector("h1")
    assert not barriers(visitor), "a title"
    for address in ("/reset", "/reset?uid=x&token=y"):
        visitor.goto(address)
        assert not barriers(visitor), address


def chosen_is_told_apart(page):
    paper = "(tab) => getComputedStyle(tab).backgroundColor"
    tabs = page.locator(".tab")
    chosen = [tab.evaluate(paper) for tab in tabs.all()]
    pressed = [tab.get_attribute("aria-pressed") for tab in tabs.all()]
    of_chosen = chosen[pressed.index("true")]
    assert chosen.count(of_chosen) == 1, chosen
