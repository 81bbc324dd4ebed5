"""The pages in a real browser, as a person uses them."""

import re
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from animecollections.tests.pages import expect, settled
from collections_app.catalogue.folding import fold
from collections_app.models import Anime, OwnList, SearchName, WatchListEntry
from collections_app.tests.lists import DATA, needs_data
from factories import PASSWORD, AnimeFactory, UserFactory
from history.models import Change, Search
from profiles.models import Notice, Preferences, User
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SERVICE_WORKER_IS_THERE = """
    navigator.serviceWorker.controller ? true : new Promise((there) =>
        navigator.serviceWorker.addEventListener("controllerchange", () => there(true)))
"""
NAMES = ["Death Note", "Monster", "Mushishi", "Planetes"]


@pytest.fixture
def titles():
    """Four titles that the catalogue's search finds."""
    for at, name in enumerate(NAMES):
        anime = AnimeFactory(id=200 + at, title=name, episodes=12, picture_url="")
        SearchName.objects.create(anime=anime, name=fold(name))


@pytest.fixture
def user(titles):
    return UserFactory()


@pytest.fixture
def api(served, user):
    return Api(served, cookie_of(user))


@pytest.fixture
def opened(device):
    """`opened(user, "/next")`: a page in a browser of its own, where nothing fails."""
    failures = []

    def open_page(user=None, path="/", **options):
        page = device(user, **options).new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.on("console", partial(note_failure, failures))
        page.goto(path)
        if user:
            expect(page.locator("body")).to_have_attribute("data-status", "settled")
        return page

    yield open_page
    assert not failures


def note_failure(failures, message):
    is_of_network = (
        "Failed to load resource" in message.text or "WebSocket" in message.text
    )
    if message.type == "error" and not is_of_network:
        failures.append(message.text)


def entry_of(user, anime_id=200):
    return WatchListEntry.objects.get(user=user, anime_id=anime_id)


def card(page, title):
    return page.locator(".card", has_text=title)


def test_from_sign_up_to_the_first_entry(opened, titles):
    page = opened(path="/")
    page.get_by_label("Username").fill("mia")
    page.get_by_label("E-mail").fill("mia@example.org")
    page.get_by_label("Password").fill("mia")
    page.get_by_role("button", name="Create account").click()
    assert page.get_by_label("Password").evaluate("field => !field.validity.valid")
    page.get_by_label("Password").fill("12345678")
    page.get_by_role("button", name="Create account").click()
    expect(page.locator(".refusal")).to_contain_text("password")  # a common one
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("link", name="Find anime").click()
    page.get_by_role("combobox", name="Search the catalogue").fill("death note")
    expect(page.locator(".found .card-title")).to_have_text(["Death Note"])
    card(page, "Death Note").get_by_label("Add to… – Death Note").click()
    card(page, "Death Note").get_by_role("button", name="To watch").click()
    expect(page.locator("#toasts")).to_contain_text("Added Death Note to To watch.")
    page.get_by_role("link", name="My list").click()
    page.get_by_role("button", name="To watch 1").click()
    expect(card(page, "Death Note")).to_be_visible()
    settled(page)
    mia = User.objects.get(user_name="mia")
    assert entry_of(mia).type == "To Watch"
    assert Search.objects.get(user=mia).query == "death note"


def test_titles_and_genres_are_found_in_any_language_without_network(opened, api, user):
    Anime.objects.filter(id=201).update(
        english_title="The Monster", native_title="モンスター", genre_names=["Drama"]
    )
    api.add(200, "Watching")
    api.add(201, "Watching")
    api.data("PATCH", "/api/user/preferences", {"titleLanguage": "english"})
    page = opened(user)
    expect(card(page, "The Monster")).to_be_visible()
    page.evaluate(SERVICE_WORKER_IS_THERE)
    page.context.set_offline(True)
    page.reload()
    expect(page.locator(".card-title")).to_have_count(2)
    page.get_by_label("Sort by").select_option("title")
    expect(page.locator(".card-title")).to_have_text(["Death Note", "The Monster"])
    page.get_by_label("Search my list").fill("モンスタ")
    expect(page.locator(".card-title")).to_have_text(["The Monster"])
    page.get_by_label("Search my list").fill("")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label("Genre").select_option("Drama")
    expect(page.locator(".card-title")).to_have_text(["The Monster"])


def test_one_click_counts_and_undo_takes_it_back(opened, api, user):
    api.add(200, "To Watch")
    page = opened(user)
    page.get_by_role("button", name="To watch").click()
    page.get_by_role("button", name="One more episode of Death Note").click()
    page.get_by_role("button", name="Watching 1").click()
    expect(card(page, "Death Note")).to_contain_text("1 / 12")
    settled(page)
    assert (entry_of(user).type, entry_of(user).progress) == ("Watching", 1)
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(card(page, "Death Note")).to_contain_text("Now in To watch")
    settled(page)
    entry = entry_of(user)
    assert (entry.type, entry.progress, entry.started_on) == ("To Watch", 0, "")


def test_moving_by_keys_by_dragging_and_many_at_once(opened, api, user):
    for anime_id in (200, 201, 202):
        api.add(anime_id)
    page = opened(user)
    title = card(page, "Death Note").get_by_role("button").first
    title.focus()
    page.keyboard.press("+")
    expect(card(page, "Death Note")).to_contain_text("1 / 12")
    page.keyboard.press("2")  # Completed
    expect(page.get_by_role("button", name="Completed 1")).to_be_visible()
    card(page, "Monster").drag_to(page.get_by_role("button", name="To watch"))
    expect(page.get_by_role("button", name="To watch 1")).to_be_visible()
    page.get_by_role("button", name="All").click()
    page.get_by_role("button", name="Select").click()
    for name in ("Monster", "Mushishi"):
        card(page, name).get_by_role("button").first.click()
    bar = page.get_by_role("region", name="Selected")
    expect(bar).to_contain_text("2 selected")
    bar.get_by_label("Tell no followers").check()
    bar.get_by_role("button", name="Collection").click()
    expect(page.get_by_role("button", name="Collection 2")).to_be_visible()
    settled(page)
    assert [entry_of(user, id_).type for id_ in (200, 201, 202)] == [
        "Completed",
        "Collection",
        "Collection",
    ]
    told = Change.objects.of(user.pk).filter(after__type="Collection")
    assert list(told.values_list("is_quiet", flat=True)) == [True, True]


def test_the_list_is_searched_filtered_and_sorted_as_one_types(opened, api, user):
    for anime_id, score in ((200, 5), (201, 9), (202, 7)):
        api.add(anime_id, score=score)
    api.add(203, tags=["comfort"])
    page = opened(user)
    shown = page.locator(".card-title")
    page.get_by_role("searchbox", name="Search my list").fill("MÓNST")
    expect(shown).to_have_text(["Monster"])
    page.get_by_role("searchbox").fill("")
    page.get_by_label("Sort by").select_option("score")
    expect(shown).to_have_text(["Monster", "Mushishi", "Death Note", "Planetes"])
    page.locator("summary", has_text="Filter").click()
    page.get_by_label("Minimum score").fill("6")
    expect(shown).to_have_text(["Monster", "Mushishi"])
    page.get_by_role("button", name="Clear filters").click()
    page.locator("label", has_text="Tag").get_by_role("combobox").select_option(
        "comfort"
    )
    expect(shown).to_have_text(["Planetes"])
    page.get_by_role("button", name="Clear filters").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Dropped 0").click()
    page.get_by_role("searchbox").fill("monster")
    expect(page.locator(".list-body")).to_contain_text("No matches in Dropped.")
    page.get_by_role("button", name="Search all lists (1)").click()
    expect(shown).to_have_text(["Monster"])
    page.get_by_role("searchbox").fill("no such title")
    expect(page.locator(".list-body")).to_contain_text("No matches.")
    page.locator(".list-body").get_by_role("button", name="Clear filters").click()
    page.get_by_role("button", name="Show as a table").click()
    expect(page.locator("tbody .open")).to_have_count(4)


def test_the_panel_saves_what_is_typed(opened, api, user):
    api.data("PATCH", "/api/user/preferences", {"scoreFormat": "5"})
    api.add(200)
    page = opened(user)
    card(page, "Death Note").get_by_role("button").first.click()
    panel = page.get_by_role("dialog", name="Death Note")
    panel.get_by_role("button", name="4 of 5").click()
    panel.get_by_role("group", name="Started").get_by_label("Year").fill("2026")
    panel.get_by_role("group", name="Started").get_by_label("Month").select_option("10")
    panel.get_by_label("Tags").fill("night, with Ana")
    panel.get_by_label("Private").check()
    panel.get_by_label("Notes").fill("L knows.")
    page.keyboard.press("Escape")
    settled(page)
    entry = entry_of(user)
    kept = (entry.score, entry.started_on, entry.tags, entry.is_private, entry.notes)
    assert kept == (80, "2026-10", ["night", "with Ana"], True, "L knows.")
    card(page, "Death Note").get_by_role("button").first.click()
    expect(panel.locator(".told span", has_text="rivate")).to_have_text(
        "Marked private."
    )
    history = panel.locator(".told", has_text="Notes edited.")
    history.get_by_role("button", name="Undo").click()
    expect(panel.get_by_label("Notes")).to_have_value("")
    assert entry_of(user).notes == ""


def test_the_history_is_told_in_the_readers_language(opened, api, user):
    api.data("PATCH", "/api/user/preferences", {"language": "es"})
    api.add(200, "Watching")
    api.data("POST", "/api/user/watchList/200/increment")
    page = opened(user, "/history")
    told = page.locator(".told")
    expect(told.first).to_contain_text("Progreso: 0 episodios → 1 episodio")
    expect(told.nth(1)).to_contain_text("Death Note")
    expect(page.locator("#main, main").first).not_to_contain_text("Added")


def test_the_history_is_narrowed_by_kind_and_day(opened, api, user):
    api.add(200, "Watching")
    api.data("POST", "/api/user/watchList/200/increment")
    page = opened(user, "/history")
    told = page.locator(".told")
    expect(told).to_have_count(2)
    page.get_by_label("Kind of change").select_option("Added")
    expect(told).to_have_count(1)
    expect(told).to_contain_text("Added Death Note")
    page.get_by_label("Changes until").fill("2020-01-01")
    expect(told).to_have_count(0)
    expect(page.locator("#main, main").first).to_contain_text("No changes.")


def test_a_change_in_one_browser_shows_in_the_other_without_reload(opened, api, user):
    api.add(200)
    one, two = opened(user), opened(user, "/next")
    for page in (one, two):
        expect(page.locator("body")).to_have_attribute("data-live", "yes")
    one.get_by_role("button", name="One more episode of Death Note").click()
    expect(two.locator(".next-item")).to_contain_text("Episode 2")
    two.get_by_role("button", name="Watched episode 2").click()
    expect(card(one, "Death Note")).to_contain_text("2 / 12")


def test_without_network_it_opens_counts_on_and_settles_later(opened, api, user):
    api.add(200, "Watching")
    page = opened(user)
    page.evaluate(SERVICE_WORKER_IS_THERE)
    page.context.set_offline(True)
    page.reload()
    expect(card(page, "Death Note")).to_contain_text("0 / 12")
    for _ in range(10):
        page.get_by_role("button", name="One more episode of Death Note").click()
    page.get_by_role("link", name="Up next").click()
    expect(page.locator(".next-item")).to_contain_text("Episode 11")
    page.get_by_role("link", name="My list").click()
    for title in ["+", "-"] * 5:
        card(page, "Death Note").get_by_role("button").first.focus()
        page.keyboard.press(title)
    expect(page.locator("#status")).to_have_text("Offline · 20 changes to sync")
    page.get_by_role("link", name="Statistics").click()
    expect(page.locator("main .failed")).to_contain_text("need a connection")
    page.context.set_offline(False)
    settled(page)
    expect(page.locator("main .failed")).to_have_count(0)
    assert entry_of(user).progress == 10
    page.get_by_role("link", name="My list").click()
    expect(card(page, "Death Note")).to_contain_text("10 / 12")


def test_two_devices_that_disagree_are_asked_about(opened, api, user):
    api.add(200)
    page = opened(user)
    page.wait_for_load_state("networkidle")  # the panel is loaded after the list
    page.context.set_offline(True)
    card(page, "Death Note").get_by_role("button").first.click()
    page.get_by_label("Notes").fill("written on the train")
    page.keyboard.press("Escape")
    api.data("PATCH", "/api/user/watchList/200", {"notes": "written at home"})
    page.context.set_offline(False)
    page.get_by_role("button", name="1 conflict").click()
    asked = page.get_by_role("dialog", name="Which version do you want to keep?")
    expect(asked).to_contain_text("written at home")
    asked.get_by_text("written on the train").click()
    asked.get_by_role("button", name="Keep selected").click()
    expect(page.locator("#conflicts")).to_be_hidden()
    settled(page)
    assert entry_of(user).notes == "written on the train"


def test_a_session_that_ended_asks_to_sign_in_and_loses_nothing(opened, api, user):
    api.add(200)
    page = opened(user)
    api.data("POST", "/api/auth/signout", {"everywhere": True})
    page.get_by_role("button", name="One more episode of Death Note").click()
    page.locator("#status").get_by_role("button", name="Sign in").click()
    dialog = page.get_by_role("dialog", name="Sign in")
    dialog.get_by_label("E-mail").fill(user.email)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    settled(page)
    assert entry_of(user).progress == 1


def test_own_searches_are_suggested_and_forgotten(opened, user, api):
    for query in ("monster", "mushishi", "death"):
        api.data("POST", "/api/user/searchHistory", {"query": query, "type": "animes"})
    page = opened(user, "/discover")
    box = page.get_by_role("combobox", name="Search the catalogue")
    box.fill("m")
    expect(page.locator("#suggestions li")).to_have_text(["mushishi", "monster"])
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Enter")
    expect(box).to_have_value("monster")
    expect(page.locator(".found .card-title")).to_have_text(["Monster"])
    box.fill("")
    page.get_by_role("button", name="Remove death from recent searches").click()
    expect(page.locator("#suggestions li")).to_have_text(["monster", "mushishi"])
    page.get_by_role("button", name="Clear recent searches").click()
    expect(page.locator("#suggestions li")).to_have_count(0)
    settled(page)
    assert not Search.objects.filter(user=user).exists()


def test_preferences_change_the_page_and_the_account(opened, user):
    page = opened(user, "/settings")
    page.get_by_label("Theme").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_label("Accent colour").fill("#ffff66")
    page.get_by_label("First name").fill("Mia")
    page.get_by_label("First name").blur()
    settled(page)
    accent = (
        "getComputedStyle(document.documentElement).getPropertyValue('--accent-light')"
    )
    assert page.evaluate(accent) != "#ffff66"  # nobody could read it on white
    page.get_by_role("combobox", name="Language", exact=True).select_option("es")
    expect(page.get_by_role("heading", name="Ajustes")).to_be_visible()
    expect(page.get_by_label("Nombre", exact=True)).to_have_value("Mia")
    kept = Preferences.objects.get(user=user)
    assert (kept.theme, kept.accent_color, kept.language) == ("dark", "#ffff66", "es")


def test_an_avatar_is_cut_and_kept(opened, user, tmp_path):
    from PIL import Image

    Image.new("RGB", (640, 400), "teal").save(tmp_path / "me.png")
    page = opened(user, "/settings")
    page.get_by_label("Change avatar").set_input_files(tmp_path / "me.png")
    dialog = page.get_by_role("dialog", name="Crop picture")
    dialog.get_by_role("img").press("+")
    dialog.get_by_role("img").press("ArrowLeft")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".avatar.huge img")).to_be_visible()
    expect(page.locator("#menu img")).to_be_visible()


@needs_data
def test_a_list_is_brought_along_as_a_plan_and_taken_back(opened, titles):
    """177 titles of MyAnimeList, one of which the catalogue knows by another name."""
    path = DATA / "mal_one_user_2022.xml"
    ids = re.findall(r"animedb_id>(\d+)<", path.read_text())
    for anime_id in ids[1:]:
        AnimeFactory(id=int(anime_id), picture_url="")
    reader = UserFactory()
    page = opened(reader, "/transfer")
    page.get_by_label("Choose a file").set_input_files(path)
    expect(page.locator(".plan-head")).to_contain_text("176 new titles")
    page.get_by_role("button", name="No match 1").click()
    other = page.get_by_role("combobox", name="Which title is")
    other.fill("Monster")
    expect(page.locator("datalist option")).to_have_attribute("value", "Monster")
    other.dispatch_event("input")
    expect(page.locator(".plan-head")).to_contain_text("177 new titles")
    page.get_by_role("button", name="Import", exact=True).click()
    page.get_by_role("link", name="Go to my list").click()
    expect(page.get_by_role("button", name="All 177")).to_be_visible()
    assert entry_of(reader, 201).type == "Watching"
    page.goto("/history")
    said = "Imported 177 titles from mal_one_user_2022.xml."
    expect(page.locator(".told")).to_contain_text(said)
    page.go_back()
    page.go_back()  # to the plan, which is in the address
    page.get_by_role("button", name="Undo the import").click()
    expect(page.locator("#toasts")).to_contain_text("Import undone.")
    assert not WatchListEntry.objects.filter(user=reader).exists()


def test_a_plan_applied_without_network_waits_for_it_and_is_applied_once(
    opened, api, user
):
    csv = b"title,mal_id,status,tags\nDeath Note,200,Watching,Cozy;Long\n"
    page = opened(user, "/transfer")
    page.get_by_label("Choose a file").set_input_files(
        {"name": "list.csv", "mimeType": "text/csv", "buffer": csv}
    )
    apply = page.get_by_role("button", name="Import", exact=True)
    expect(apply).to_be_visible()
    page.get_by_text("Make lists from tags").click()
    with page.expect_response("**/api/user/imports/*"):
        page.get_by_label("Cozy").check()
    expect(page.get_by_label("Cozy")).to_be_focused()
    page.context.set_offline(True)
    apply.click()
    expect(page.locator(".plan")).to_contain_text("starts when you're back online")
    apply.click()
    page.context.set_offline(False)
    expect(page.locator(".plan-head")).to_contain_text("Added 1 title.")
    expect(page.locator("#toasts .toast")).to_have_count(1)
    assert entry_of(user).type == "Watching"
    assert [*OwnList.objects.of(user.pk).values_list("name", "size")] == [("Cozy", 1)]


def test_thousands_of_entries_stay_few_in_the_page(opened, served, titles):
    reader = UserFactory()
    AnimeFactory._meta.model.objects.bulk_create(
        AnimeFactory.build(
            id=10_000 + number, title=f"Title {number:04}", picture_url=""
        )
        for number in range(2000)
    )
    api = Api(served, cookie_of(reader))
    for start in range(0, 2000, 500):
        operations = [
            {"op": "add", "animeId": 10_000 + number, "type": "Watching"}
            for number in range(start, start + 500)
        ]
        api.data("POST", "/api/user/watchList/batch", {"operations": operations})
    page = opened(reader)
    page.get_by_label("Sort by").select_option("title")
    expect(page.locator(".count")).to_have_text("2,000 titles")
    assert 0 < page.locator(".card").count() < 150
    card(page, "Title 0000").get_by_role("button").first.focus()
    page.keyboard.press("End")
    expect(card(page, "Title 1999").get_by_role("button").first).to_be_focused()
    assert page.locator(".card").count() < 150
    page.keyboard.press("+")
    expect(card(page, "Title 1999")).to_contain_text("1 / 12")
    expect(card(page, "Title 1999").get_by_role("button").first).to_be_focused()


def test_signing_out_leaves_nothing_behind(opened, api, user):
    api.add(200)
    page = opened(user)
    page.locator("#menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Everything you watch")).to_be_visible()
    expect(page.locator(".said")).to_have_text("You are signed out.")
    expect(page.get_by_label("E-mail")).to_be_focused()
    assert page.url.endswith("/")
    assert page.evaluate("indexedDB.databases()") == []


def test_what_staff_tell_everybody_stands_above_the_pages(opened, user):
    now = timezone.now()
    Notice.objects.create(
        text="Away at <20:00>.",
        text_es="Cerrado a las <20:00>.",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=1),
    )
    for someone in (None, user):
        page = opened(someone)
        expect(page.locator("#notices p")).to_contain_text("Away at <20:00>. until ")
    Notice.objects.update(ends_at=timezone.now())
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator("#notices p")).to_have_count(0)


def test_on_a_phone_only_the_newest_message_covers_the_page(opened, api, user):
    api.add(200, "Watching")
    api.add(201, "Watching")
    page = opened(user, viewport={"width": 390, "height": 800})
    page.get_by_role("button", name="One more episode of Death Note").click()
    page.get_by_role("button", name="One more episode of Monster").click()
    messages = page.locator("#toasts .toast")
    expect(messages).to_have_count(2)
    expect(messages.filter(visible=True)).to_have_count(1)
    expect(messages.last).to_be_visible()
    messages.last.get_by_role("button", name="Dismiss").click()
    expect(messages.first).to_be_visible()
