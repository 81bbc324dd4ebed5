"""The counts that follow the log: right whatever happens between two refreshes."""

import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
import uuid_utils.compat
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from animecollections.identity import Origin
from animecollections.jobs import JOBS
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.catalogue.search.search_names import search_names
from collections_app.imports import services as imports
from collections_app.merges import services as merging
from collections_app.models import Merge, SearchName, WatchListEntry
from collections_app.tests.test_add_to_watch_list import URL, add
from collections_app.transfer.records import ListFile, Record
from conftest import signed_in
from factories import AnimeFactory, UserFactory
from history.models import Change
from profiles.doctor import counts as check
from profiles.figures import list_counts, running_counts
from profiles.figures import services as figures
from profiles.images import services as images
from profiles.models import (
    CountCorrection,
    Figure,
    Image,
    ListCount,
    TitleCount,
    User,
)
from profiles.personal_data import erasure

pytestmark = pytest.mark.django_db
COMMAND = Origin("command")
WHOLE_TABLES = ("watchlistentry", "search", "importrow", "userstate", "profile")


class Clock:
    """Of all that asks Django what time it is, and of new ids."""

    def __init__(self, monkeypatch):
        self.ahead = timedelta()
        self.real_now, self.real_id = timezone.now, uuid_utils.compat.uuid7
        monkeypatch.setattr(timezone, "now", self.now)
        monkeypatch.setattr(uuid_utils.compat, "uuid7", self.id)

    def now(self):
        return self.real_now() + self.ahead

    def id(self):
        milliseconds = self.ahead // timedelta(milliseconds=1)
        return UUID(int=self.real_id().int + (milliseconds << 80))

    def pass_(self, **time):
        self.ahead += timedelta(**time)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def counted():
    """As it is stored and followed; the same as by reading all rows."""
    counts = running_counts.now()
    assert running_counts.off() == Counter()
    return counts


def shown(counts):
    """Without the day's and the titles'; with the types, which these add up to."""
    types = {f"types/{name}": n for name, n in list_counts.by_type(counts).items()}
    standing = {k: n for k, n in counts.items() if "/" not in k}
    return {k: n for k, n in (types | standing).items() if n}


def lists():
    """By title, how many have it."""
    return dict(+running_counts.lists_by_title())


def title(anime_id):
    found = running_counts.titles_of_week(running_counts.now())
    return {id_: (added, watched) for id_, added, watched in found}.get(anime_id)


def picture(user):
    return Image.objects.create(
        user=user, path=f"x{Image.objects.count()}", kind="avatar", width=1, height=1,
        size=512,
    )  # fmt: skip


@pytest.mark.parametrize("minutes", [0, 15])
def test_everything_is_counted_once(alice, stranger, client, clock, minutes):
    counted()
    AnimeFactory(id=1, episodes=12)
    add(client, 1)
    add(signed_in(stranger), 1, type="To Watch")
    client.post(f"{URL}/1/increment", {"by": 3})
    picture(alice)
    for _ in range(3):
        clock.pass_(minutes=minutes)
        assert shown(counted()) == {
            "types/Watching": 1, "types/To Watch": 1, "users": 2, "images": 1,
            "images_bytes": 512,
        }  # fmt: skip
        assert title(1) == (2, 3)


@pytest.mark.parametrize("minutes", [0, 15])
def test_lists_count_by_title_without_private_ones(
    alice, stranger, client, clock, minutes
):
    """However the log is cut: a change tells only what differs."""
    counted()
    for id_ in (1, 2, 3):
        AnimeFactory(id=id_, episodes=12)
        add(client, id_, is_private=id_ == 2)
        clock.pass_(minutes=minutes)
    theirs = signed_in(stranger)
    add(theirs, 1, type="To Watch")
    counted()
    assert lists() == {1: 2, 3: 1}
    steps = [
        (lambda: client.patch(f"{URL}/2", {"is_private": False}), {1: 2, 2: 1, 3: 1}),
        (lambda: client.patch(f"{URL}/1", {"is_private": True}), {1: 1, 2: 1, 3: 1}),
        (lambda: undo_last(client), {1: 2, 2: 1, 3: 1}),
        (lambda: client.patch(f"{URL}/3", {"type": "Completed"}), {1: 2, 2: 1, 3: 1}),
        (lambda: client.delete(f"{URL}/2"), {1: 2, 3: 1}),
        (lambda: erasure.erase(user_id=alice.pk, through=COMMAND), {1: 1}),
    ]
    for step, wanted in steps:
        step()
        clock.pass_(minutes=minutes)
        assert lists() == wanted
        counted()
    assert theirs.get(URL).status_code == 200


def undo_last(client):
    operation = Change.objects.latest("pk").operation_id
    assert client.post(f"/api/user/operations/{operation}/undo").status_code == 200


def test_a_refresh_reads_what_happened_since_and_no_table(alice, client, clock, budget):
    for id_ in range(1, 9):
        AnimeFactory(id=id_)
        add(client, id_)
    clock.pass_(minutes=15)
    counted()
    clock.pass_(minutes=5)
    with (
        budget(
            22, "row, 7 and the corrections of a range; row, two deletes; the same anew"
        ),
        CaptureQueriesContext(connection) as seen,
    ):
        running_counts.now()
    for sql in (query["sql"] for query in seen.captured_queries):
        assert not any(f"_{table}" in sql for table in WHOLE_TABLES), sql
        if sql.startswith("SELECT") and "history_change" in sql:
            assert '"id" >=' in sql, sql


def test_people_count_once_a_day_however_the_day_is_cut(alice, stranger, monkeypatch):
    """The second look begins in the middle of what the first has counted."""
    AnimeFactory(id=1)
    theirs, hers = signed_in(stranger), signed_in(alice)
    add(hers, 1)
    add(theirs, 1)
    hers.patch(f"{URL}/1", {"score": 5})
    hers.patch(f"{URL}/1", {"score": 6})
    day = datetime(2026, 5, 4, tzinfo=UTC)
    at = [timedelta(hours=h) for h in (1, 2, 3, 27)]
    moved_to([day + one for one in at])
    cuts = [day, *(day + timedelta(hours=h) for h in (2, 3, 12, 24))]
    parts = [running_counts.newly_active(*pair) for pair in pairwise(cuts)]
    assert (parts, sum(parts)) == ([1, 1, 0, 0], figures.of_day(day.date())["active"])
    assert figures.of_day((day + timedelta(days=1)).date())["active"] == 1


def moved_to(times):
    """The changes of the log, in order, to these moments."""
    changes = list(Change.objects.order_by("pk"))
    Change.objects.all().delete()
    for change, at in zip(changes, times, strict=True):
        change.pk = running_counts.first_id_at(at)
        change.save(force_insert=True)


@pytest.mark.parametrize("before", [0, 15])
@pytest.mark.parametrize("after", [0, 15])
def test_an_erased_account_counts_no_more(
    alice, stranger, client, clock, before, after
):
    """Whether a refresh had counted its rows by then, some of them, or none."""
    AnimeFactory.create_batch(2)
    [one, two] = AnimeFactory._meta.model.objects.values_list("pk", flat=True)
    counted()
    add(client, one)
    picture(alice)
    clock.pass_(minutes=before)
    running_counts.now()
    add(client, two)
    picture(alice)
    add(signed_in(stranger), one)
    erasure.erase(user_id=alice.pk, through=COMMAND)
    for _ in range(2):
        assert shown(counted()) == {"types/Watching": 1, "users": 1}
        assert (title(one), title(two)) in [((1, 0), None), ((1, 0), (0, 0))]
        clock.pass_(minutes=after)
    clock.pass_(minutes=15)
    counted()
    assert not CountCorrection.objects.exists()


def test_an_account_erased_while_a_count_of_everything_runs(
    alice, stranger, client, monkeypatch
):
    """The count read the account's rows, and stores them after they are gone."""
    AnimeFactory(id=1)
    add(client, 1)
    store = running_counts.store

    def erase_first(*args):
        monkeypatch.setattr(running_counts, "store", store)
        erasure.erase(user_id=alice.pk, through=COMMAND)
        return store(*args)

    monkeypatch.setattr(running_counts, "store", erase_first)
    running_counts.count_anew()
    assert shown(counted()) == {"users": 1}


def test_an_undone_write_counts_no_more(alice, client):
    AnimeFactory(id=1, episodes=12)
    add(client, 1)
    counted()
    client.post(f"{URL}/1/increment", {"by": 3})
    assert title(1) == (1, 3)
    undo_last(client)
    assert title(1) == (1, 0)
    counted()


def test_a_merge_adds_and_removes_nothing(alice, stranger, client):
    kept, gone = AnimeFactory(id=1, title="Kept"), AnimeFactory(id=2)
    add(client, 2)
    add(signed_in(stranger), 1)
    counted()
    job = merging.merge(
        kept=AnimeRef(OWN, "1"), gone=AnimeRef(OWN, "2"), reason="x", through=COMMAND
    )
    figures.refresh()
    today = Figure.objects.get(name="day", day=timezone.now().date()).value
    assert (today["added"], today["active"]) == (2, 2)
    tops = Figure.objects.get(name="most_added").value
    assert tops == [{"id": kept.pk, "title": "Kept", "number": 2}]
    counted()
    merging.unmerge(job=job, reason="x", through=COMMAND)
    figures.refresh()
    tops = Figure.objects.get(name="most_added").value
    assert [(row["id"], row["number"]) for row in tops] == [(kept.pk, 1), (gone.pk, 1)]
    assert Merge.objects.get().status == "unmerged"
    counted()
    assert lists() == {1: 1, 2: 1}


@pytest.mark.parametrize("minutes", [0, 15])
def test_a_removed_picture_counts_no_more(alice, clock, minutes):
    running_counts.now()
    kept, gone = picture(alice), picture(alice)
    clock.pass_(minutes=minutes)
    running_counts.now()
    images.remove(user_id=alice.pk, image_id=gone.pk, through=COMMAND)
    assert shown(counted()) == {"users": 1, "images": 1, "images_bytes": kept.size}
    clock.pass_(minutes=15)
    assert shown(counted()) == {"users": 1, "images": 1, "images_bytes": kept.size}


def test_a_job_that_dies_between_its_steps_loses_nothing(
    alice, client, clock, monkeypatch
):
    counted()
    AnimeFactory(id=1)
    add(client, 1)
    clock.pass_(minutes=15)

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(running_counts, "add_titles", die)
        running_counts.now()
    assert not TitleCount.objects.exists()
    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(figures, "keep", die)
        figures.refresh()
    figures.refresh()
    assert title(1) == (1, 0)
    assert shown(counted()) == {"users": 1, "types/Watching": 1}


def test_two_at_once_count_once(alice, client, clock, monkeypatch):
    counted()
    AnimeFactory(id=1)
    add(client, 1)
    clock.pass_(minutes=15)
    other_first(monkeypatch, running_counts.now)
    assert shown(running_counts.now()) == {"users": 1, "types/Watching": 1}
    assert shown(counted()) == {"users": 1, "types/Watching": 1}
    assert title(1) == (1, 0)


def test_a_day_that_ends_has_its_row_even_if_the_worker_stood_still(
    alice, client, clock, monkeypatch
):
    counted()
    AnimeFactory(id=1)
    add(client, 1)
    today = timezone.now().date()
    clock.pass_(days=3)
    figures.refresh()
    rows = Figure.objects.filter(name="day", day__gte=today).order_by("day")
    assert [row.value["added"] for row in rows] == [1, 0, 0, 0]
    assert title(1) == (1, 0)
    clock.pass_(days=5)
    figures.refresh()
    assert title(1) is None
    counted()


def test_an_import_counts_on_the_day_that_it_was_read_and_applied(alice):
    anime = AnimeFactory(id=1, title="Mushishi")
    facts = {"title": "Mushishi", "english_title": "", "native_title": ""}
    for name in search_names(facts | {"synonyms": []}):
        SearchName.objects.create(anime=anime, name=name)
    file = ListFile("mal", [Record(1, "Mushishi")])
    plan = imports.plan(user_id=alice.pk, file=file)
    running_counts.now()
    imports.plan(user_id=alice.pk, file=file)
    imports.apply(
        user_id=alice.pk, plan_id=plan.pk, today=timezone.now().date(),
        through=Origin("session"),
    )  # fmt: skip
    figures.refresh()
    assert Figure.objects.get(name="imports").value == {"read": 2, "applied": 1}
    counted()
    assert lists() == {1: 1}


# --- What is off, and who mends it ---------------------------------------------------


def test_what_was_written_beside_the_log_is_found_by_the_daily_job(alice, client):
    AnimeFactory(id=1)
    add(client, 1)
    running_counts.now()
    WatchListEntry.objects.update(type="Completed")
    TitleCount.objects.create(day=timezone.now().date(), anime_id=1, added=4)
    assert shown(running_counts.now())["types/Watching"] == 1
    assert running_counts.count_anew() == "recounted, 6 off"
    assert shown(counted()) == {"types/Completed": 1, "users": 1}
    assert title(1) == (1, 0)


def recount(says):
    [job] = [job for job in JOBS if job.name == "figures anew"]
    assert job.run() == says


def test_the_daily_job_counts_some_titles_again_and_then_the_next(
    alice, stranger, client, clock, monkeypatch
):
    monkeypatch.setattr(running_counts, "ENTRIES_AT_ONCE", 2)
    theirs = signed_in(stranger)
    recount("recounted, 0 off")  # nothing was counted yet
    for id_ in (1, 2, 3, 4):
        AnimeFactory(id=id_)
        add(client, id_)
    for id_ in (2, 3):
        add(theirs, id_)
    clock.pass_(minutes=15)
    counted()
    recount("lists of titles after 0 up to 1 recounted, 0 off")
    WatchListEntry.objects.filter(anime_id__gt=1).update(type="Completed")
    client.patch(f"{URL}/4", {"is_private": True})  # not settled: it counts once
    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(list_counts, "add", die)
        running_counts.recount_some()
    recount("lists of titles after 1 up to 2 recounted, 4 off")
    other_first(monkeypatch, running_counts.recount_some)
    recount("not recounted: another did at the same time")
    ListCount.objects.create(anime_id=9, name="Watching", number=1)
    recount("lists of titles after 3 to the end recounted, 3 off")
    assert shown(counted()) == {"types/Watching": 1, "types/Completed": 5, "users": 2}
    recount("lists of titles after 0 up to 1 recounted, 0 off")


def die(*args):
    raise KeyboardInterrupt


def other_first(monkeypatch, run):
    """Another worker stores what it saw before this one does."""
    store = running_counts.store

    def store_later(*args, **options):
        monkeypatch.setattr(running_counts, "store", store)
        run()
        return store(*args, **options)

    monkeypatch.setattr(running_counts, "store", store_later)


def test_what_a_release_before_counted_is_counted_again_with_lists(alice, client):
    """So is what lies so far back that the log may no more tell what came since."""
    AnimeFactory(id=1)
    add(client, 1)
    row = {"day": timezone.now().date(), "computed_at": timezone.now()}
    until = timezone.now() - timedelta(minutes=20)
    value = {"counts": {"types/Watching": 1, "users": 1}, "until": until.isoformat()}
    Figure.objects.create(name=running_counts.NAME, value=value, **row)
    assert shown(counted()) == {"types/Watching": 1, "users": 1}
    assert lists() == {1: 1}
    [stored] = Figure.objects.filter(name=running_counts.NAME)
    stored.value["until"] = (timezone.now() - timedelta(days=999)).isoformat()
    stored.save()
    Change.objects.all().delete()
    WatchListEntry.objects.all().delete()
    assert lists() == {}


def test_doctor_finds_it_and_mends_it(alice, client):
    AnimeFactory(id=1)
    add(client, 1)
    assert [found for found in check() if found] == []  # nothing is counted yet
    running_counts.now()
    assert [found for found in check() if found] == []
    WatchListEntry.objects.update(type="Completed")
    [finding] = [found for found in check() if found]
    assert "2 off (lists/1/Completed: -1)" in finding.says
    finding.fix()
    assert [found for found in check() if found] == []


# --- Nobody waits ---------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_accounts_are_erased_at_once(monkeypatch):
    """The second does not wait until the first is committed; nor does the job."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer")
    AnimeFactory(id=1)
    people = [UserFactory(user_name=name) for name in ("one", "two", "three")]
    for user in people:
        add(signed_in(user), 1)
    running_counts.now()
    inside, go_on = threading.Event(), threading.Event()
    delete = User.delete

    def slowly(user):
        if user.pk == people[0].pk:
            inside.set()
            assert go_on.wait(20)
        return delete(user)

    monkeypatch.setattr(User, "delete", slowly)
    first = threading.Thread(target=erase_and_close, args=[people[0].pk])
    first.start()
    try:
        assert inside.wait(20)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        erasure.erase(user_id=people[1].pk, through=COMMAND)
        assert shown(running_counts.now()) == {"types/Watching": 2, "users": 2}
    finally:
        go_on.set()
        first.join()
    assert shown(counted()) == {"types/Watching": 1, "users": 1}


def erase_and_close(user_id):
    erasure.erase(user_id=user_id, through=COMMAND)
    connection.close()
