"""The dashboard: its figures, the job that computes them, and what it costs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from animecollections.identity import Origin
from animecollections.jobs import JOBS
from collections_app.catalogue.search.search_names import search_names
from collections_app.imports import services as imports
from collections_app.models import CatalogueState, Merge, SearchName
from collections_app.tests.test_add_to_watch_list import URL, add
from collections_app.transfer.records import ListFile, Record
from conftest import signed_in
from factories import PASSWORD, AnimeFactory, UserFactory
from history.models import Change
from history.searches.services import NewSearch, save
from profiles import tasks
from profiles.figures import running_counts
from profiles.figures import services as figures
from profiles.models import Figure, Image, User, WrongPasswords

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


def value_of(name, day=None):
    day = day or timezone.now().date()
    return Figure.objects.get(name=name, day=day).value


def test_what_happened_today_is_counted(alice, stranger, client):
    AnimeFactory(id=1, title="Mushishi")
    AnimeFactory(id=2)
    add(client, 1)
    add(client, 2)
    client.post(f"{URL}/1/increment", {"by": 3})
    add(signed_in(stranger), 1)
    figures.refresh()
    assert value_of("day") == {
        "sign_ups": 2,
        "active": 2,
        "added": 3,
        "watched": 3,
        "imports_read": 0,
        "imports_applied": 0,
        "failed_sign_ins": 0,
    }
    assert value_of("types") == {"Watching": 3}
    assert value_of("most_added")[0] == {"id": 1, "title": "Mushishi", "number": 2}
    assert value_of("most_watched") == [{"id": 1, "title": "Mushishi", "number": 3}]
    assert value_of("totals") == {"users": 2, "titles": 2, "locked": 0}


def test_a_day_ends_at_midnight(alice, client, monkeypatch):
    AnimeFactory(id=1)
    add(client, 1)
    now = datetime(2026, 5, 4, 12, tzinfo=UTC)
    change = Change.objects.get()
    late = now.replace(hour=23, minute=59, second=59)
    for number, at in enumerate((late, late + timedelta(seconds=1)), 10):
        change.pk = figures.first_id_at(at)
        change.revision = number
        change.save(force_insert=True)
    assert figures.of_day(now.date())["added"] == 1
    assert figures.of_day(now.date() + timedelta(days=1))["added"] == 1
    assert figures.of_day(now.date() - timedelta(days=1))["added"] == 0


def test_days_that_are_over_are_computed_once(alice):
    figures.refresh()
    assert Figure.objects.filter(name="day").count() == figures.DAYS
    old = timezone.now().date() - timedelta(days=5)
    seven = dict.fromkeys(figures.OF_A_DAY, 7)
    Figure.objects.filter(name="day", day=old).update(value=seven)
    figures.refresh()
    assert value_of("day", old) == seven
    assert Figure.objects.filter(name="types").count() == 1


def test_storage_and_wrong_passwords(alice):
    Image.objects.create(
        user=alice, path="x", kind="avatar", width=1, height=1, size=512
    )
    now = timezone.now()
    for email, count in (("a@example.org", 3), ("b@example.org", 99)):
        WrongPasswords.objects.create(
            email=email, address="10.0.0.7", count=count, last_at=now
        )
    figures.refresh()
    assert value_of("sign_ins") == {"wrong": 102, "closed": 1}
    storage = value_of("storage")
    assert (storage["images"], storage["images_bytes"]) == (1, 512)
    assert storage["database_bytes"] > 4096


def test_failed_sign_ins_are_counted_by_day_and_stay_when_one_gets_in(alice, visitor):
    def sign_in(password):
        body = {"email": alice.email, "password": password}
        return visitor.post("/api/auth/signin", body).status_code

    assert [sign_in("wrong"), sign_in("wrong again"), sign_in(PASSWORD)] == [
        401, 401, 200
    ]  # fmt: skip
    assert not WrongPasswords.objects.exists()
    figures.refresh()
    assert value_of("day")["failed_sign_ins"] == 2


def look_for(user, *queries):
    searches = [NewSearch(query, "animes", {}, 0, None) for query in queries]
    save(user_id=user.pk, searches=searches, through=Origin("session"))


def in_vain():
    return figures.searches()["searches_in_vain"]


def test_searches_in_vain_are_those_of_several_people_that_find_nothing(
    alice, stranger
):
    anime = AnimeFactory(title="Mushishi")
    facts = {"title": "Mushishi", "english_title": "", "native_title": ""}
    for name in search_names(facts | {"synonyms": []}):
        SearchName.objects.create(anime=anime, name=name)
    look_for(alice, "Zzyzx Saga", "her secret", "mushishi", "")
    look_for(stranger, "ZZYZX SAGA", "mushishi")
    assert in_vain() == [{"query": "zzyzx saga", "people": 2}]


def test_one_person_who_spells_it_twice_is_one(alice):
    look_for(alice, "Her Own Words", "her own words")
    assert in_vain() == []


def test_a_wording_is_searched_for_again_when_the_catalogue_changed(
    alice, stranger, monkeypatch
):
    for user in (alice, stranger):
        look_for(user, "zzyzx saga")
    tried = []

    def finds_nothing(text, revision):
        tried.append((text, revision))
        return True

    monkeypatch.setattr(figures, "finds_nothing", finds_nothing)
    figures.refresh()
    figures.refresh()
    CatalogueState.objects.update_or_create(defaults={"revision": 7})
    figures.refresh()
    assert tried == [("zzyzx saga", 0), ("zzyzx saga", 7)]
    assert value_of("searches_in_vain") == [{"query": "zzyzx saga", "people": 2}]


def test_the_newest_wordings_are_read_and_not_all(alice, stranger, monkeypatch):
    """By an index: of imported titles and of searches."""
    for user in (alice, stranger):
        look_for(user, "old", "new")
        file = ListFile("mal", [Record(1, "Old"), Record(2, "New")])
        imports.plan(user_id=user.pk, file=file)
    monkeypatch.setattr(figures, "NEWEST", 1)
    monkeypatch.setattr(figures, "FEWEST_PEOPLE", 1)
    assert in_vain() == [{"query": "new", "people": 1}]
    assert figures.unmatched() == [{"title": "New", "people": 1}]


def test_the_worker_does_it_by_itself():
    [job] = [job for job in JOBS if job.name == "figures"]
    assert "figures computed" in job.run()
    assert Figure.objects.exists()


def test_imports_and_the_titles_they_do_not_match(alice, stranger):
    for user, titles in ((alice, ["Zzyzx", "Rare"]), (stranger, ["Zzyzx"])):
        records = [Record(n, title) for n, title in enumerate(titles, 1)]
        imports.plan(user_id=user.pk, file=ListFile("mal", records))
    figures.refresh()
    assert value_of("imports") == {"read": 2, "applied": 0}
    assert figures.unmatched() == [
        {"title": "Zzyzx", "people": 2},
        {"title": "Rare", "people": 1},
    ]


# --- The pages ---------------------------------------------------------------------


def test_the_dashboard_shows_figures_and_their_age(browser, alice, client):
    AnimeFactory(id=1, title="Mushishi")
    add(client, 1)
    assert "Not computed yet" in browser.get("/admin/").content.decode()
    figures.refresh()
    text = browser.get("/admin/").content.decode()
    assert "Computed 0" in text
    assert "<title>" + f"{timezone.now():%Y-%m-%d}: 1</title>" in text
    assert "Mushishi" in text
    assert "100 %" in text


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (1, "1 merge of titles has stopped: continue it"),
        (2, "2 merges of titles have stopped: continue them"),
    ],
)
def test_merges_that_stand_still_are_shown_first(browser, number, says):
    long_ago = timezone.now() - timedelta(days=1)
    for gone in range(number):
        Merge.objects.create(kept_id=9, gone_id=gone + 1, moved_at=long_ago)
    Merge.objects.create(kept_id=9, gone_id=5)
    ended = {"status": "merged", "moved_at": long_ago}
    Merge.objects.create(kept_id=9, gone_id=6, **ended)
    figures.refresh()
    assert says in browser.get("/admin/").content.decode()


def test_nothing_is_said_where_no_merge_stands_still(browser):
    figures.refresh()
    assert "stand" not in browser.get("/admin/").content.decode().split("<main")[-1]


def test_tasks_that_failed_this_week_are_counted(browser):
    task = tasks.mail_reset.enqueue(email="nobody@example.org")
    row = DBTaskResult.objects.get(pk=task.id)
    row.set_failed(OSError("the mail server is gone"))
    assert figures.troubles()["failed_tasks"] == 1
    long_ago = timezone.now() - timedelta(days=8)
    DBTaskResult.objects.update(finished_at=long_ago)
    assert figures.troubles()["failed_tasks"] == 0


def test_it_costs_the_same_whatever_there_is(browser, budget):
    for _ in range(5):
        UserFactory()
    figures.refresh()
    with budget(6, "session, user, notices, figures, requests, reports"):
        browser.get("/admin/")


def test_only_those_who_may_see_it(alice):
    figures.refresh()
    browser = Client()
    browser.force_login(UserFactory(is_staff=True))
    assert "Sign-ups" not in browser.get("/admin/").content.decode()


def test_what_is_not_found_is_a_queue_for_editors(browser, alice, stranger):
    for user in (alice, stranger):
        look_for(user, "zzyzx saga")
    page = reverse("admin:missing_titles")
    assert browser.get(page).status_code == 200
    figures.refresh()
    assert "zzyzx saga" in browser.get(page).content.decode()
    assert "zzyzx saga" in browser.get("/admin/").content.decode()
    helper = Client()
    helper.force_login(UserFactory(is_staff=True))
    assert "zzyzx" not in helper.get(page).content.decode()


def test_locked_accounts_are_counted(alice):
    User.objects.filter(pk=alice.pk).update(is_active=False)
    figures.refresh()
    assert value_of("totals")["locked"] == 1


# --- What follows the log -----------------------------------------------------------


def minutes_later(monkeypatch, minutes):
    """For the counts alone, which look at the clock."""
    now = timezone.now() + timedelta(minutes=minutes)
    monkeypatch.setattr(running_counts.timezone, "now", lambda: now)


def types():
    return figures.types(running_counts.now())


def test_types_follow_the_log(alice, stranger, client, budget, monkeypatch):
    for id_ in range(1, 6):
        AnimeFactory(id=id_, episodes=12)
        add(client, id_)
    assert types() == {"Watching": 5}
    client.patch(f"{URL}/1", {"type": "Completed"})
    client.patch(f"{URL}/2", {"score": 5})
    client.delete(f"{URL}/3")
    add(signed_in(stranger), 3, type="To Watch")
    seen = {"Completed": 1, "To Watch": 1, "Watching": 3}
    assert types() == seen
    minutes_later(monkeypatch, 15)  # all of that is settled by now
    assert types() == types() == seen
    assert "0 off" in running_counts.count_anew()
    assert not +running_counts.events(timezone.now())


def test_yesterday_is_computed_until_its_last_write_has_ended(alice):
    yesterday = timezone.now().date() - timedelta(days=1)
    figures.refresh()
    rows = Figure.objects.filter(name="day", day=yesterday)
    seven = dict.fromkeys(figures.OF_A_DAY, 7)
    for at in (figures.end_of(yesterday), rows.get().computed_at):
        rows.update(value=seven, computed_at=at)
        figures.refresh()
        assert rows.get().value["added"] == 7
    early = figures.end_of(yesterday) - timedelta(seconds=1)
    rows.update(value=seven, computed_at=early)
    figures.refresh()
    assert rows.get().value["added"] == 0
