"""When something was watched: said where it is counted, and corrected in the diary."""

from datetime import timedelta

import pytest
from django.utils import timezone

from animecollections.tests.pages import expect, settled
from collections_app.models import WatchListEntry
from collections_app.tests.diaries import diary
from factories import AnimeFactory, UserFactory
from profiles.tests.sockets import Api, cookie_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def days_ago(days):
    return (timezone.now().date() - timedelta(days=days)).isoformat()


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def api(served, user):
    return Api(served, cookie_of(user))


@pytest.fixture
def page(device, user, api):
    facts = {"airing_status": "finished", "picture_url": ""}
    AnimeFactory(id=701, title="Monster", episodes=74, **facts)
    AnimeFactory(id=702, title="Planetes", episodes=3, **facts)
    api.add(701, "Watching")
    api.add(702, "To Watch")
    return device(user, timezone_id="UTC").new_page()


def toast(page, text):
    expect(page.locator("#toasts")).to_contain_text(text)
    return page.locator("#toasts .toast").last


def undo(page):
    page.locator("#toasts").get_by_role("button", name="Undo").last.click()


def becomes(page, read, wanted):
    """An undo is on its way when its button has gone."""
    for _ in range(200):
        if read() == wanted:
            return
        page.wait_for_timeout(100)
    assert read() == wanted


def say_day(page, year, month="", day=""):
    box = page.get_by_role("dialog").last.get_by_role("group", name="Watched on")
    box.get_by_label("Year").fill(year)
    box.get_by_label("Year").press("Tab")
    box.get_by_label("Month").select_option(month)
    if month:
        box.get_by_label("Day", exact=True).select_option(day)
    page.get_by_role("dialog").last.get_by_role("button", name="Save").click()


def test_an_episode_counts_today_or_on_the_day_that_a_menu_says(page):
    """By a click, a right click, and the key d: each can be taken back."""
    page.goto("/")
    plus = page.get_by_role("button", name="One more episode of Monster")
    plus.click()
    toast(page, "Monster: episode 1 watched.")
    settled(page)
    assert diary(anime_id=701) == {days_ago(0): 1}
    plus.click(button="right")
    menu = page.get_by_role("dialog", name="Watched on")
    menu.get_by_role("button", name="Yesterday").click()
    toast(page, "Monster: episode 2 watched")
    settled(page)
    assert diary(anime_id=701) == {days_ago(0): 1, days_ago(1): 1}
    undo(page)
    becomes(page, lambda: diary(anime_id=701), {days_ago(0): 1})
    page.locator(".card .open").first.focus()
    page.keyboard.press("d")
    expect(menu.get_by_role("button", name="Today")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    say_day(page, "2100")
    expect(page.get_by_role("dialog").last).to_contain_text(
        "This day is still to come."
    )
    say_day(page, "2015", "06")
    toast(page, "Monster: episode 2 watched (June 2015).")
    settled(page)
    assert diary(anime_id=701) == {days_ago(0): 1, "2015-06": 1}


def test_a_finger_that_stays_opens_the_menu(device, user, page):
    finger = device(user, has_touch=True, viewport={"width": 390, "height": 844})
    page = finger.new_page()
    page.goto("/")
    settled(page)
    plus = page.get_by_role("button", name="One more episode of Monster")
    touch = {"pointerType": "touch", "bubbles": True}
    plus.dispatch_event("pointerdown", touch)
    page.wait_for_timeout(700)
    plus.dispatch_event("pointerup", touch)
    plus.dispatch_event("click")
    menu = page.get_by_role("dialog", name="Watched on")
    menu.get_by_role("button", name="Day not known").click()
    toast(page, "Monster: episode 1 watched (day not known).")
    settled(page)
    assert diary(anime_id=701) == {"": 1}


def test_the_panel_counts_on_the_day_that_it_says(page):
    page.goto("/")
    page.get_by_role("button", name="Monster").first.click()
    panel = page.get_by_role("dialog", name="Monster")
    panel.get_by_label("Watched on").first.select_option("Yesterday")
    panel.get_by_role("button", name="One more episode").click()
    panel.get_by_label("Progress").fill("5")
    panel.get_by_label("Progress").press("Tab")
    settled(page)
    assert diary(anime_id=701) == {days_ago(1): 5}
    rows = panel.locator(".diary-row")
    expect(rows).to_have_count(1)
    rows.get_by_label("Watched on: Monster").select_option("Day not known")
    toast(page, "Moved Monster to day not known.")
    assert diary(anime_id=701) == {"": 5}
    panel.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Monster").first.click()
    expect(panel.get_by_label("Watched on").first).to_have_value("")


def test_what_is_finished_says_when(page, user):
    """Long ago, unless it was being watched; the toast has another day at hand."""
    page.goto("/?type=To+Watch")
    page.locator(".card .open").first.focus()
    page.keyboard.press("2")
    finished = toast(page, "Moved Planetes to Completed.").get_by_label("Finished")
    expect(finished.locator("option:checked")).to_have_text("Day not known")
    settled(page)
    assert diary(anime_id=702) == {"": 3}
    finished.select_option("Another day…")
    say_day(page, "2010", "05", "09")
    toast(page, "Finished Planetes (May 9, 2010).")
    settled(page)
    assert diary(anime_id=702) == {"2010-05-09": 3}
    entry = WatchListEntry.objects.get(user=user, anime_id=702)
    assert (entry.type, entry.finished_on) == ("Completed", "2010-05-09")
    undo(page)
    becomes(page, lambda: diary(anime_id=702), {})


def test_the_diary_is_corrected_by_keys_and_each_correction_undone(page, api):
    today = days_ago(0)
    api.data("POST", "/api/user/watchList/701/increment", {"by": 4})
    page.goto("/diary")
    expect(page.get_by_role("heading", name="Diary")).to_be_visible()
    cell = page.locator(f"[data-day='{today}']")
    expect(cell).to_have_attribute("aria-current", "date")
    expect(cell).to_contain_text("4")
    number = page.get_by_label("Episodes of Monster")
    number.fill("3")
    number.press("Enter")
    toast(page, "Monster: 3 episodes.")
    expect(number).to_be_focused()
    expect(cell).to_contain_text("3")
    assert diary(anime_id=701) == {today: 3}
    undo(page)
    expect(cell).to_contain_text("4")
    assert diary(anime_id=701) == {today: 4}
    page.get_by_label("Watched on: Monster").select_option("Another day…")
    say_day(page, "2019", "03", "31")
    toast(page, "Moved Monster to Mar 31, 2019.")
    assert diary(anime_id=701) == {"2019-03-31": 4}
    page.get_by_label("Year").fill("2019")
    page.get_by_label("Year").press("Enter")
    page.get_by_label("Month", exact=True).select_option("Mar")
    page.locator("[data-day='2019-03-01']").focus()
    page.keyboard.press("End")
    page.keyboard.press("PageDown")
    expect(page.get_by_role("heading", name="April 2019")).to_be_visible()
    expect(page.locator("[data-day='2019-04-03']")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-day='2019-03-31']")).to_be_focused()
    page.get_by_role("button", name="Remove Monster from the diary").click()
    toast(page, "Removed Monster from the diary.")
    expect(page.locator(".of-day")).to_contain_text("Nothing on this day.")
    assert diary(anime_id=701) == {}
    undo(page)
    expect(page.locator(".of-day")).to_contain_text("Monster")
    assert diary(anime_id=701) == {"2019-03-31": 4}
    assert WatchListEntry.objects.get(anime_id=701).progress == 4


def test_the_past_is_added_to_without_touching_progress(page, user):
    page.goto("/diary?month=2012-02")
    page.locator("[data-day='2012-02-29']").click()
    page.get_by_label("Title", exact=True).fill("planet")
    page.get_by_label("Episodes", exact=True).fill("2")
    page.get_by_role("button", name="Add", exact=True).click()
    toast(page, "Added Planetes to Feb 29, 2012.")
    expect(page.locator("[data-day='2012-02-29']")).to_contain_text("2")
    assert diary(anime_id=702) == {"2012-02-29": 2}
    assert WatchListEntry.objects.get(user=user, anime_id=702).progress == 0
    page.get_by_label("Title", exact=True).fill("No Such Thing At All")
    page.keyboard.press("Enter")
    expect(page.locator(".diary-add")).to_contain_text("No title by that name.")


def test_the_diary_hears_of_other_devices_and_fits_a_phone(device, user, page, api):
    phone = device(user, viewport={"width": 390, "height": 844}, timezone_id="UTC")
    page = phone.new_page()
    page.goto("/diary")
    cell = page.locator(f"[data-day='{days_ago(0)}']")
    expect(cell).to_be_visible()
    api.data("POST", "/api/user/watched", {"animeId": 701, "watched_on": days_ago(0)})
    expect(cell).to_contain_text("1")
    api.data(
        "POST", "/api/user/watched", {"animeId": 702, "watched_on": days_ago(0)[:7]}
    )
    expect(page.locator(".partly")).to_contain_text("Planetes")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_news_take_no_focus_from_what_is_typed(page, api):
    page.goto("/diary")
    title = page.get_by_label("Title", exact=True)
    title.fill("plan")
    api.data("POST", "/api/user/watched", {"animeId": 701, "watched_on": days_ago(0)})
    expect(page.locator(f"[data-day='{days_ago(0)}']")).to_contain_text("1")
    expect(title).to_be_focused()
    page.keyboard.type("etes")
    expect(title).to_have_value("planetes")


def test_today_is_today_in_a_page_that_is_open_over_midnight(page):
    page.clock.set_fixed_time(timezone.now() - timedelta(days=1))
    page.goto("/")
    page.get_by_role("button", name="Monster").first.click()
    panel = page.get_by_role("dialog", name="Monster")
    when = panel.get_by_label("Watched on").first
    when.select_option("Yesterday")
    page.clock.set_fixed_time(timezone.now())
    panel.get_by_role("button", name="One more episode").click()
    settled(page)
    assert diary(anime_id=701) == {days_ago(1): 1}
    when.select_option("Day not known")
    panel.get_by_role("button", name="One more episode").click()
    settled(page)
    assert diary(anime_id=701) == {days_ago(1): 1, "": 1}


def test_more_of_what_is_completed_asks_whether_to_watch_again(page, api):
    api.data("POST", "/api/user/watchList/move", {"animeId": 702, "type": "Completed"})
    page.goto("/?type=Completed")
    page.locator(".card .open").first.focus()
    page.keyboard.press("+")
    again = toast(page, "You have finished Planetes. Watch again?")
    assert WatchListEntry.objects.get(anime_id=702).progress == 3
    again.get_by_role("button", name="Watch again").click()
    toast(page, "Rewatching Planetes from episode 1.")
    settled(page)
    entry = WatchListEntry.objects.get(anime_id=702)
    assert (entry.type, entry.state, entry.progress) == ("Watching", "rewatching", 0)
    undo(page)
    entries = WatchListEntry.objects.filter(anime_id=702)
    fields = ("type", "progress", "rewatches")
    becomes(page, lambda: entries.values_list(*fields).get(), ("Completed", 3, 0))
    assert diary(anime_id=702) == {"": 3}


def test_the_end_of_another_time_through_is_undone_whole(page, api):
    api.data("POST", "/api/user/watchList", {"animeId": 702, "type": "Completed"})
    api.data("POST", "/api/user/watchList/702/viewings", {})
    api.data("POST", "/api/user/watchList/702/increment", {"by": 2})
    page.goto("/?type=rewatching")
    settled(page)
    page.get_by_role("button", name="One more episode of Planetes").click()
    page.locator("#toasts").get_by_role("button", name="Undo").last.wait_for()
    settled(page)
    assert [row["state"] for row in viewings(api)] == ["finished", "finished"]
    undo(page)
    entries = WatchListEntry.objects.filter(anime_id=702)
    fields = ("type", "state", "progress", "rewatches", "finished_on")
    wanted = ("Watching", "rewatching", 2, 0, "")
    becomes(page, lambda: entries.values_list(*fields).get(), wanted)
    settled(page)
    last = viewings(api)[-1]
    assert (last["number"], last["state"], last["finished_on"]) == (2, "active", None)
    assert diary(anime_id=702)[days_ago(0)] == 2


def test_what_another_device_completed_is_asked_as_well(device, user, page, api):
    """The server says that there is no more of it."""
    page.goto("/?type=To+Watch")
    settled(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="One more episode of Planetes").click()
    toast(page, "Planetes: episode 1 watched.")
    api.data("POST", "/api/user/watchList/move", {"animeId": 702, "type": "Completed"})
    page.context.set_offline(False)
    toast(page, "You have finished Planetes. Watch again?")
    settled(page)
    assert WatchListEntry.objects.get(anime_id=702).progress == 3


def test_earlier_times_stand_in_the_panel_and_are_corrected(page, api):
    finished = {"finished_on": "2010-05", "score": 7, "notes": "On tape."}
    body = {"animeId": 702, "type": "Completed", **finished}
    api.data("POST", "/api/user/watchList", body)
    page.goto("/?type=Completed")
    page.get_by_role("button", name="Planetes").first.click()
    panel = page.get_by_role("dialog", name="Planetes")
    panel.get_by_role("button", name="Watch again").click()
    toast(page, "Rewatching Planetes from episode 1.")
    settled(page)
    times = panel.locator(".viewing")
    expect(times).to_have_count(2)
    first = times.last
    expect(first.locator("summary")).to_have_text("Viewing 1 Finished · May 2010 · ★ 7")
    first.locator("summary").click()
    expect(first.get_by_label("Notes")).to_have_value("On tape.")
    first.get_by_label("Where").fill("With Anna")
    first.get_by_label("Where").press("Tab")
    toast(page, "Viewing 1 saved.")
    first.get_by_label("Year").last.fill("2009")
    first.get_by_label("Year").last.press("Tab")
    expect(first.locator("summary")).to_contain_text("May 2009")
    rows = {row["number"]: row for row in viewings(api)}
    assert rows[1]["where"] == "With Anna"
    assert (rows[1]["finished_on"], rows[2]["state"]) == ("2009-05", "active")
    for _ in range(3):
        panel.get_by_role("button", name="One more episode").click()
    expect(times.first.locator("summary")).to_contain_text("Finished")
    settled(page)
    assert WatchListEntry.objects.get(anime_id=702).rewatches == 1
    first.get_by_role("button", name="Remove this viewing").click()
    toast(page, "Removed viewing 1 of Planetes.")
    undo(page)
    expect(times).to_have_count(2)
    assert len(viewings(api)) == 2


def viewings(api):
    return api.data("GET", "/api/user/watchList/702/viewings")


class TestWithoutNetwork:
    """What is corrected shows at once, waits, and is done once."""

    @pytest.fixture
    def seen(self, page, api):
        say(api, 701, days_ago(0), 3)
        page.goto("/diary")
        expect(page.locator(".of-day .diary-row")).to_have_count(1)
        settled(page)
        page.context.set_offline(True)
        return page

    def test_corrections_wait_and_are_done_once(self, seen):
        rows = seen.locator(".of-day .diary-row")
        seen.get_by_label("Episodes of Monster").fill("2")
        seen.keyboard.press("Tab")
        toast(seen, "Monster: 2 episodes.")
        expect(rows).to_contain_text("Waiting to be sent")
        expect(seen.locator(".of-month")).to_contain_text("2 episodes")
        seen.get_by_label("Title", exact=True).fill("Planetes")
        seen.get_by_role("button", name="Add", exact=True).click()
        expect(rows).to_have_count(2)
        seen.get_by_role("link", name="My list").first.click()
        seen.go_back()  # the month as it was seen, with what waits
        expect(rows).to_have_count(2)
        expect(seen.locator(".of-month")).to_contain_text("Offline")
        seen.context.set_offline(False)
        settled(seen)
        becomes(seen, diary, {(701, days_ago(0)): 2, (702, days_ago(0)): 1})
        expect(rows).not_to_contain_text(["Waiting"] * 2)

    def test_a_correction_is_taken_back(self, seen):
        rows = seen.locator(".of-day .diary-row")
        seen.get_by_label("Watched on: Monster").select_option("Day not known")
        toast(seen, "Moved Monster to day not known.")
        expect(rows).to_have_count(0)
        undo(seen)
        expect(rows).to_have_count(1)
        seen.context.set_offline(False)
        settled(seen)
        becomes(seen, diary, {(701, days_ago(0)): 3})

    def test_one_that_another_device_overtook_is_said(self, seen, api):
        seen.get_by_label("Episodes of Monster").fill("2")
        seen.keyboard.press("Tab")
        expect(seen.locator(".of-day")).to_contain_text("Waiting to be sent")
        say(api, 701, days_ago(0), 2)
        seen.context.set_offline(False)
        said = "This has changed meanwhile. Try again."
        expect(seen.get_by_role("alert").last).to_contain_text(said)
        expect(seen.get_by_label("Episodes of Monster")).to_have_value("5")
        assert diary() == {(701, days_ago(0)): 5}


def say(api, anime_id, day, episodes):
    body = {"animeId": anime_id, "watched_on": day, "episodes": episodes}
    return api.data("POST", "/api/user/watched", body)


def test_what_has_no_day_is_given_one(page, api):
    say(api, 701, "unknown", 4)
    page.goto("/diary")
    undated = page.locator(".undated")
    undated.get_by_text("Day not known").first.click()
    expect(undated.locator(".diary-row")).to_have_count(1)
    undated.get_by_label("Watched on: Monster").select_option("Yesterday")
    toast(page, "Moved Monster to")
    expect(undated).to_contain_text("Every episode has a day.")
    assert diary() == {(701, days_ago(1)): 4}


def test_episodes_out_of_order_are_said_in_the_panel(page, user):
    page.goto("/")
    page.get_by_role("button", name="Monster").first.click()
    panel = page.get_by_role("dialog", name="Monster")
    panel.get_by_text("Episodes out of order").click()
    panel.get_by_label("Episodes watched").fill("1-5, 7")
    panel.get_by_label("Episodes watched").press("Tab")
    expect(panel.get_by_label("Progress")).to_have_value("5")
    panel.get_by_label("Episodes skipped").fill("6")
    panel.get_by_label("Episodes skipped").press("Tab")
    expect(panel.get_by_label("Progress")).to_have_value("7")
    expect(panel.get_by_label("Episodes watched")).to_have_value("1-5,7")
    settled(page)
    entry = WatchListEntry.objects.get(user=user, anime_id=701)
    assert (entry.progress, entry.episode_ranges) == (7, "skipped 6")
    assert diary(anime_id=701) == {days_ago(0): 6}
