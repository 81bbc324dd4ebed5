"""Kitsu, Simkl, Shikimori, and our own JSON: the files as they write them."""

import json
from datetime import UTC, datetime

import pytest

from collections_app.transfer import Record, UnsupportedFileError, read

from .lists import again, kept, written


def rows(document):
    return read(json.dumps(document).encode()).rows


def only(document):
    [record] = rows(document)
    return record


# --- Kitsu ------------------------------------------------------------------------


def kitsu(*attributes, included=(), kind="anime", **page):
    related = {kind: {"data": {"type": kind, "id": "7"}}} if kind else {}
    entries = [
        {"type": "libraryEntries", "attributes": one, "relationships": related}
        for one in attributes
    ]
    return {"data": entries, "included": list(included), **page}


BEBOP = {
    "type": "anime",
    "id": "7",
    "attributes": {
        "canonicalTitle": "Bebop",
        "titles": {"ja_jp": "ビバップ", "en": None},
        "abbreviatedTitles": ["CB"],
        "startDate": "1998-04-03",
        "subtype": "TV",
        "episodeCount": 26,
    },
}


def mapping(site, id_):
    return {
        "type": "mappings",
        "attributes": {"externalSite": site, "externalId": id_},
        "relationships": {"item": {"data": {"type": "anime", "id": "7"}}},
    }


@pytest.mark.parametrize(
    ("word", "again_", "type_", "state"),
    [
        ("current", False, "Watching", "active"),
        ("current", True, "Watching", "rewatching"),
        ("completed", True, "Watching", "rewatching"),
        ("completed", False, "Completed", "active"),
        ("on_hold", False, "Watching", "on_hold"),
        ("planned", False, "To Watch", "active"),
        ("dropped", True, "Collection", "dropped"),
    ],
)
def test_every_status_of_kitsu_has_its_type_and_state(word, again_, type_, state):
    values = only(kitsu({"status": word, "reconsuming": again_})).values
    assert (values["type"], values["state"]) == (type_, state)


def test_everything_of_kitsus_entry_is_read_and_comes_back():
    included = [BEBOP, mapping("myanimelist/anime", "1"), mapping("anidb", 23), "odd"]
    attributes = {
        "status": "current",
        "progress": 3,
        "reconsumeCount": 2,
        "notes": "so so",
        "private": True,
        "ratingTwenty": 17,
        "rating": "4.0",
        "startedAt": "2020-01-04T15:02:36.103Z",
        "finishedAt": None,
        "createdAt": "2018-10-15T01:26:50.783Z",
        "updatedAt": "2020-04-03T01:38:56.763Z",
        "progressedAt": "2020-04-03T01:38:56.762Z",
        "reactionSkipped": "unskipped",
    }
    record = only(kitsu(attributes, included=included))
    assert record.values == {
        "type": "Watching",
        "state": "active",
        "progress": 3,
        "rewatches": 2,
        "notes": "so so",
        "is_private": True,
        "score": 85,
        "started_on": "2020-01-04",
        "finished_on": "",
    }
    assert record.ids == {"kitsu": "7", "mal": "1", "anidb": "23"}
    assert (record.title, record.names) == ("Bebop", ["ビバップ", "CB"])
    assert (record.format, record.episodes, record.year) == ("TV", 26, 1998)
    assert record.changed_at == datetime(2020, 4, 3, 1, 38, 56, 763000, tzinfo=UTC)
    assert record.extra == {
        "progressedAt": attributes["progressedAt"],
        "startedAt": attributes["startedAt"],
    }
    entry = kept(**record.values, extra={"kitsu": record.extra})
    [page] = json.loads(written("kitsu", entry))
    assert page["data"][0]["attributes"]["startedAt"] == attributes["startedAt"]
    entry.values["started_on"] = "2020-01-05"
    [page] = json.loads(written("kitsu", entry))
    assert page["data"][0]["attributes"]["startedAt"] == "2020-01-05T00:00:00.000Z"


@pytest.mark.parametrize(
    ("attributes", "score"),
    [
        ({"ratingTwenty": None, "rating": "0.0"}, None),
        ({"ratingTwenty": 2}, 10),
        ({"ratingTwenty": 20}, 100),
        ({"rating": "3.5"}, 70),
        ({"rating": None}, None),
    ],
)
def test_ratings_of_kitsu_old_and_new(attributes, score):
    assert only(kitsu(attributes)).values["score"] == score


def test_pages_of_kitsu_in_an_array_are_one_list_and_missing_ones_are_told():
    pages = [kitsu({"progress": 1}, meta={"count": 3}), kitsu({"progress": 2})]
    file = read(json.dumps(pages).encode())
    assert [record.values["progress"] for record in file.rows] == [1, 2]
    assert [
        "counts 3 entries, but this file has 2" in said for said in file.warnings
    ] == [True]


def test_an_entry_of_kitsu_that_is_of_no_anime_or_does_not_say_which_is_refused():
    assert "?include=anime" in only(kitsu({"status": "current"}, kind="")).reason
    with pytest.raises(UnsupportedFileError, match="holds mangas"):
        rows(kitsu({"status": "current"}, kind="manga"))
    with pytest.raises(UnsupportedFileError, match="holds dramas"):
        rows(kitsu({"status": "current"}, kind="drama"))


# --- Simkl ------------------------------------------------------------------------


def simkl(**fields):
    ids = {
        "simkl": 37089,
        "mal": "1",
        "animeplanet": "cowboy-bebop",
        "imdb": "tt0213338",
    }
    show = {"title": "Bebop", "year": 1998, "ids": ids}
    return {"show": show, "status": "watching"} | fields


@pytest.mark.parametrize(
    ("word", "type_", "state"),
    [
        ("watching", "Watching", "active"),
        ("hold", "Watching", "on_hold"),
        ("completed", "Completed", "active"),
        ("plantowatch", "To Watch", "active"),
        ("dropped", "Collection", "dropped"),
        ("notinteresting", "Collection", "dropped"),
    ],
)
def test_every_status_of_simkl_has_its_type_and_state(word, type_, state):
    values = only({"anime": [simkl(status=word)]}).values
    assert (values["type"], values["state"]) == (type_, state)


def test_everything_of_simkls_entry_is_read():
    entry = simkl(
        user_rating=8,
        watched_episodes_count=3,
        total_episodes_count=26,
        anime_type="tv",
        memo={"text": "so so", "is_private": True},
        next_to_watch="S01E04",
        added_to_watchlist_at="2026-01-01T00:00:00Z",
        user_rated_at=None,
        last_watched_at="2026-02-01T00:00:00Z",
        mood="blue",
    )
    record = only({"anime": [entry]})
    assert record.values == {
        "type": "Watching",
        "state": "active",
        "score": 80,
        "progress": 3,
        "notes": "so so",
    }
    assert record.ids == {"simkl": "37089", "mal": "1", "anime-planet": "cowboy-bebop"}
    assert (record.format, record.episodes, record.year) == ("TV", 26, 1998)
    assert record.changed_at == datetime(2026, 2, 1, tzinfo=UTC)
    assert record.added_at == datetime(2026, 1, 1, tzinfo=UTC)
    back = again("simkl", kept(extra={"simkl": record.extra})).rows[0].extra
    assert record.extra["memo_is_private"] is True
    assert back == record.extra


def test_episodes_of_simkl_are_counted_where_no_count_is_given():
    seasons = [{"number": 1, "episodes": [{"number": 1}, {"number": 2}]}]
    file = read(json.dumps({"anime": [simkl(seasons=seasons)]}).encode())
    assert file.rows[0].values["progress"] == 2
    assert file.rows[0].watched == {}
    assert not file.warnings


def test_simkl_says_when_episodes_were_watched():
    times = ["2015-06-01T22:10:00Z", "2015-06-01", "1970-01-01T00:00:01Z", None, "x"]
    episodes = [{"number": n, "watched_at": at} for n, at in enumerate(times, 1)]
    special = {"number": 1, "watched_at": "2016-01-01T00:00:00Z"}
    entry = simkl(
        watched_episodes_count=7,
        seasons=[{"number": 1, "episodes": episodes},
                 {"number": 0, "episodes": [special]}, "x", {"episodes": 3}],
    )  # fmt: skip
    assert only({"anime": [entry]}).watched == {"2015-06-01": 2, "": 5}


def test_shows_and_films_of_a_backup_are_refused_each():
    show, film = {"show": {"title": "Lost"}}, {"movie": {"title": "Heat"}}
    backup = {"shows": [show], "anime": [simkl()], "movies": [film]}
    taken, lost, heat = rows(backup)
    assert isinstance(taken, Record)
    assert (lost.title, heat.title) == ("Lost", "Heat")
    assert lost.reason.startswith("This is a TV show that is not anime")
    with pytest.raises(
        UnsupportedFileError, match=r"TV shows and films that are not anime \(2\)"
    ):
        rows({"shows": [show], "movies": [film]})


# --- Shikimori --------------------------------------------------------------------


def shikimori(**fields):
    return {"target_title": "Bebop", "target_id": 1, "target_type": "Anime"} | fields


@pytest.mark.parametrize(
    ("word", "type_", "state"),
    [
        ("watching", "Watching", "active"),
        ("on_hold", "Watching", "on_hold"),
        ("rewatching", "Watching", "rewatching"),
        ("completed", "Completed", "active"),
        ("planned", "To Watch", "active"),
        ("dropped", "Collection", "dropped"),
    ],
)
def test_every_status_of_shikimori_has_its_type_and_state(word, type_, state):
    values = only([shikimori(status=word)]).values
    assert (values["type"], values["state"]) == (type_, state)


def test_everything_of_shikimoris_entry_is_read():
    record = only(
        [
            shikimori(
                target_title_ru="Ковбой Бибоп",
                status="completed",
                score=8,
                episodes=26,
                rewatches=1,
                text="[b]so so[/b]",
                volumes=0,
                mood="blue",
                updated_at="2024-02-08T16:59:17.000+03:00",
            )
        ]
    )
    assert record.values == {
        "type": "Completed",
        "state": "active",
        "score": 80,
        "progress": 26,
        "rewatches": 1,
        "notes": "[b]so so[/b]",
    }
    assert (record.ids, record.names) == ({"mal": "1"}, ["Ковбой Бибоп"])
    assert record.changed_at == datetime(2024, 2, 8, 13, 59, 17, tzinfo=UTC)
    assert record.extra == {"mood": "blue"}


def test_user_rates_of_shikimoris_api_are_read_too():
    anime = {"id": 1, "name": "Bebop", "russian": "Бибоп", "kind": "tv", "episodes": 26}
    record = only([{"id": 5, "anime": anime, "manga": None, "score": 0, "text": None}])
    assert (record.title, record.ids, record.episodes) == ("Bebop", {"mal": "1"}, 26)
    assert record.values == {"score": None, "notes": ""}


def test_mangas_of_shikimori_are_refused():
    record, refused = rows(
        [shikimori(), shikimori(target_type="Manga", target_title="Berserk")]
    )
    assert (record.title, refused.title) == ("Bebop", "Berserk")


# --- Hikka ------------------------------------------------------------------------


def hikka(**fields):
    return {
        "mal_id": 1,
        "hikka_slug": "cowboy-bebop-a1b2c3",
        "status": "watching",
    } | fields


@pytest.mark.parametrize(
    ("word", "type_", "state"),
    [
        ("watching", "Watching", "active"),
        ("on_hold", "Watching", "on_hold"),
        ("completed", "Completed", "active"),
        ("planned", "To Watch", "active"),
        ("dropped", "Collection", "dropped"),
    ],
)
def test_every_status_of_hikka_has_its_type_and_state(word, type_, state):
    values = only({"anime": [hikka(status=word)]}).values
    assert (values["type"], values["state"]) == (type_, state)


def test_everything_of_hikkas_entry_is_read():
    entry = hikka(
        episodes=12,
        rewatches=2,
        score=8,
        note="so so",
        created=1_700_000_000,
        updated=1_710_000_000,
    )
    file = read(json.dumps({"anime": [entry], "manga": [], "novel": []}).encode())
    [record] = file.rows
    assert (file.format, record.ids) == ("hikka", {"mal": "1"})
    assert record.values == {
        "type": "Watching",
        "state": "active",
        "progress": 12,
        "rewatches": 2,
        "score": 80,
        "notes": "so so",
    }
    assert record.added_at == datetime.fromtimestamp(1_700_000_000, UTC)
    assert record.changed_at == datetime.fromtimestamp(1_710_000_000, UTC)


def test_mangas_and_novels_of_hikka_are_refused_each():
    document = {"anime": [hikka()], "manga": [hikka()], "novel": [hikka(mal_id=None)]}
    taken, manga, novel = rows(document)
    assert isinstance(taken, Record)
    assert ("a manga" in manga.reason, "a novel" in novel.reason) == (True, True)
    with pytest.raises(UnsupportedFileError, match=r"Hikka list holds mangas \(1\)"):
        rows({"anime": [], "manga": [hikka()]})


def test_a_page_of_hikkas_api_is_read_too():
    anime = {
        "mal_id": 1,
        "slug": "cowboy-bebop-a1b2c3",
        "title_ja": "Cowboy Bebop",
        "title_en": "Bebop",
        "year": 1998,
        "media_type": "tv",
        "episodes_total": 26,
    }
    entry = {"reference": "x", "status": "watching", "episodes": 3, "anime": anime}
    document = {"pagination": {"total": 2, "pages": 2, "page": 1}, "list": [entry]}
    file = read(json.dumps(document).encode())
    [record] = file.rows
    assert (record.ids, record.title, record.names) == (
        {"mal": "1"}, "Cowboy Bebop", ["Bebop"],
    )  # fmt: skip
    assert (record.values["progress"], record.episodes, record.extra) == (3, 26, {})
    assert ["counts 2 entries" in said for said in file.warnings] == [True]
    # Without what is around them, as from several pages put together.
    [alone] = read(json.dumps([entry]).encode()).rows
    assert (alone.title, alone.values, alone.ids) == (
        record.title,
        record.values,
        record.ids,
    )


# --- Anime-Planet -----------------------------------------------------------------


def planet(*entries, type="anime"):
    export = {"type": type, "date": "2026-01-05T10:00:00Z"}
    return {"export": export, "user": {"name": "ana"}, "entries": list(entries)}


@pytest.mark.parametrize(
    ("word", "type_", "state"),
    [
        ("watched", "Completed", "active"),
        ("watching", "Watching", "active"),
        ("want to watch", "To Watch", "active"),
        ("stalled", "Watching", "on_hold"),
        ("dropped", "Collection", "dropped"),
        ("won't watch", "Collection", "dropped"),
    ],
)
def test_every_status_of_anime_planet_has_its_type_and_state(word, type_, state):
    values = only(planet({"name": "Bebop", "status": word})).values
    assert (values["type"], values["state"]) == (type_, state)


def test_everything_of_anime_planets_entry_is_read():
    watched = {
        "name": "Bebop",
        "status": "watched",
        "rating": 4.5,
        "times": 3,
        "eps": 0,
        "started": "2020-01-05 00:00:00",
        "completed": None,
    }
    stalled = {"name": "Trigun", "status": "stalled", "rating": 0, "times": 0, "eps": 7}
    file = read(json.dumps(planet(watched, stalled)).encode())
    assert (file.format, file.owner) == ("anime-planet", "ana")
    assert file.exported_at == datetime(2026, 1, 5, 10, tzinfo=UTC)
    first, second = file.rows
    assert first.values == {
        "type": "Completed",
        "state": "active",
        "score": 90,
        "rewatches": 2,
        "started_on": "2020-01-05",
        "finished_on": "",
    }
    assert second.values == {
        "type": "Watching",
        "state": "on_hold",
        "score": None,
        "progress": 7,
    }


def test_a_list_of_mangas_of_anime_planet_is_refused():
    with pytest.raises(UnsupportedFileError, match="This is a manga list"):
        rows(planet({"name": "Berserk", "status": "read"}, type="manga"))


# --- our own JSON -----------------------------------------------------------------


def own(**fields):
    entry = {"anime_id": "1", "title": "Bebop", **fields}
    return {"format": "animecollections", "version": 1, "entries": [entry]}


def test_our_own_export_is_in_the_words_of_the_api():
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    data = written(
        "json", kept(score=95, started_on="2017"), name="ana", exported_at=at
    )
    document = json.loads(data)
    [entry] = document.pop("entries")
    assert document == {
        "format": "animecollections",
        "version": 1,
        "owner": "ana",
        "exported_at": "2026-11-23T09:30:00Z",
        "watched": [],
        "lists": [],
    }
    assert (entry["score"], entry["started_on"], entry["finished_on"]) == (
        9.5,
        "2017",
        None,
    )
    assert (entry["anime_id"], entry["ids"]["mal"]) == ("1", "1")


def test_the_list_as_the_api_answers_it_is_read_too():
    entry = {
        "id": "0193",
        "user_id": "550e",
        "anime_id": "1535",
        "mal_id": 1535,
        "score": 9.5,
        "title": "Death Note",
        "type": "Watching",
        "state": "on_hold",
        "finished_on": None,
        "progress": 12,
        "format": "TV",
        "revision": 41,
    }
    record = only({"success": True, "data": [entry]})
    assert record.ids == {"mal": "1535", "own": "1535"}
    assert record.values == {
        "type": "Watching",
        "state": "on_hold",
        "score": 95,
        "finished_on": "",
        "progress": 12,
    }


def test_one_page_of_the_api_says_so():
    entry = own()["entries"][0]
    for cursor, count in (("abc", 1), (None, 0)):
        document = {"data": [entry], "meta": {"next_cursor": cursor}}
        warnings = read(json.dumps(document).encode()).warnings
        assert ["one page" in said for said in warnings] == [True] * count


@pytest.mark.parametrize("version", [2, "1", None, [1]])
def test_our_own_of_a_version_to_come_is_not_guessed_at(version):
    with pytest.raises(UnsupportedFileError, match="version 1 is read here"):
        rows(own() | {"version": version})


@pytest.mark.parametrize(
    ("said", "format_"),
    [("TV", "TV"), ("tv", "TV"), ("Unknown", None), (["x"], None), ("\ud800", None)],
)
def test_a_format_of_our_own_json_is_one_of_ours_or_unknown(said, format_):
    assert only(own(format=said)).format == format_


def test_ids_of_our_own_json_are_of_sites_that_are_known():
    ids = {"kitsu": 7, "\ud800": 1, "elsewhere": 1, "anime-planet": "cowboy-bebop"}
    known = {"kitsu": "7", "anime-planet": "cowboy-bebop", "own": "1"}
    assert only(own(ids=ids)).ids == known


def test_our_own_null_clears_and_zero_is_a_score():
    nulls = ("progress", "score", "rewatches", "notes", "priority", "tags")
    record = only(own(**dict.fromkeys(nulls), is_private=None))
    assert record.values == {
        "progress": 0,
        "score": None,
        "rewatches": 0,
        "notes": "",
        "priority": 0,
        "tags": [],
        "is_private": False,
    }
    assert only(own(score=0)).values == {"score": 0}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "Dropped"}, "no Dropped that is active"),
        ({"type": "Completed", "state": "on_hold"}, "no Completed that is on_hold"),
        ({"state": "on_hold"}, "no type"),
        ({"score": 11}, "not from 0 to 10"),
        ({"score": -1}, "not from 0 to 10"),
        ({"score": 8.55}, "too many decimals"),
        ({"score": True}, "not a number"),
        ({"extra": {"mal": [1]}}, "not a JSON object"),
        ({"extra": {"elsewhere": {}}}, "“elsewhere” is not a known format"),
        ({"extra": {"mal": {"a": [{"\ud800": 1}]}}}, "a has a character"),
        ({"extra": {"mal": {"a": {"b": ["\0"]}}}}, "a has a character"),
        ({"extra": {"mal": {"x": "x" * 2_001}}}, "2,001 characters"),
        (
            {"extra": {"mal": {f"{n}": "x" * 1_990 for n in range(11)}}},
            "the limit is 20,000",
        ),
        ({"tags": [5]}, "not text"),
        ({"tags": "a"}, "tags are not a list"),
        ({"is_private": 5}, "neither true nor false"),
    ],
)
def test_what_our_own_json_cannot_mean_refuses_its_row(fields, reason):
    assert reason in only(own(**fields)).reason


# --- what other files have in common ----------------------------------------------


def test_a_rewatch_of_kitsu_that_is_on_hold_stays_so_and_says_so():
    record = only(kitsu({"status": "on_hold", "reconsuming": True}))
    assert record.values["state"] == "on_hold"
    assert "as watched again" in record.remarks[0]
    entry = kept(**record.values, extra={"kitsu": record.extra})
    back = again("kitsu", entry).rows[0]
    assert (back.extra, back.values["state"]) == ({"reconsuming": True}, "on_hold")


@pytest.mark.parametrize("kind", ["Manga", "Ranobe"])
def test_whatever_shikimori_lists_beside_anime_is_refused(kind):
    taken, refused = rows([shikimori(), shikimori(target_type=kind)])
    assert isinstance(taken, Record)
    assert "only anime" in refused.reason


def test_a_list_of_anime_that_is_none_of_simkls_is_a_table():
    file = read(json.dumps({"anime": [{"title": "A", "status": "Done"}]}).encode())
    assert (file.format, file.rows[0].values["type"]) == ("csv", "Completed")
