"""Where titles stand and how they are scored: found, explained, and changed in place."""

import json

import pytest

from collections_app.models import WatchListEntry
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect
expect.set_options(timeout=20_000)  # a busy machine is no failure

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def api(served, user):
    names = ["Death Note", "Monster", "Mushishi", "Planetes", "Trigun"]
    for at, name in enumerate(names):
        AnimeFactory(id=220 + at, title=name, episodes=12, picture_url="")
    api = Api(served, cookie_of(user))
    api.add(220, "Watching", score=7, started_on="2026-10", finished_on="2026-11-02")
    api.add(221, "Watching", state="on_hold", score=9, started_on="2024")
    api.add(222, "Collection", state="dropped")
    api.add(223, "To Watch")
    api.add(224, "To Watch", priority=1)
    return api


@pytest.fixture
def opened(device, user, api):
    def open_page(path="/", **options):
        page = device(user, **options).new_page()
        page.goto(path)
        return settled(page)

    return open_page


def settled(page):
    expect(page.locator("body")).to_have_attribute("data-status", "settled")
    expect(page.locator("#status")).to_be_empty()
    return page


def entry_of(user, anime_id):
    return WatchListEntry.objects.get(user=user, anime_id=anime_id)


def tab(page, name):
    return page.locator(".tabs").get_by_role("button", name=name, exact=True)


def card(page, title):
    return page.locator(".card", has_text=title)


def test_dropped_and_on_hold_have_a_tab_a_count_and_an_explanation(opened, user):
    page = opened(**PHONE)
    shown = page.locator(".card-title")
    expect(shown).to_have_text(["Death Note"])
    for name, says, title in (
        ("Dropped 1", "What you stopped watching.", "Mushishi"),
        ("On hold 1", "What you paused.", "Monster"),
    ):
        assert tab(page, name).bounding_box()["x"] >= 0
        box = tab(page, name).bounding_box()
        assert box["x"] + box["width"] <= 360  # seen without scrolling
        tab(page, name).click()
        expect(page.locator(".page-head")).to_contain_text(says)
        expect(shown).to_have_text([title])
    tools = page.locator(".tools > :is(select, button):visible").all()
    assert len({round(tool.bounding_box()["y"] / 20) for tool in tools}) == 1  # one row
    tab(page, "Collection 0").click()
    expect(page.locator(".page-head")).to_contain_text("without plans to watch it")
    tab(page, "On hold 1").click()
    card(page, "Monster").get_by_role("button").first.focus()
    page.keyboard.press("6")
    expect(tab(page, "Dropped 2")).to_be_visible()
    expect(card(page, "Monster")).to_contain_text("Now in Dropped")
    page.reload()
    expect(tab(page, "On hold 0")).to_have_attribute("aria-pressed", "true")


def test_score_and_status_are_changed_on_the_cover_of_a_phone(opened, user):
    page = opened(**PHONE)
    score = card(page, "Death Note").get_by_role("button", name="My score")
    expect(score).to_contain_text("★ 7")
    score.tap()
    menu = page.get_by_role("dialog", name="My score of Death Note")
    box = menu.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    menu.get_by_role("button", name="9", exact=True).tap()
    expect(menu).to_have_count(0)
    expect(score).to_contain_text("★ 9")
    page.locator("#toasts").get_by_role("button", name="Undo").tap()
    expect(score).to_contain_text("★ 7")
    status = card(page, "Death Note").get_by_role("button", name="Status")
    status.focus()  # and by keys
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(
        page.get_by_role("dialog").get_by_role("button", name="Completed")
    ).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(status).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Moved Death Note to Dropped.")
    settled(page)
    entry = entry_of(user, 220)
    assert (entry.type, entry.state, entry.score) == ("Collection", "dropped", 70)
    page.get_by_role("button", name="Show as a table").tap()
    tab(page, "On hold 1").tap()
    row_score = page.locator("tbody").get_by_role("button", name="My score of Monster")
    expect(row_score).to_contain_text("★ 9")
    row = page.locator("tbody tr", has_text="Monster")
    expect(row.get_by_text("On hold").locator("visible=true")).to_have_count(1)
    row_score.tap()
    page.get_by_role("dialog").get_by_label("My score (out of 10)").fill("8.5")
    page.keyboard.press("Enter")
    expect(row_score).to_contain_text("★ 8.5")
    settled(page)
    assert entry_of(user, 221).score == 85


def test_the_table_sorts_by_its_headings_and_says_how(opened):
    page = opened(viewport={"width": 1400, "height": 800})
    tab(page, "All 5").click()
    page.get_by_role("button", name="Show as a table").click()
    rows = page.locator("tbody .open")

    def heading(name):
        return page.get_by_role("columnheader", name=name, exact=True)

    heading("Title").get_by_role("button").click()
    names = ["Death Note", "Monster", "Mushishi", "Planetes", "Trigun"]
    expect(rows).to_have_text(names)
    expect(heading("Title")).to_have_attribute("aria-sort", "ascending")
    heading("Title").get_by_role("button").click()
    expect(heading("Title")).to_have_attribute("aria-sort", "descending")
    expect(rows).to_have_text(names[::-1])
    heading("Started").get_by_role("button").click()
    expect(page.locator("[aria-sort]")).to_have_count(1)
    first = page.locator("tbody tr", has_text="Death Note")
    expect(first.locator(".started_on")).to_have_text("2026-10")
    expect(first.locator(".finished_on")).to_have_text("2026-11-02")
    expect(rows.nth(0)).to_have_text("Death Note")
    expect(rows.nth(1)).to_have_text("Monster")
    heading("Started").get_by_role("button").click()
    expect(rows.nth(0)).to_have_text("Monster")  # what has no date stays last
    expect(page.get_by_label("Sort by")).to_have_value("started_on")
    page.reload()
    expect(rows.nth(0)).to_have_text("Monster")
    expect(heading("Started")).to_have_attribute("aria-sort", "ascending")


def test_priority_is_set_where_it_counts(opened, user):
    page = opened("/next")
    waiting = page.locator(".strip .card-title")
    expect(waiting).to_have_text(["Trigun", "Planetes"])
    choice = page.get_by_label("Priority of Planetes")
    choice.focus()
    choice.select_option("Highest")
    expect(page.locator("#toasts")).to_contain_text("Priority of Planetes: Highest.")
    expect(choice).to_be_focused()
    expect(waiting).to_have_text(["Trigun", "Planetes"])  # holds still
    settled(page)
    assert entry_of(user, 223).priority == 2
    page.context.set_offline(True)
    choice.select_option("High")
    said = page.locator(".toast", has_text="Priority of Planetes: High.")
    said.get_by_role("button", name="Undo").click()
    expect(choice).to_have_value("2")
    page.context.set_offline(False)
    settled(page)
    page.reload()
    expect(waiting).to_have_text(["Planetes", "Trigun"])


def test_a_title_tells_its_own_changes_of_an_import(opened, api, user):
    page = opened("/transfer")
    csv = b"title,mal_id,status,score\nMonster,221,Dropped,9\nTrigun,224,Completed,8\n"
    page.get_by_label("Choose a file").set_input_files(
        {"name": "mine.csv", "mimeType": "text/csv", "buffer": csv}
    )
    expect(page.locator(".plan-head")).to_contain_text("2 changes")
    row = page.locator(".plan-rows li", has_text="Monster")
    expect(row.locator("del")).to_have_text("On hold")
    expect(row.locator("ins")).to_have_text("Dropped")
    page.get_by_role("link", name="Trigun").click()  # from everywhere a title appears
    expect(page.get_by_role("heading", name="Trigun")).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".plan-head")).to_contain_text("Updated 2 titles.")
    page.goto("/?anime=224&type=all")
    told = page.get_by_role("dialog", name="Trigun").locator(".told").first
    expect(told).to_contain_text("Moved Trigun to Completed.")
    expect(told).to_contain_text("Imported from mine.csv.")
    expect(told).not_to_contain_text("Monster")
    expect(told.get_by_role("button", name="Undo all 2")).to_be_visible()


def test_what_other_sites_keep_is_named_by_its_site(opened, user):
    page = opened("/transfer")
    entry = {"anime_id": "224", "title": "Trigun", "type": "To Watch", "priority": 1}
    told = {"format": "animecollections", "version": 1}
    told["entries"] = [entry | {"extra": {"mal": {"my_storage": "DVD"}}}]
    page.get_by_label("Choose a file").set_input_files(
        {
            "name": "mine.json",
            "mimeType": "application/json",
            "buffer": json.dumps(told).encode(),
        }
    )
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.locator(".plan-head")).to_contain_text("Updated 1 title.")
    page.get_by_role("button", name="Import another file").click()
    page.get_by_label("Format").select_option("anilist")
    lost = page.locator("li", has_text="Data from other sites")
    expect(lost).to_have_text("Data from other sites · 1 title")
    page.goto("/history")
    expect(page.locator(".told").first).to_contain_text(
        "Data from other sites updated."
    )
    assert "[object" not in page.locator("main").inner_text()
