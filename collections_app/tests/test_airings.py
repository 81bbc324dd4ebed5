"""Airings: stored out of facts, shown on entries, and by what lists are up next."""

import pytest
from django.db import connection

from animecollections.identity import Origin
from collections_app.airing import services
from collections_app.airing.models import Airing, uid_of
from collections_app.airing.services import refresh_airings, refresh_all
from collections_app.catalogue.refs import OWN, AnimeRef
from collections_app.catalogue.title_cache import held
from collections_app.catalogue.writes import changing_catalogue
from collections_app.merges import services as merges
from collections_app.models import Anime, CatalogueState, SearchName
from collections_app.source_facts import staff as facts_of_staff
from collections_app.source_facts.models import FactKind
from collections_app.tests.airings import (
    NOW,
    airing_title,
    clock,
    moment,
    say,
    say_dates,
    say_weekly,
)
from collections_app.tests.diaries import diary
from factories import AnimeFactory

__all__ = ["clock"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
URL = "/api/user/watchList"
KEYS = ("episodes_aired", "behind_by", "next_airs_at", "next_airs_estimated")


def stored(anime_id):
    rows = Airing.objects.filter(anime_id=anime_id).order_by("number")
    return {
        r.number: (r.airs_on, r.precision, r.is_estimated, r.sequence) for r in rows
    }


def revision():
    return CatalogueState.objects.get().revision


def add(client, anime_id, type_="Watching", **values):
    response = client.post(URL, {"animeId": anime_id, "type": type_, **values})
    assert response.status_code == 200, response.content
    return response.json()["data"]["entry"]


def airing_of(entry):
    return tuple(entry[key] for key in KEYS)


# --- Stored ---------------------------------------------------------------------------


def test_what_sources_say_is_stored_by_episode():
    anime = airing_title(1, "2026-11-15T15:30:00Z", episodes=3)
    assert stored(1) == {
        1: ("2026-11-16", "minute", False, 0),  # in Japan
        2: ("2026-11-23", "minute", True, 0),
        3: ("2026-11-30", "minute", True, 0),
    }
    anime.refresh_from_db()
    assert anime.revision == revision()


def test_the_same_facts_again_change_nothing(budget):
    airing_title(1, "2026-11-15T15:30:00Z")
    before = revision(), stored(1)
    with budget(4, "the catalogue's revision, facts, titles, rows"):
        assert refresh_airings([1]) == (0, 0)
    assert (revision(), stored(1)) == before
    assert refresh_all() == "0 episodes of 0 titles have another time"


def test_a_moved_date_raises_the_sequence_and_keeps_the_id():
    anime = airing_title(1, "2026-11-15T15:30:00Z", episodes=4)
    before, id_ = uid_of(1, 3), Airing.objects.get(anime=1, number=3).pk
    say_dates(anime, {3: "2026-12-07T15:30:00Z"})
    assert refresh_airings([1]) == (1, 2)
    assert {n: row[-1] for n, row in stored(1).items()} == {1: 0, 2: 0, 3: 1, 4: 1}
    assert (uid_of(1, 3), Airing.objects.get(anime=1, number=3).pk) == (before, id_)


def test_what_another_import_writes_meanwhile_is_not_overlooked():
    anime = airing_title(1, "2026-11-15T15:30:00Z", episodes=4)
    say_dates(anime, {3: "2026-12-07T15:30:00Z"})
    others = iter([{3: "2026-12-08T15:30:00Z"}])

    def write_before_the_lock(execute, sql, *rest):
        if sql.startswith(("BEGIN", "SAVEPOINT")):
            for dates in others:
                with changing_catalogue() as state:
                    state.revision += 1
                    say_dates(anime, dates)
        return execute(sql, *rest)

    with connection.execute_wrapper(write_before_the_lock):
        refresh_airings([1])
    assert stored(1)[3] == ("2026-12-09", "minute", False, 1)


def test_a_date_that_proves_right_moves_nothing():
    anime = airing_title(1, "2026-11-15T15:30:00Z", episodes=3)
    say_dates(anime, {2: "2026-11-22T15:30:00Z"})
    assert refresh_airings([1]) == (1, 1)
    assert stored(1)[2] == ("2026-11-23", "minute", False, 0)


def test_what_is_announced_no_more_keeps_its_row_without_a_time():
    anime = airing_title(1, "2026-11-15T15:30:00Z", episodes=3)
    say(anime, "airing", {})
    refresh_airings([1])
    assert stored(1)[3] == ("", "minute", True, 1)
    anime.refresh_from_db()
    assert anime.schedule is None
    assert Anime.objects.filter(schedule__isnull=True).count() == 1
    say_weekly(anime, "2026-11-15T15:30:00Z")
    refresh_airings([1])
    assert stored(1)[3] == ("2026-11-30", "minute", True, 2)


def test_staff_and_the_preferred_source_are_believed():
    anime = airing_title(1, "2026-11-15T15:30:00Z", episodes=1)
    say(anime, "airing", {"begin": moment("2026-11-20")}, source="jikan")
    refresh_airings([1])
    assert stored(1)[1][0] == "2026-11-16"
    say(anime, "airing", {"begin": moment("2026-11-21")}, source="staff")
    refresh_airings([1])
    assert stored(1)[1][:2] == ("2026-11-21", "day")


def test_an_unknown_total_is_computed_further_by_the_job(clock):
    airing_title(1, "2026-11-15T15:30:00Z", episodes=None)
    rows, before = len(stored(1)), Anime.objects.get(id=1).revision
    clock.goes_on(days=21)
    assert refresh_all() == "3 episodes of 0 titles have another time"
    assert len(stored(1)) == rows + 3
    assert Anime.objects.get(id=1).revision == before  # so no device is sent it again
    Anime.objects.filter(id=1).update(episodes=12)
    refresh_all()
    assert [n for n, row in stored(1).items() if row[0]] == [*range(1, 13)]


def test_statements_do_not_grow_with_titles(budget):
    for anime_id in range(1, 30):
        say_weekly(AnimeFactory(id=anime_id), "2026-11-15T15:30:00Z")
    with budget(11, "facts, titles, rows; again under the lock (4), the writes (4)"):
        refresh_airings(range(1, 30))


# --- On entries -----------------------------------------------------------------------


def test_an_entry_says_what_has_aired_and_what_comes_next(client, clock):
    airing_title(1, "2026-11-15T15:30:00Z")
    entry = add(client, 1, progress=1)
    assert airing_of(entry) == (3, 2, "2026-12-06T15:30:00Z", True)
    for address in (f"{URL}/1", f"{URL}?limit=1", URL, f"{URL}?view=card"):
        data = client.get(address).json()["data"]
        found = data[0] if isinstance(data, list) else data
        assert airing_of(found) == airing_of(entry), address
    [some] = client.get(f"{URL}?fields=behind_by,next_airs_at").json()["data"]
    assert some == {"behind_by": 2, "next_airs_at": "2026-12-06T15:30:00Z"}
    [synced] = client.get("/api/user/sync").json()["data"]["entries"]
    assert airing_of(synced) == airing_of(entry)


def test_what_is_not_known_is_null(client):
    AnimeFactory(id=1, airing_status="airing")
    AnimeFactory(id=2, airing_status="finished", episodes=12)
    AnimeFactory(id=3, airing_status="upcoming")
    AnimeFactory(id=4, airing_status="unknown")
    assert airing_of(add(client, 1)) == (None, None, None, None)
    assert airing_of(add(client, 2, progress=5)) == (12, 7, None, None)
    assert airing_of(add(client, 3)) == (0, 0, None, None)
    assert airing_of(add(client, 4)) == (None, None, None, None)


@pytest.mark.parametrize("query", ["", "?limit=9", "?search=title", "?view=card"])
def test_an_etag_lasts_until_the_next_episode(client, clock, budget, query):
    anime = airing_title(1, "2026-11-15T15:30:00Z")
    SearchName.objects.create(anime=anime, name="a title")
    add(client, 1)
    address = f"{URL}{query}"
    etag = client.get(address)["ETag"]
    clock.goes_on(days=6, hours=2)  # until right before
    assert client.get(address)["ETag"] == etag
    with budget(1, "sign-in check"):
        assert client.get(address, HTTP_IF_NONE_MATCH=etag).status_code == 304
    clock.goes_on(hours=1)
    answer = client.get(address, HTTP_IF_NONE_MATCH=etag)
    assert answer.status_code == 200
    assert answer["ETag"] != etag
    assert answer.json()["data"][0]["episodes_aired"] == 4
    again = client.get(address, HTTP_IF_NONE_MATCH=answer["ETag"])
    assert again.status_code == 304


def test_an_etag_of_titles_that_do_not_air_lasts(client, clock, death_note):
    add(client, 1535)
    etag = client.get(URL)["ETag"]
    clock.goes_on(days=5)
    assert client.get(URL, HTTP_IF_NONE_MATCH=etag).status_code == 304


def test_the_etag_of_one_entry_covers_what_has_aired(client, clock):
    airing_title(1, "2026-11-15T15:30:00Z")
    add(client, 1)
    etag = client.get(f"{URL}/1")["ETag"]
    assert client.get(f"{URL}/1", HTTP_IF_NONE_MATCH=etag).status_code == 304
    clock.goes_on(days=7)
    assert client.get(f"{URL}/1", HTTP_IF_NONE_MATCH=etag).status_code == 200
    # And it still is the revision of a write.
    assert client.patch(f"{URL}/1", {"score": 8}, HTTP_IF_MATCH=etag).status_code == 200


def test_the_list_costs_what_it_did(client, clock, budget):
    for anime_id in range(1, 20):
        airing_title(anime_id, "2026-11-15T15:30:00Z")
        add(client, anime_id)
    with budget(3, "sign-in check, entries, titles, which then are held"):
        client.get(URL)
    add(client, 5, progress=1)
    with budget(2, "sign-in check, entries"):
        client.get(URL)
    with budget(2, "sign-in check, entries with their titles"):
        client.get(f"{URL}?limit=9")


def test_a_moved_date_is_a_change_of_the_entry(client):
    anime = airing_title(1, "2026-11-15T15:30:00Z")
    add(client, 1)
    answer = client.get(URL)
    cursor = answer.json()["meta"]["cursor"]
    say_dates(anime, {4: "2026-12-10"})
    refresh_airings([1])
    changed = client.get("/api/user/sync", {"cursor": cursor}).json()["data"]["entries"]
    assert [entry["next_airs_at"] for entry in changed] == ["2026-12-10"]
    assert client.get(URL, HTTP_IF_NONE_MATCH=answer["ETag"]).status_code == 200


def test_time_alone_sends_no_entry_again(client, clock):
    airing_title(1, "2026-11-15T15:30:00Z")
    add(client, 1)
    cursor = client.get(URL).json()["meta"]["cursor"]
    clock.goes_on(days=7)
    sync = client.get("/api/user/sync", {"cursor": cursor}).json()
    assert sync["data"]["entries"] == []
    assert sync["meta"]["cursor"] == cursor


# --- Up next --------------------------------------------------------------------------


def up_next(client, more=""):
    rows = client.get(f"{URL}?view=up_next{more}").json()["data"]
    return [row["anime_id"] for row in rows]


def test_up_next_is_what_has_aired(client, clock, budget):
    airing_title(1, "2026-11-15T15:30:00Z")
    airing_title(2, "2026-12-20T15:30:00Z")
    AnimeFactory(id=3, airing_status="upcoming")
    AnimeFactory(id=4, airing_status="airing", episodes=None)
    for anime_id in (1, 2, 3, 4):
        add(client, anime_id)
    assert up_next(client) == ["4", "1"]
    client.post(f"{URL}/1/increment", {"by": 3})
    assert up_next(client) == ["4"]
    assert up_next(client, "&unaired=true") == ["1", "4", "3", "2"]
    with budget(3, "sign-in check, entries, when the next one airs"):
        etag = client.get(f"{URL}?view=up_next")["ETag"]
    clock.goes_on(days=5)
    held_tag = {"HTTP_IF_NONE_MATCH": etag}
    assert client.get(f"{URL}?view=up_next", **held_tag).status_code == 304
    clock.goes_on(days=2)  # of a title that it does not show, an episode has aired
    assert client.get(f"{URL}?view=up_next", **held_tag).status_code == 200
    assert up_next(client) == ["1", "4"]


def test_another_parameter_than_true_is_refused(client):
    assert client.get(f"{URL}?view=up_next&unaired=yes").status_code == 400


# --- The day on which it aired --------------------------------------------------------


def test_as_it_aired_is_the_day_on_which_it_did(client):
    anime = airing_title(1, "2026-10-04T15:30:00Z")
    say_dates(anime, {2: "2026-10-12", 3: "2026-10-19"})
    refresh_airings([1])
    add(client, 1, progress=5, watched_on="aired")
    assert diary(anime_id=1) == {
        "2026-10-05": 1, "2026-10-12": 1, "2026-10-19": 1, "2026-10": 1, "2026-11": 1,
    }  # fmt: skip
    answer = client.post(
        "/api/user/watched", {"animeId": 1, "watched_on": "aired", "episodes": 1}
    )
    assert answer.json()["data"]["watched_on"] == "2026-10-05"


def test_what_has_not_aired_aired_on_no_day(client):
    airing_title(1, "2026-11-22T15:30:00Z")
    add(client, 1, progress=4, watched_on="aired")
    assert diary(anime_id=1) == {"2026-11-23": 1, "2026-11": 1, "": 2}


def test_a_title_that_went_keeps_none(client):
    anime = airing_title(1, "2026-11-22T15:30:00Z")
    held.forget()
    anime.delete()
    assert not Airing.objects.exists()


def test_titles_with_many_episodes_are_taken_by_and_by(monkeypatch):
    monkeypatch.setattr(services, "MOST_ROWS", 20)
    for anime_id in range(1, 6):
        anime = AnimeFactory(id=anime_id, airing_status="airing", episodes=12)
        say_weekly(anime, "2026-11-03T15:00:00Z")
    done, taken = services.refresh_some([1, 2, 3, 4, 5], NOW)
    assert (taken, done.episodes) == (2, 24)
    assert refresh_airings([1, 2, 3, 4, 5, 99]) == (3, 36)
    assert Airing.objects.count() == 60


# --- Staff and merges -----------------------------------------------------------------


def test_what_staff_say_of_times_counts_at_once(db, staff, clock):
    airing_title(1, "2026-11-03T15:00:00Z")
    before = Anime.objects.get(id=1).schedule
    said = {"begin": moment("2026-12-01"), "end": moment("2026-12-01")}
    about = {"anime_id": 1, "kind": FactKind.AIRING, "reason": "x"}
    through = Origin("admin", actor_id=staff.pk)
    facts_of_staff.overrule(value=said, through=through, **about)
    assert Airing.objects.get(anime_id=1, number=1).airs_on == "2026-12-01"
    facts_of_staff.let_go(through=through, **about)
    assert Anime.objects.get(id=1).schedule == before


def test_a_merge_and_its_parting_bring_the_times_along(db, staff, clock):
    AnimeFactory(id=2, airing_status="airing", episodes=12)
    airing_title(3, "2026-11-03T15:00:00Z")
    schedule = Anime.objects.get(id=3).schedule
    through = Origin("admin", actor_id=staff.pk)
    kept, gone = AnimeRef(OWN, "2"), AnimeRef(OWN, "3")
    job = merges.merge(kept=kept, gone=gone, reason="x", through=through)
    assert Anime.objects.get(id=2).schedule == schedule
    merges.unmerge(job=job, reason="x", through=through)
    assert Anime.objects.get(id=2).schedule is None
    assert Anime.objects.get(id=3).schedule == schedule
