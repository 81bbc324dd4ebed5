"""What all lists of the admin can: be narrowed by day, and taken as a CSV file."""

import csv
import io
import threading
from datetime import UTC, date, datetime

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from animecollections.admin import Page, csv_files, dates
from animecollections.db.ids import first_id_at
from collections_app.models import Anime, WatchListEntry
from collections_app.tests.staff import put, viewer
from factories import AnimeFactory
from history.models import StaffAction
from history.staff_log.masks import MASK
from profiles.models import User

pytestmark = pytest.mark.django_db
TITLES = "collections_app_anime"
ENTRIES = "collections_app_watchlistentry"
USERS = "profiles_user"
WHY = "Ticket 4711"
BY_TITLE = "o=2"  # its column


@pytest.fixture
def browser(staff):
    browser = Client()
    browser.force_login(staff)
    return browser


def take(browser, name, query="", reason=WHY):
    page = reverse(f"admin:{name}_csv")
    return browser.post(f"{page}?{query}", {"reason": reason})


def rows_of(answer):
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


# --- As a file ---------------------------------------------------------------------


def test_a_list_is_taken_as_it_is_narrowed_and_that_is_noted(browser, staff):
    AnimeFactory(title="Aria, the <Animation>", format="TV", rating=8.5, year=2005)
    AnimeFactory(title="Another", format="Movie")
    asked = browser.get(reverse(f"admin:{TITLES}_csv") + "?format__exact=TV")
    assert "Writes 1 rows" in asked.content.decode()
    [row] = rows_of(take(browser, TITLES, "format__exact=TV"))
    assert row["Title"] == "Aria, the <Animation>"
    assert (row["Format"], row["Rating"], row["Aired"]) == ("TV", "8.5", "Fall 2005")
    assert "Cover" not in row
    act = StaffAction.objects.get()
    assert (act.action, act.actor_id, act.reason) == ("take_csv", staff.pk, WHY)
    assert act.after == {
        "list": "collections_app.anime",
        "rows": 1,
        "narrowed": {"format__exact": "TV"},
    }


@pytest.mark.django_db(transaction=True)
def test_a_file_is_of_one_moment(browser, monkeypatch):
    """A row that comes between two of its pages would move another to the next one."""
    there = [AnimeFactory(title=f"Title {number}").title for number in range(4)]
    monkeypatch.setattr(csv_files, "ROWS_TOGETHER", 2)
    pages = csv_files.rows_of

    def page_after_page(*args):
        for number, row in enumerate(pages(*args)):
            if number == 0:
                adding = threading.Thread(target=add_title)
                adding.start()
                adding.join()
            yield row

    monkeypatch.setattr(csv_files, "rows_of", page_after_page)
    monkeypatch.setattr(csv_files, "noters", [])  # that log is for good
    answer = take(browser, TITLES, BY_TITLE)
    assert [row["Title"] for row in rows_of(answer)] == there
    assert Anime.objects.count() == 5


def add_title():
    AnimeFactory(title="A")
    connection.close()


def test_the_list_leads_there(browser):
    text = browser.get(reverse(f"admin:{TITLES}_changelist") + "?gone=no")
    assert reverse(f"admin:{TITLES}_csv") + "?gone=no" in text.content.decode()


def test_it_takes_a_reason(browser):
    answer = take(browser, TITLES, reason="")
    assert "reason" in answer.context["form"].errors
    assert not StaffAction.objects.exists()


@pytest.mark.parametrize(
    "title", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "two\n=1"]
)
def test_no_cell_is_a_formula(browser, title):
    AnimeFactory(title=title)
    [row] = rows_of(take(browser, TITLES))
    for line, said in zip(row["Title"].splitlines(), title.splitlines(), strict=True):
        assert line == said or line == f"'{said}"
    assert row["Title"] != title


def test_what_is_masked_stays_masked(browser, alice):
    put(alice, AnimeFactory(title="Open"), type="Watching", progress=3)
    secret = AnimeFactory(title="Secret Garden")
    put(alice, secret, type="Watching", progress=3, is_private=True)
    for name in (ENTRIES, "history_change", "collections_app_importrow"):
        answer = take(browser, name, f"user__id__exact={alice.pk}")
        assert "Secret" not in answer.content.decode()
    rows = rows_of(take(browser, ENTRIES))
    assert sorted(row["Title"] for row in rows) == ["Open", f"{MASK} (private)"]
    assert {row["Title"]: row["Progress"] for row in rows}[f"{MASK} (private)"] == ""
    act = StaffAction.objects.filter(user_id=alice.pk).first()
    assert act.after["narrowed"] == {}


def test_the_log_keeps_no_name_that_was_searched_for(browser, alice):
    [row] = rows_of(take(browser, USERS, "q=alice"))
    assert row["Email"] == alice.email
    narrowed = StaffAction.objects.get().after["narrowed"]
    assert narrowed == {"searched": True}


def test_people_are_taken_by_who_may_export_them_and_titles_by_who_sees_them(alice):
    AnimeFactory()
    editor = viewer("view_anime")
    assert rows_of(take(editor, TITLES))
    assert take(editor, USERS).status_code == 403
    support = viewer("view_user")
    listed = support.get(reverse(f"admin:{USERS}_changelist")).content.decode()
    assert reverse(f"admin:{USERS}_csv") not in listed
    assert take(support, USERS).status_code == 403
    assert rows_of(take(viewer("view_user", "export_user"), USERS))
    assert StaffAction.objects.count() == 2


def test_a_long_list_is_taken_page_after_page_up_to_a_bound(
    browser, budget, monkeypatch
):
    Anime.objects.bulk_create(
        AnimeFactory.build(id=number, updated_at=timezone.now())
        for number in range(1, 13)
    )
    monkeypatch.setattr("animecollections.admin.csv_files.ROWS_TOGETHER", 5)
    assert len({row["Title"] for row in rows_of(take(browser, TITLES))}) == 12
    monkeypatch.setattr("animecollections.admin.MOST_COUNTED", 10)
    asked = browser.get(reverse(f"admin:{TITLES}_csv"))
    assert "Writes the first 10 rows" in asked.content.decode()
    assert len(rows_of(take(browser, TITLES))) == 10


def test_every_list_of_ours_can_be_taken(browser, alice):
    put(alice, AnimeFactory(), type="Watching")
    pages = {m: one for m, one in admin.site._registry.items() if isinstance(one, Page)}
    assert len(pages) > 30
    for model in pages:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        number = min(model._default_manager.count(), 1)
        assert len(rows_of(take(browser, name))) >= number, name


# --- By day ------------------------------------------------------------------------


def ids_shown(browser, name, query):
    page = browser.get(reverse(f"admin:{name}_changelist") + f"?{query}")
    return [row.pk for row in page.context["cl"].result_list]


@pytest.fixture
def entry_of(alice):
    """An entry of her list by the day of May on which it came, late at night."""
    found = {}
    for day in (1, 2, 3):
        at = datetime(2026, 5, day, 23, 59, 59, tzinfo=UTC)
        entry = WatchListEntry(
            id=first_id_at(at),
            user=alice,
            anime=AnimeFactory(),
            type="Watching",
            added_at=at,
            updated_at=at,
            revision=day,
        )
        WatchListEntry.objects.bulk_create([entry])
        found[day] = entry.pk
    return found


@pytest.mark.parametrize(
    ("query", "days"),
    [
        ("day_from=2026-05-02", [2, 3]),
        ("day_to=2026-05-02", [1, 2]),
        ("day_from=2026-05-02&day_to=2026-05-02", [2]),
        ("day_from=2026-02-30&day_to=", [1, 2, 3]),
        ("day_from=1&day_to=99999-01-01", [1, 2, 3]),
    ],
)
def test_rows_are_narrowed_by_the_days_of_their_keys(
    browser, alice, entry_of, query, days
):
    shown = ids_shown(browser, ENTRIES, query)
    assert sorted(shown) == [entry_of[day] for day in days]
    hers = ids_shown(browser, ENTRIES, f"{query}&user__id__exact={alice.pk}")
    assert sorted(hers) == sorted(shown)


def test_days_long_ago_are_looked_through_too(browser, entry_of, monkeypatch):
    """Filters look at the newest rows: of the days that are asked for."""
    monkeypatch.setattr("animecollections.admin.MOST_LOOKED_AT", 1)
    query = "type__exact=Watching&day_to=2026-05-01"
    assert ids_shown(browser, ENTRIES, query) == [entry_of[1]]


def test_titles_are_narrowed_by_the_day_of_their_last_change(browser):
    old, new = AnimeFactory(), AnimeFactory()
    before = datetime(2026, 5, 1, tzinfo=UTC)
    Anime.objects.filter(pk=old.pk).update(updated_at=before)
    Anime.objects.filter(pk=new.pk).update(updated_at=timezone.now())
    assert ids_shown(browser, TITLES, "day_to=2026-05-01") == [old.pk]
    assert ids_shown(browser, TITLES, "day_from=2026-05-02") == [new.pk]


def test_the_form_keeps_the_other_filters(browser):
    page = browser.get(
        reverse(f"admin:{USERS}_changelist")
        + "?is_staff__exact=1&q=staff&day_from=2026-05-01"
    )
    text = page.content.decode()
    assert '<input type="date" name="day_from" value="2026-05-01">' in text
    assert '<input type="hidden" name="is_staff__exact" value="1">' in text
    assert '<input type="hidden" name="q" value="staff">' in text
    assert "All days" in text


def test_a_day_of_a_date_ends_with_it():
    field = User._meta.get_field("created_at")
    assert dates.day_of("2026-02-30") is None
    assert dates.day_of(None) is None
    assert dates.beginning(date(2026, 5, 1), field).isoformat() == (
        "2026-05-01T00:00:00+00:00"
    )
