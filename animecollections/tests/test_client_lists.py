"""Lists of one's own in the web client: made, filled, moved by mouse, finger and keys."""

import pytest

from animecollections.tests.pages import box_of, expect, settled
from animecollections.tests.test_client_accessibility import barriers
from animecollections.tests.test_client_pages import SERVICE_WORKER_IS_THERE
from collections_app.models import ListItem, OwnList, SearchName
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLES = {1: "Monster", 2: "Planetes", 3: "Mushishi"}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def api(served, user):
    return Api(served, cookie_of(user))


@pytest.fixture
def made(user, api):
    """A list of three, of which one is on the watch list."""
    for pk, title in TITLES.items():
        anime = AnimeFactory(id=pk, title=title, picture_url="", episodes=12)
        SearchName.objects.create(anime=anime, name=title.lower())
    api.add(1, "Watching")
    made = api.data("POST", "/api/user/lists", {"name": "With Anna"})
    for pk in TITLES:
        api.data("PUT", f"/api/user/lists/{made['id']}/items/{pk}", {})
    return made


@pytest.fixture
def page(device, user, made):
    return device(user, timezone_id="UTC").new_page()


def order(user):
    rows = ListItem.objects.of(user.pk).order_by("rank", "id")
    return [TITLES[pk] for pk in rows.values_list("anime_id", flat=True)]


def shown(page, *titles):
    expect(page.locator(".list-items li a")).to_have_text([*titles])


def opened(page, made):
    page.goto(f"/lists?list={made['id']}")
    shown(page, "Monster", "Planetes", "Mushishi")
    return page


def test_lists_are_made_without_network_and_kept(page, user, made):
    page.goto("/lists")
    expect(page.get_by_role("link", name="With Anna")).to_be_visible()
    settled(page)
    page.evaluate(SERVICE_WORKER_IS_THERE)
    page.context.set_offline(True)
    page.get_by_label("Name of the new list").fill("Next winter")
    page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Next winter")
    link.click()
    expect(page.get_by_role("heading", name="Next winter")).to_be_visible()
    page.get_by_role("button", name="Pin").click()
    expect(page.get_by_role("button", name="Pin")).to_have_attribute(
        "aria-pressed", "true"
    )
    page.context.set_offline(False)
    settled(page)
    row = OwnList.objects.of(user.pk).get(name="Next winter")
    assert row.pinned
    expect(page.get_by_role("heading", name="Next winter")).to_be_visible()


def test_titles_are_moved_by_keys_and_taken_back(page, user, made):
    opened(page, made)
    handle = page.get_by_role("button", name="Move Mushishi")
    handle.focus()
    page.keyboard.press("ArrowUp")
    shown(page, "Monster", "Mushishi", "Planetes")
    expect(handle).to_be_focused()
    page.keyboard.press("Home")
    shown(page, "Mushishi", "Monster", "Planetes")
    settled(page)
    assert order(user) == ["Mushishi", "Monster", "Planetes"]
    page.locator("#toasts").get_by_role("button", name="Undo").last.click()
    shown(page, "Monster", "Mushishi", "Planetes")
    settled(page)
    assert order(user) == ["Monster", "Mushishi", "Planetes"]
    assert not barriers(page), "a list"


def test_titles_are_dragged_and_escape_leaves_them(page, user, made):
    opened(page, made)
    last = box_of(page.get_by_role("button", name="Move Mushishi"))
    first = box_of(page.locator(".list-items li").first)
    for is_meant in (False, True):
        page.mouse.move(last["x"] + 8, last["y"] + 8)
        page.mouse.down()
        page.mouse.move(last["x"] + 8, first["y"] + 30, steps=6)
        page.mouse.move(last["x"] + 8, first["y"] + 4, steps=3)
        if not is_meant:
            page.keyboard.press("Escape")
        page.mouse.up()
        titles = ["Mushishi", "Monster", "Planetes"]
        shown(page, *(titles if is_meant else TITLES.values()))
    settled(page)
    assert order(user) == ["Mushishi", "Monster", "Planetes"]
    by_finger(page, "Mushishi", to="Planetes")
    shown(page, "Monster", "Planetes", "Mushishi")
    settled(page)
    assert order(user) == ["Monster", "Planetes", "Mushishi"]


def by_finger(page, title, to):
    """Touches as a screen sends them; the page is not to scroll along."""
    screen = page.context.new_cdp_session(page)
    start = box_of(page.get_by_role("button", name=f"Move {title}"))
    end = box_of(page.get_by_role("button", name=f"Move {to}"))
    x, above, below = start["x"] + 8, start["y"] + 8, end["y"] + end["height"] + 40

    def touch(kind, *ys):
        for y in ys:
            points = [{"x": x, "y": y}] if y is not None else []
            screen.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": points}
            )

    scrolled = page.evaluate("scrollY")
    touch("touchStart", above)
    touch("touchMove", *(above + (below - above) * part / 6 for part in range(1, 7)))
    touch("touchEnd", None)
    assert page.evaluate("scrollY") == scrolled


def test_notes_and_what_is_taken_off_without_network(page, user, made):
    opened(page, made)
    settled(page)
    page.evaluate(SERVICE_WORKER_IS_THERE)
    page.context.set_offline(True)
    page.get_by_label("Notes on Planetes").fill("The best.")
    page.get_by_label("Notes on Planetes").press("Tab")
    page.get_by_role("button", name="Take Monster off the list").click()
    shown(page, "Planetes", "Mushishi")
    page.reload()
    shown(page, "Planetes", "Mushishi")
    expect(page.get_by_label("Notes on Planetes")).to_have_value("The best.")
    page.context.set_offline(False)
    settled(page)
    shown(page, "Planetes", "Mushishi")
    assert order(user) == ["Planetes", "Mushishi"]
    assert ListItem.objects.of(user.pk).get(anime_id=2).notes == "The best."


def test_on_which_lists_a_title_is_in_its_panel_and_on_its_page(page, user, made):
    page.goto("/?anime=1")
    lists = page.locator(".panel .on-lists")
    expect(lists.locator("summary")).to_contain_text("With Anna")
    lists.locator("summary").click()
    lists.get_by_label("With Anna").uncheck()
    lists.get_by_label("Name of the new list").fill("Alone")
    lists.get_by_label("Name of the new list").press("Enter")
    expect(lists.locator("summary")).to_contain_text("Alone")
    settled(page)
    assert order(user) == ["Planetes", "Mushishi"] or ListItem.objects.count() == 3
    names = dict(OwnList.objects.of(user.pk).values_list("name", "size"))
    assert names == {"With Anna": 2, "Alone": 1}
    page.goto("/anime/3")
    expect(page.locator(".on-lists summary")).to_contain_text("With Anna")


def test_a_smart_list_is_made_by_keys_and_shows_what_fits(device, user, made):
    phone = {"width": 390, "height": 844}
    context = device(user, viewport=phone, color_scheme="dark", timezone_id="UTC")
    page = context.new_page()
    page.goto("/lists")
    page.get_by_role("link", name="New smart list").click()
    page.get_by_label("Name").fill("Other ones")
    page.get_by_label("Titles from").select_option("The whole catalogue")
    conditions = page.get_by_label("Condition", exact=True)
    conditions.select_option("On my list")
    page.get_by_label("On my list").select_option("No")
    said, hits = page.get_by_role("status"), page.locator(".cards.found .card-title")
    expect(hits).to_have_text(["Mushishi", "Planetes"])
    expect(said.filter(has_text="2 titles")).to_be_visible()
    page.get_by_role("button", name="Add a condition").press("Enter")
    expect(conditions.last).to_be_focused()
    page.keyboard.type("Words of")
    page.get_by_label("Words of the title").fill("mush")
    expect(hits).to_have_text(["Mushishi"])
    page.get_by_label("Not", exact=True).last.check()
    expect(hits).to_have_text(["Planetes"])
    assert not barriers(page), "the editor"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Remove this condition").last.click()
    expect(page.get_by_role("button", name="Add a condition")).to_be_focused()
    page.get_by_role("button", name="Add a group").click()
    page.get_by_label("Words of the title").or_(page.get_by_label("Genre")).last.fill(
        "x"
    )
    expect(hits).to_have_count(0)
    page.get_by_role("button", name="Remove this group").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Other ones")).to_be_visible()
    expect(hits).to_have_text(["Mushishi", "Planetes"])
    expect(page.get_by_text("0 of 2 completed")).to_be_visible()
    page.get_by_role("button", name="Pick one for me").click()
    expect(page.get_by_text("How about this one?")).to_be_visible()
    assert not barriers(page), "a smart list"
    page.get_by_role("link", name="Edit rules").click()
    expect(page.get_by_label("On my list")).to_have_value("false")
    row = OwnList.objects.of(user.pk).get(name="Other ones")
    assert row.rules == {"from": "catalogue", "all": [{"on_list": "false"}]}


def test_it_hears_of_other_devices_and_fits_a_phone(device, user, api, made):
    phone = device(user, viewport={"width": 390, "height": 844}, timezone_id="UTC")
    page = opened(phone.new_page(), made)
    url = f"/api/user/lists/{made['id']}/items/3"
    api.data("PUT", url, {"after": None})
    shown(page, "Mushishi", "Monster", "Planetes")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.goto("/lists")
    expect(page.get_by_role("link", name="With Anna")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
