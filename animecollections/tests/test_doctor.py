"""manage.py doctor: each thing that can go wrong is found, told and mended."""

import os
from contextlib import redirect_stderr
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F
from django.utils import timezone

import history.doctor
import profiles.doctor
from animecollections.identity import Origin
from animecollections.management.commands import doctor as command
from animecollections.ops.findings import Check, Finding
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.models import (
    ExternalId,
    OwnList,
    SearchName,
    SeriesLink,
    SourceFact,
    WatchListEntry,
)
from collections_app.watch_list import beside_the_log
from collections_app.watch_list.writes import Operation, do_all
from conftest import signed_in
from factories import AnimeFactory
from history.models import Change, Search, UserState
from profiles.models import Figure, Image, Preferences, Profile

pytestmark = pytest.mark.django_db


def doctor(*args):
    """What it said, and whether it found nothing left that is wrong."""
    out = StringIO()
    try:
        call_command("doctor", *args, stdout=out, verbosity=0)
    except CommandError as error:
        return f"{out.getvalue()}{error}", False
    return out.getvalue(), True


def is_well():
    """As a device would see it too: what sync tells is the list."""
    said, well = doctor()
    assert well, said
    return True


@pytest.fixture
def listed(alice):
    """Alice watches three titles, with a few changes each."""
    titles = AnimeFactory.create_batch(3)
    for values in ({"type": "Watching"}, {"progress": 3}, {"score": 80}):
        do_all(
            user_id=alice.pk,
            operations=[
                Operation(
                    "add" if "type" in values else "update",
                    AnimeRef(OWN, str(anime.pk)),
                    values,
                )
                for anime in titles
            ],
            today=timezone.now().date(),
            through=Origin("session"),
        )
    return [anime.pk for anime in titles]


def devices(user):
    """A device that is up to date, and how to ask what it is told next."""
    browser = signed_in(user)
    cursor = browser.get("/api/user/sync").json()["meta"]["cursor"]
    return lambda: browser.get("/api/user/sync", {"cursor": cursor})


def test_where_all_is_well_it_says_so(listed):
    assert doctor() == ("18 checks: 0 wrong, 0 odd.\n", True)


def test_a_write_beside_the_one_path_is_told_and_logged(alice, listed):
    """The list stays as the user sees it, devices hear of it, undo works."""
    one, two, three = listed
    entries = WatchListEntry.objects.of(alice.pk)
    entries.filter(anime_id=one).update(progress=9)
    entries.filter(anime_id=two).delete()
    Change.objects.filter(anime_id=three).delete()
    says = f"log: Log and list of user {alice.pk} disagree on 3 anime"
    said, well = doctor("--only", "log")
    assert not well
    assert says in said
    said, well = doctor("--only", "log", "--fix", "--dry-run")
    assert not well
    assert "--fix writes the missing changes" in said
    assert entries.count() == 2
    told = devices(alice)
    before = UserState.objects.get(pk=alice.pk).revision
    said, well = doctor("--only", "log", "--fix")
    assert well, said
    assert UserState.objects.get(pk=alice.pk).revision == before + 3
    data = told().json()["data"]
    assert {int(entry["anime_id"]) for entry in data["entries"]} == {one, three}
    assert data["removed"] == [str(two)]
    browser = signed_in(alice)
    last = browser.get("/api/user/operations?limit=1").json()["data"][0]["id"]
    assert browser.post(f"/api/user/operations/{last}/undo", {}).status_code == 200
    back = {e.anime_id: e for e in entries}
    assert back[one].progress == 3
    assert back[two].score == 80
    assert doctor("--only", "log", "--fix")[1]


def test_a_list_that_counts_its_titles_wrongly_is_told_and_mended(alice, listed):
    browser = signed_in(alice)
    lists = "/api/user/lists"
    made = browser.post(lists, {"name": "With Anna"}).json()["data"]
    browser.put(f"{lists}/{made['id']}/items/{listed[0]}", {})
    browser.post(lists, {"name": "Empty"})
    assert doctor("--only", "sizes")[1]
    OwnList.objects.of(alice.pk).filter(name="With Anna").update(size=7)
    told = devices(alice)
    said, well = doctor("--only", "sizes")
    assert not well
    assert (
        f"“With Anna” of user {alice.pk} says that it has 7 titles, and has 1" in said
    )
    assert doctor("--only", "sizes", "--fix")[1]
    [_, mended] = sorted(told().json()["data"]["lists"], key=lambda one: one["size"])
    assert (mended["name"], mended["size"]) == ("With Anna", 1)
    assert doctor("--only", "sizes")[1]


def test_titles_that_are_linked_to_other_series_than_their_maps_say(db):
    title = AnimeFactory()
    season = {"database": "tvdb", "id": "81797", "season": 1, "first": 1, "to_first": 1}
    SourceFact.objects.create(
        anime=title,
        source="kometa",
        kind="seasons",
        value={"seasons": [season]},
        revision=1,
        updated_at=title.updated_at,
    )
    said, well = doctor("--only", "links")
    assert not well
    assert "1 titles are linked to other series" in said
    assert doctor("--only", "links", "--fix")[1]
    assert SeriesLink.objects.get().anime_id == title.id
    assert doctor("--only", "links")[1]


@pytest.fixture
def crowd(db):
    """Seven people with stories, of whom no two share what was done to them."""
    AnimeFactory.create_batch(20)
    call_command("seed_demo", "--users", "7", "--entries", "8", verbosity=0)
    return list(UserState.objects.order_by("pk").values_list("pk", flat=True))


def wreck(crowd):
    """Beside the one write path, each in another way; the last stays whole."""
    kept, noted, gone, older, newer, deleted, _ = crowd
    WatchListEntry.objects.filter(user_id=kept).update(score=F("progress") % 7 + 1)
    WatchListEntry.objects.filter(user_id=noted).update(tags=["beside"])
    WatchListEntry.objects.filter(user_id=gone)[0].delete()
    Change.objects.filter(user_id=older, kind="add").first().delete()
    WatchListEntry.objects.filter(user_id=newer).update(revision=F("revision") + 1)
    theirs = Change.objects.filter(user_id=deleted, anime_id__isnull=False)
    theirs.update(kind="remove")


def test_a_database_finds_the_same_suspects_as_the_rule(crowd, monkeypatch):
    """Lists and logs that fit and that do not, parsed by two."""
    monkeypatch.setattr(beside_the_log, "PARSED_AT_ONCE", 2)
    assert beside_the_log.suspects(crowd) == []
    wreck(crowd)
    by_hand = beside_the_log.found_by_hand(crowd)
    assert beside_the_log.suspects(crowd) == by_hand
    assert len(by_hand) >= 5
    assert crowd[-1] not in by_hand
    assert beside_the_log.suspects(crowd[:1]) == crowd[:1]


def test_people_are_looked_at_by_slices_and_it_goes_on_where_it_stopped(
    crowd, monkeypatch
):
    wreck(crowd)
    monkeypatch.setattr(command, "PEOPLE_AT_ONCE", 2)
    only = ("--only", "log", "database")
    asked, stopped = [], []
    suspects = beside_the_log.suspects

    def seen(people):
        asked.append(list(people))
        if len(asked) == 3 and not stopped:
            stopped.append(True)
            raise KeyboardInterrupt
        return suspects(people)

    monkeypatch.setattr(beside_the_log, "suspects", seen)
    with pytest.raises(CommandError, match="--resume"):
        call_command("doctor", *only, stdout=StringIO(), verbosity=0)
    assert asked == [crowd[:2], crowd[2:4], crowd[4:6]]
    asked.clear()
    assert "2 checks: " in doctor(*only, "--resume")[0]
    assert asked == [crowd[4:6], crowd[6:]]  # not those who were looked at
    asked.clear()
    doctor(*only, "--resume")  # it came to its end: from the beginning
    assert asked[0] == crowd[:2]
    assert len(asked) == 4


def test_it_stops_when_its_time_is_over(crowd, monkeypatch):
    monkeypatch.setattr(command, "PEOPLE_AT_ONCE", 3)
    now = iter([0, 0, 61, 61, 61])
    monkeypatch.setattr(command.time, "monotonic", lambda: next(now))
    said, well = doctor("--only", "log", "--minutes", "1")
    assert well
    assert said == (
        "1 checks: 0 wrong, 0 odd. The time is over: --resume goes on with the other "
        "people.\n"
    )
    monkeypatch.undo()
    assert doctor("--only", "log", "--resume") == ("1 checks: 0 wrong, 0 odd.\n", True)
    assert not Figure.objects.filter(name=command.PLACE).exists()


def test_of_some_days_it_looks_at_whoever_wrote_in_them(alice, stranger, listed):
    """However many others there are, and however long the log is."""
    WatchListEntry.objects.of(alice.pk).update(progress=9)
    said, well = doctor("--days", "2")
    assert not well
    assert f"list of user {alice.pk} disagree" in said
    Change.objects.filter(user=alice).delete()
    assert doctor("--days", "2") == ("18 checks: 0 wrong, 0 odd.\n", True)


def test_it_tells_how_far_it_is(listed):
    said = StringIO()
    with redirect_stderr(said):
        call_command("doctor", "--only", "log", "revisions", stdout=StringIO())
    assert "people: 100%" in said.getvalue()
    assert "1/1" in said.getvalue()


def test_a_gap_in_the_log_ends_cursors_and_what_is_before_it(alice, listed):
    told = devices(alice)
    Change.objects.filter(user=alice, revision=5).delete()
    said, well = doctor("--only", "revisions")
    assert not well
    assert f"The log of user {alice.pk} has a gap" in said
    assert doctor("--fix")[1]
    assert told().json()["code"] == "cursor_expired"
    left = Change.objects.filter(user=alice).order_by("revision")
    assert [change.revision for change in left] == [6, 7, 8, 9]
    assert is_well()


def test_a_log_that_lost_its_end_is_let_go(alice, listed):
    Change.objects.filter(user=alice, revision=9).delete()
    assert doctor("--only", "revisions", "--fix")[1]
    assert not Change.objects.filter(user=alice).exists()
    assert is_well()


def test_a_pruned_log_is_no_gap(alice, listed):
    Change.objects.filter(user=alice, revision__lt=5).delete()
    assert is_well()


def test_a_state_that_fell_behind_is_raised(alice, listed):
    UserState.objects.filter(pk=alice.pk).update(revision=4, list_revision=4)
    said, well = doctor()
    assert not well
    assert "beyond their state" in said
    assert doctor("--fix")[1]
    assert UserState.objects.get(pk=alice.pk).revision == 9
    assert is_well()


def test_an_entry_of_a_merged_title_moves_to_it(alice, listed):
    one, two, _ = listed
    ExternalId.objects.create(anime_id=two, site=OWN, external_id=str(one))
    said, well = doctor("--fix")
    assert not well
    assert f"lists anime {one}, which is {two} by now, and that as well" in said
    do_all(
        user_id=alice.pk,
        operations=[Operation("remove", AnimeRef(OWN, str(two)))],
        today=timezone.now().date(),
        through=Origin("session"),
    )
    assert doctor("--only", "aliases", "--fix")[1]
    entry = WatchListEntry.objects.of(alice.pk).get(anime_id=two)
    assert (entry.progress, entry.score) == (3, 80)
    assert not WatchListEntry.objects.of(alice.pk).filter(anime_id=one).exists()
    assert is_well()


def test_what_a_user_said_that_cannot_be_is_odd_and_left_alone(client, listed):
    one, two, three = listed
    sent = {"started_on": "2017-10", "finished_on": "2017-09-30", "progress": 40}
    for anime_id, values in (
        (one, sent),
        (two, {"started_on": "2017-10", "finished_on": "2017"}),
        (three, {"started_on": "2017-10-02", "finished_on": "2017-10"}),
    ):
        address = f"/api/user/watchList/{anime_id}"
        assert client.patch(address, values).status_code == 200
    said, well = doctor("--fix")
    assert well
    assert said.count("before it began") == 1
    assert f"({one}) are beyond its 12 episodes: look at the title" in said
    assert said.endswith("18 checks: 0 wrong, 2 odd, 0 repaired.\n")


def keep_file(path, days=2):
    default_storage.save(path, ContentFile(b"x"))
    at = (timezone.now() - timedelta(days=days)).timestamp()
    os.utime(default_storage.path(path), (at, at))


def test_files_and_rows_of_pictures_without_each_other_go(alice, stranger):
    young, old = f"images/{alice.pk}/a.webp", f"images/{alice.pk}/b.webp"
    erased, odd = f"images/{uuid4()}/c.webp", "images/lost/d.webp"
    keep_file(young, days=0)
    for path in (old, erased, odd):
        keep_file(path)
    missing = f"images/{stranger.pk}/e.webp"
    Image.objects.create(user=stranger, path=missing, width=1, height=1, size=1)
    Profile.objects.filter(pk=stranger.pk).update(avatar=f"http://x/media/{missing}")
    assert not doctor()[1]
    said, well = doctor("--fix")
    assert well, said
    assert said.count("belong to no row") == 3
    assert default_storage.exists(young)
    assert not any(map(default_storage.exists, (old, erased, odd)))
    assert not Image.objects.exists()
    assert Profile.objects.get(pk=stranger.pk).avatar == ""
    assert is_well()


def test_the_job_deletes_files_and_leaves_rows(alice):
    keep_file(f"images/{alice.pk}/b.webp")
    path = f"images/{alice.pk}/e.webp"
    Image.objects.create(user=alice, path=path, width=1, height=1, size=1)
    assert profiles.doctor.sweep() == "orphan files of 1 folders deleted"
    assert Image.objects.exists()


def test_an_account_without_a_part_gets_it(alice, client):
    UserState.objects.filter(pk=alice.pk).delete()
    Preferences.objects.filter(pk=alice.pk).delete()
    assert client.get("/api/user/watchList").status_code == 401
    assert doctor("--fix")[1]
    assert client.get("/api/user/watchList").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_an_index_that_is_missing_and_what_came_of_it_are_told(alice, monkeypatch):
    [constraint] = Search._meta.constraints
    with monkeypatch.context() as without, connection.schema_editor() as editor:
        without.setattr(Search._meta, "constraints", [])
        editor.remove_constraint(Search, constraint)
    row = {"user": alice, "key": "k", "query": "q", "searched_at": timezone.now()}
    for _ in range(2):
        Search.objects.create(**row)
    said, well = doctor()
    assert not well
    assert "history_search is without search_user_key_unique" in said
    assert f"2 rows of history.Search share user + key: {alice.pk}, k" in said
    Search.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(Search, constraint)


def test_more_than_twenty_of_a_kind_are_counted(monkeypatch):
    many = Check("many", "", lambda: (Finding(f"No. {n}") for n in range(25)))
    monkeypatch.setattr(command, "CHECKS", (many,))
    said, well = doctor()
    assert not well
    assert said.count("No. ") == 20
    assert "… and 5 more." in said
    assert said.endswith("1 checks: 25 wrong, 0 odd.")


def test_interrupted_it_says_so(monkeypatch, alice):
    def stop():
        raise KeyboardInterrupt

    monkeypatch.setattr(history.doctor, "our_models", stop)
    with pytest.raises(CommandError, match="--resume goes on") as interrupted:
        call_command("doctor", stdout=StringIO(), verbosity=0)
    assert interrupted.value.returncode == 130


def test_sqlite_is_asked_for_its_integrity(monkeypatch):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has a test of its own")
    damaged = [("row 7 missing from index x",)]
    monkeypatch.setattr(
        history.doctor, "rows_of", lambda s: damaged if "check(" in s else []
    )
    said, well = doctor("--only", "database")
    assert not well
    assert "The file is damaged: row 7 missing from index x; restore a backup" in said


@pytest.mark.django_db
def test_a_search_index_that_missed_a_name_is_built_anew(alice):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's own are kept by itself")
    anime = AnimeFactory()
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER collections_app_searchname_trigrams_insert")
    SearchName.objects.create(anime=anime, name="cowboy bebop")
    found = SearchName.objects.filter(name__holds="bebop")
    assert not found.exists()
    said, well = doctor("--only", "names", "--fix")
    assert well
    assert "The search index and the names of titles disagree" in said
    assert found.exists()
    assert is_well()


@pytest.mark.django_db(transaction=True)
def test_postgresql_is_vacuumed_and_its_indexes_built_anew(monkeypatch, alice):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has a test of its own")
    monkeypatch.setattr(history.doctor, "OLDEST_TRANSACTION", -1)
    monkeypatch.setattr(history.doctor, "DEAD_ROWS", -1)
    monkeypatch.setattr(history.doctor, "DEAD_SHARE", -1)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false "
            "WHERE indexrelid = 'search_user_key_unique'::regclass"
        )
    said, well = doctor("--only", "database", "indexes", "--fix")
    assert well, said
    assert "The index search_user_key_unique is not valid" in said
    assert "dead rows beside" in said
    assert "VACUUM (FREEZE)" in said
    monkeypatch.undo()
    assert is_well()
