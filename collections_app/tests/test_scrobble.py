"""What players send, and what it does to the list: POST /api/scrobble."""

import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from collections_app.catalogue.writes import changing_catalogue
from collections_app.models import (
    AiringStatus,
    Anime,
    FactKind,
    Player,
    Scrobble,
    ScrobbleSource,
    SearchName,
    SeriesLink,
    WatchListEntry,
)
from collections_app.scrobbling import reads, services
from collections_app.scrobbling.players import READERS
from collections_app.source_facts.writes import Change, carry_out
from factories import AnimeFactory, personal_token
from history.models import EpisodesWatched

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)


def named(anime, *names):
    for name in names:
        SearchName.objects.get_or_create(name=name, anime=anime)
    return anime


def season(series, number, to_first, *, first=1, last=None, to_last=None, **more):
    """A season of TVDB, as the sources' facts have it."""
    return {
        "database": "tvdb",
        "id": series,
        "season": number,
        "first": first,
        "last": last,
        "to_first": to_first,
        "to_last": to_last,
        **more,
    }


def said(anime, source, kind, *items):
    with changing_catalogue() as state:
        carry_out([Change(anime.id, source, kind, {kind.value: [*items]})], state)


@pytest.fixture
def titan(db):
    """The first, and the third season of it in two parts, which TVDB has as one."""
    first = AnimeFactory(id=16498, title="Shingeki no Kyojin", episodes=25, year=2013)
    part1 = AnimeFactory(id=35760, title="Season 3", episodes=12, year=2018)
    part2 = AnimeFactory(id=38524, title="Season 3 Part 2", episodes=10, year=2019)
    named(first, "attack on titan", "shingeki no kyojin")
    said(first, "kometa", FactKind.SEASONS, season("267440", 1, 1))
    said(part1, "kometa", FactKind.SEASONS, season("267440", 3, 1))
    said(part2, "kometa", FactKind.SEASONS, season("267440", 3, 13))
    rule = {"first": 13, "last": 22, "ids": ["mal:38524"], "to_first": 1, "to_last": 10}
    said(part1, "anime-relations", FactKind.REDIRECTS, rule)
    return first, part1, part2


@pytest.fixture
def one_piece(db):
    """Counted through; TVDB has seasons, of which one source knows the bounds."""
    anime = AnimeFactory(
        id=21,
        title="One Piece",
        episodes=None,
        airing_status=AiringStatus.AIRING,
        year=1999,
    )
    named(anime, "one piece")
    said(anime, "kometa", FactKind.SEASONS, season("81797", None, 1))
    bounded = season("81797", 21, 1, first=892, last=1085, to_last=194)
    said(anime, "anibridge", FactKind.SEASONS, bounded)
    return anime


@pytest.fixture
def token(alice):
    return personal_token(alice, "scrobble")


@pytest.fixture
def player(token):
    """Sends a document, as a player with a token in its header."""
    http = APIClient()
    http.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    def send(document, content_type="application/json"):
        return http.generic("POST", "/api/scrobble", json.dumps(document), content_type)

    return send


def taken(response):
    assert response.status_code == 200, response.content
    return response.json()["data"]


def jellyfin(**more):
    return {
        "ServerName": "home",
        "NotificationType": "PlaybackStop",
        "UtcTimestamp": f"{NOW:%Y-%m-%dT%H:%M:%S}.1234567Z",
        "Name": "The Town Where Everything Began",
        "ItemType": "Episode",
        "RunTimeTicks": 14_400_000_000,
        "SeriesName": "Attack on Titan",
        "SeasonNumber": 3,
        "EpisodeNumber": 13,
        "Year": 2013,
        "Provider_tvdb": "7126711",
        "PlaybackPositionTicks": 14_000_000_000,
        "PlayedToCompletion": True,
        "NotificationUsername": "alice",
        "UserId": "f0c8d3c0f1f94a0e8f5f1f1f1f1f1f1f",
    } | more


def plex(**item):
    return {
        "event": "media.scrobble",
        "user": True,
        "owner": True,
        "Account": {"id": 924920, "title": "Alice"},
        "Server": {"title": "home", "uuid": "e90"},
        "Player": {"local": True, "title": "TV", "uuid": "lb"},
        "Metadata": {
            "librarySectionTitle": "Anime",
            "librarySectionType": "show",
            "type": "episode",
            "guid": "com.plexapp.agents.hama://anidb-13241/1/13?lang=en",
            "title": "The Town Where Everything Began",
            "grandparentTitle": "Attack on Titan",
            "parentIndex": 1,
            "index": 13,
            "year": 2019,
            "viewOffset": 1_300_000,
            "duration": 1_440_000,
        }
        | item,
    }


def emby(**item):
    return {
        "Title": "alice has finished playing",
        "Date": f"{NOW:%Y-%m-%dT%H:%M:%S}.0000000Z",
        "Event": "playback.stop",
        "User": {"Name": "alice", "Id": "a1"},
        "Item": {
            "Name": "Episode 13",
            "Type": "Episode",
            "SeriesName": "Attack on Titan",
            "ParentIndexNumber": 3,
            "IndexNumber": 13,
            "RunTimeTicks": 14_400_000_000,
            "ProviderIds": {"Tvdb": "7126711", "Imdb": "tt9906260"},
        }
        | item,
        "Server": {"Name": "home"},
        "PlaybackInfo": {"PlayedToCompletion": True, "PositionTicks": 14_300_000_000},
    }


def kodi(**item):
    return {
        "jsonrpc": "2.0",
        "method": "Player.OnStop",
        "params": {
            "sender": "xbmc",
            "data": {
                "end": True,
                "item": {
                    "id": 812,
                    "type": "episode",
                    "title": "Episode 13",
                    "showtitle": "Attack on Titan",
                    "season": 3,
                    "episode": 13,
                    "uniqueid": {"tvdb": "7126711"},
                }
                | item,
            },
        },
    }


def tautulli(**more):
    return {
        "source": "tautulli",
        "action": "watched",
        "user": "alice",
        "user_id": "12",
        "library": "Anime",
        "media_type": "episode",
        "show": "Attack on Titan",
        "title": "Episode 13",
        "season": "3",
        "episode": "13",
        "year": "2013",
        "tvdb_id": "267440",
        "tmdb_id": "1429",
        "imdb_id": "",
        "anidb_id": "",
        "percent": "97",
        "time": f"{NOW.timestamp():.0f}",
    } | more


def own(**more):
    return {
        "event": "watched",
        "series": "Attack on Titan",
        "season": 3,
        "episode": 13,
        "ids": {"tvdb": "267440"},
    } | more


DOCUMENTS = {
    "jellyfin": (jellyfin, "name_and_map"),
    "emby": (emby, "name_and_map"),
    "kodi": (kodi, "name_and_map"),
    "tautulli": (tautulli, "season_map"),
    "own": (own, "season_map"),
}


# --- Each player ---------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_player_moves_the_list_to_the_part_that_the_episode_is_of(
    alice, titan, player, name
):
    make, rule = DOCUMENTS[name]
    told = taken(player(make(), "text/plain; charset=utf-8"))
    scrobble = told["scrobble"]
    assert (told["state"], scrobble["player"]) == ("done", name)
    assert (scrobble["anime_id"], scrobble["anime_episode"]) == ("38524", 1)
    assert scrobble["matched_by"] == rule
    [entry] = WatchListEntry.objects.of(alice.pk)
    assert (entry.anime_id, entry.type, entry.progress) == (38524, "Watching", 1)
    [watched] = EpisodesWatched.objects.of(alice.pk)
    assert (watched.day, watched.episodes) == (NOW.date(), 1)


def test_plex_sends_a_form_with_a_picture_and_an_id_of_an_anime_site(
    alice, titan, token
):
    titan[1].aliases.create(site="anidb", external_id="13241")
    titan[2].aliases.create(site="anidb", external_id="13241")
    boundary = "------------------------4cf9bbb1f3d58bd3"
    picture = b"\xff\xd8" + b"x" * 300_000
    body = (
        (
            f"--{boundary}\r\n"
            'Content-Disposition: form-data; name="payload"\r\n'
            "Content-Type: application/json\r\n\r\n"
            f"{json.dumps(plex())}\r\n--{boundary}\r\n"
            'Content-Disposition: form-data; name="thumb"; filename="thumb.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        ).encode()
        + picture
        + f"\r\n--{boundary}--\r\n".encode()
    )
    told = taken(
        Client().generic(
            "POST",
            f"/api/scrobble/{token}",
            body,
            f"multipart/form-data; boundary={boundary}",
        )
    )
    assert told["scrobble"]["matched_by"] == "redirect"
    assert told["scrobble"]["anime_id"] == "38524"
    assert told["scrobble"]["library"] == "Anime"


def test_plex_tells_one_event_as_the_users_and_as_the_owners(titan, player):
    first = taken(player(plex()))
    again = taken(player(plex() | {"user": False}))
    assert first == again
    assert Scrobble.objects.across_users().count() == 1


def test_numbers_that_are_counted_through(one_piece, player):
    by_season = taken(player(jellyfin(SeriesName="One Piece", SeasonNumber=21,
                                      EpisodeNumber=5, Year=1999)))  # fmt: skip
    assert by_season["scrobble"]["anime_episode"] == 896
    through = own(series="", ids={"tvdb": 81797}, season=1, episode=1000)
    assert taken(player(through))["scrobble"]["anime_episode"] == 1000


def test_a_special_is_told_only_where_a_source_says_which(titan, player):
    special = AnimeFactory(id=39477, title="Season 3 Specials", episodes=7)
    document = own(season=0, episode=24)
    waits = taken(player(document))
    assert (waits["state"], waits["reason"]) == ("waiting", "special")
    found = season("267440", 0, 24, last=4, to_last=27)
    said(special, "anibridge", FactKind.SEASONS, found)
    assert taken(player(document | {"id": "2"}))["scrobble"]["anime_id"] == "39477"


def test_two_parts_of_a_film_are_two_episodes(player):
    film = AnimeFactory(id=48624, title="Re:cycle", format="Movie", episodes=2)
    parts = [
        season("tt14702778", None, 1, first=1, last=1) | {"database": "imdb"},
        season("tt27272779", None, 1, first=2, last=2) | {"database": "imdb"},
    ]
    said(film, "kometa", FactKind.SEASONS, *parts)
    second = {"ItemType": "Movie", "Name": "Part 2", "Provider_imdb": "tt27272779"}
    told = taken(player(jellyfin(**second)))["scrobble"]
    assert (told["anime_id"], told["anime_episode"]) == ("48624", 2)


def test_an_id_of_an_episode_counts_only_where_the_name_agrees(titan, player):
    other = AnimeFactory(id=999, title="Another", episodes=40)
    other.aliases.create(site="anidb", external_id="13")
    wrong = jellyfin(SeriesName="Nobody Knows It", Provider_anidb="13", Year=2001)
    told = taken(player(wrong))
    assert told["state"] == "waiting"
    assert told["scrobble"]["candidates"][0]["anime_id"] == "999"
    named(other, "nobody knows it")
    again = wrong | {"ServerName": "another", "Year": 2006, "SeasonNumber": 1}
    assert taken(player(again))["scrobble"]["matched_by"] == "site_id"


def test_what_may_be_two_titles_waits(player):
    for id_, year in ((120, 2001), (38680, 2019)):
        named(AnimeFactory(id=id_, title="Fruits Basket", year=year), "fruits basket")
    told = taken(player(own(series="Fruits Basket", ids={}, season=1, episode=3)))
    assert (told["state"], told["reason"]) == ("waiting", "ambiguous")
    assert {one["anime_id"] for one in told["scrobble"]["candidates"]} == {
        "120",
        "38680",
    }


def test_another_year_is_another_series(one_piece, player):
    """The one with people in it."""
    live = jellyfin(SeriesName="One Piece", Year=2023, SeasonNumber=1, EpisodeNumber=1)
    assert taken(player(live))["state"] == "waiting"


def test_each_player_has_a_sample_and_no_two_have_one_shape():
    samples = {"plex": plex, **{name: make for name, (make, _) in DOCUMENTS.items()}}
    assert {*samples} == {*Player.values}
    for name, make in samples.items():
        known = [one.player for one in READERS if one.recognises(make())]
        assert known == [name]


# --- What it does to the list --------------------------------------------------------


@pytest.fixture
def show(db):
    return named(AnimeFactory(id=500, title="A Show", episodes=12), "a show")


def of_show(episode, **more):
    return own(series="A Show", ids={}, season=1, episode=episode) | more


def entry_of(user):
    return WatchListEntry.objects.of(user.pk).get()


def diary_of(user):
    rows = EpisodesWatched.objects.of(user.pk)
    return {row.day: row.episodes for row in rows}


def test_progress_is_never_lowered(alice, client, show, player):
    client.post(
        "/api/user/watchList", {"animeId": 500, "type": "Watching", "progress": 8}
    )
    told = taken(player(of_show(3)))
    assert (told["state"], told["scrobble"]["operation_id"]) == ("already", None)
    assert entry_of(alice).progress == 8


def test_what_nobody_knows_of_before_it_counts_on_an_unknown_day(alice, show, player):
    taken(player(of_show(3)))
    assert entry_of(alice).progress == 3
    assert diary_of(alice) == {None: 2, NOW.date(): 1}


def test_or_it_stays_open_where_that_is_wished(alice, client, show, player):
    taken(player(of_show(1)))
    [source] = client.get("/api/user/scrobbles/sources").json()["data"]
    address = f"/api/user/scrobbles/sources/{source['token_id']}"
    client.patch(address, {"fills_gaps": False})
    taken(player(of_show(5)))
    assert (entry_of(alice).progress, entry_of(alice).episode_ranges) == (1, "ahead 5")


def test_the_last_episode_completes_and_the_first_begins_again(alice, show, player):
    """Also where a player that was offline tells of both at once."""
    two_days_ago = (NOW - timedelta(days=2)).isoformat()
    for episode in (11, 12):
        taken(player(of_show(episode, at=two_days_ago)))
    assert entry_of(alice).type == "Completed"
    assert taken(player(of_show(1)))["state"] == "done"
    entry = entry_of(alice)
    assert (entry.type, entry.state, entry.progress) == ("Watching", "rewatching", 1)


def test_progress_is_not_lowered_where_it_was_removed_a_while_ago(
    alice, client, show, player
):
    body = {"animeId": 500, "type": "Watching", "progress": 10}
    client.post("/api/user/watchList", body)
    assert client.delete("/api/user/watchList?animeId=500").status_code == 200
    assert not WatchListEntry.objects.of(alice.pk).exists()
    taken(player(of_show(5)))
    assert (entry_of(alice).type, entry_of(alice).progress) == ("Watching", 10)


@pytest.mark.parametrize("episodes", [1, 12])
@pytest.mark.parametrize("finish", [{}, {"finished_on": f"{NOW:%Y-%m-%d}"}])
def test_what_was_completed_by_hand_is_not_watched_again_by_its_event(
    alice, client, show, player, episodes, finish
):
    Anime.objects.filter(pk=500).update(episodes=episodes)
    body = {"animeId": 500, "type": "Watching", "progress": episodes - 1}
    client.post("/api/user/watchList", body)
    done = client.patch("/api/user/watchList/500", {"type": "Completed", **finish})
    assert done.status_code == 200, done.content
    before = diary_of(alice)
    older = (NOW - timedelta(days=400)).isoformat()
    for event in (of_show(episodes), of_show(episodes, at=older), of_show(1, id="2")):
        assert taken(player(event))["state"] == "already"
    entry = entry_of(alice)
    assert (entry.type, entry.rewatches) == ("Completed", 0)
    assert diary_of(alice) == before


def test_what_was_finished_at_another_time_is_watched_again(
    alice, client, show, player
):
    """Also where it was put on the list just now."""
    Anime.objects.filter(pk=500).update(episodes=1)
    body = {"animeId": 500, "type": "Completed", "finished_on": "2019"}
    client.post("/api/user/watchList", body)
    assert taken(player(of_show(1)))["state"] == "done"
    assert (entry_of(alice).type, entry_of(alice).rewatches) == ("Completed", 1)


def test_a_file_of_two_episodes_is_two(alice, show, player):
    two = jellyfin(
        SeriesName="A Show", SeasonNumber=1, EpisodeNumber=1, EpisodeNumberEnd=2,
        Year=2006,
    )  # fmt: skip
    taken(player(two))
    assert entry_of(alice).progress == 2


def test_two_events_of_one_watching_are_one(alice, player):
    """Emby tells the end of a film, and that it was marked: no second viewing."""
    film = AnimeFactory(id=199, title="Spirited Away", format="Movie", episodes=1)
    named(film, "spirited away")
    ended = emby(Type="Movie", Name="Spirited Away", ProductionYear=2006)
    assert taken(player(ended))["state"] == "done"
    marked = ended | {"Event": "item.markplayed", "PlaybackInfo": {}}
    told = taken(player(marked))
    assert (told["state"], told["reason"]) == ("already", "told_before")
    assert (entry_of(alice).type, entry_of(alice).rewatches) == ("Completed", 0)


def test_a_player_that_tells_no_time_tells_of_a_second_watching(alice, player):
    """Kodi's document of it is the same, and for some hours the same event."""
    named(AnimeFactory(id=199, title="A Film", format="Movie", episodes=1), "a film")
    film = kodi(type="movie", title="A Film", showtitle="", uniqueid={})
    assert taken(player(film))["state"] == "done"
    assert taken(player(film))["scrobble"]["state"] == "done"
    month_ago = NOW - timedelta(days=30)
    Scrobble.objects.of(alice.pk).update(watched_at=month_ago)
    WatchListEntry.objects.of(alice.pk).update(finished_on=f"{month_ago:%Y-%m-%d}")
    second = taken(player(film))
    assert (second["state"], entry_of(alice).rewatches) == ("done", 1)
    assert taken(player(film)) == second
    assert Scrobble.objects.of(alice.pk).count() == 2


@pytest.fixture
def told_twice(show, player):
    """Its end and a mark of it; the last of three is watched really, hours later."""

    def tell(hours):
        at = NOW - timedelta(hours=4 - hours)
        return taken(player(of_show(1, at=at.isoformat())))

    first, second = tell(0), tell(1)
    assert (first["state"], second["reason"]) == ("done", "told_before")
    operations = {one["scrobble"]["operation_id"] for one in (first, second)}
    assert len(operations) == 1
    return first["scrobble"], second["scrobble"], lambda: tell(3)


@pytest.mark.parametrize("which", [0, 1])
def test_events_of_one_watching_are_undone_together(alice, client, told_twice, which):
    client.post(f"/api/user/scrobbles/{told_twice[which]['id']}/undo")
    assert not WatchListEntry.objects.of(alice.pk).exists()
    assert {row.state for row in Scrobble.objects.of(alice.pk)} == {"undone"}
    assert told_twice[2]()["state"] == "done"
    assert entry_of(alice).progress == 1


@pytest.mark.parametrize("which", [0, 1])
def test_events_of_one_watching_are_corrected_together(
    alice, client, told_twice, which
):
    AnimeFactory(id=501, episodes=12)
    address = f"/api/user/scrobbles/{told_twice[which]['id']}/match"
    assert client.post(address, {"animeId": 501}).json()["data"]["state"] == "done"
    assert (entry_of(alice).anime_id, entry_of(alice).progress) == (501, 1)
    rows = Scrobble.objects.of(alice.pk)
    assert {(row.anime_id, row.operation_id is None) for row in rows} == {(501, False)}


@pytest.mark.parametrize("is_done_again", [False, True])
def test_what_was_undone_in_the_history_is_no_watching(
    alice, client, told_twice, is_done_again
):
    operation = told_twice[0]["operation_id"]
    undone = client.post(f"/api/user/operations/{operation}/undo").json()
    assert not WatchListEntry.objects.of(alice.pk).exists()
    if is_done_again:
        operation = undone["meta"]["operation_id"]
        client.post(f"/api/user/operations/{operation}/undo")
    third = told_twice[2]()
    assert third["state"] == ("already" if is_done_again else "done")
    assert entry_of(alice).progress == 1


def test_all_that_a_token_scrobbled_is_undone_at_once(alice, client, show, player):
    taken(player(of_show(1)))
    taken(player(of_show(2)))
    [source] = client.get("/api/user/scrobbles/sources").json()["data"]
    since = (NOW - timedelta(hours=1)).isoformat()
    undone = client.post(
        f"/api/user/apps/{source['token_id']}/undo", {"since": since, "dry_run": False}
    )
    assert undone.status_code == 200, undone.content
    assert not WatchListEntry.objects.of(alice.pk).exists()
    assert taken(player(of_show(1, id="watched really")))["state"] == "done"
    assert entry_of(alice).progress == 1


# --- What its owner says -------------------------------------------------------------


def test_a_correction_moves_it_is_remembered_and_holds_for_what_waits(
    alice, client, titan, player
):
    unknown = {"series": "Titans", "ids": {}, "season": 3}
    waits = [taken(player(own(**unknown, episode=episode))) for episode in (13, 14)]
    assert [one["state"] for one in waits] == ["waiting", "waiting"]
    address = f"/api/user/scrobbles/{waits[0]['scrobble']['id']}"
    wrong = client.post(f"{address}/match", {"animeId": 16498, "offset": 0})
    assert wrong.json()["data"]["anime_episode"] == 13
    assert entry_of(alice).progress == 13
    body = {"animeId": 38524, "offset": -12, "remember": True}
    right = client.post(f"{address}/match", body).json()
    assert right["data"]["matched_by"] == "by_hand"
    assert right["meta"]["others"] == 1
    entry = entry_of(alice)
    assert (entry.anime_id, entry.progress) == (38524, 2)
    told = taken(player(own(**unknown, episode=15)))["scrobble"]
    assert (told["matched_by"], told["anime_episode"]) == ("remembered", 3)
    waiting = client.get("/api/user/scrobbles?state=waiting").json()["data"]
    assert waiting == []

    [rule] = client.get("/api/user/scrobbles/rules").json()["data"]
    assert (rule["series"], rule["season"], rule["offset"]) == ("Titans", 3, -12)
    assert client.delete(f"/api/user/scrobbles/rules/{rule['id']}").status_code == 200
    assert taken(player(own(**unknown, episode=16)))["state"] == "waiting"


def test_what_waits_is_searched_for_on_few_rows_and_the_oldest_go(
    alice, client, player, monkeypatch
):
    monkeypatch.setattr(services, "MOST_WAITING", 3)
    monkeypatch.setattr(reads, "MOST_SEARCHED", 2)
    named(AnimeFactory(id=500, title="Cops and Robbers"), "cops and robbers")
    for number in range(5):
        series = f"Cops and Robberz {number}"
        assert taken(player(own(series=series, ids={})))["state"] == "waiting"
    waiting = client.get("/api/user/scrobbles?state=waiting").json()["data"]
    assert [row["series"][-1] for row in waiting] == ["4", "3", "2"]
    assert [bool(row["candidates"]) for row in waiting] == [True, True, False]
    assert client.get("/api/user/scrobbles?limit=101").status_code == 400


def test_what_its_owner_decides_leaves_gaps_open_where_that_is_wished(
    alice, client, show, player
):
    unknown = {"series": "Shows", "ids": {}, "season": 1}
    waits = [taken(player(own(**unknown, episode=number))) for number in (3, 5)]
    [source] = client.get("/api/user/scrobbles/sources").json()["data"]
    address = f"/api/user/scrobbles/sources/{source['token_id']}"
    client.patch(address, {"fills_gaps": False})
    address = f"/api/user/scrobbles/{waits[0]['scrobble']['id']}/match"
    told = client.post(address, {"animeId": 500, "remember": True})
    assert told.json()["meta"]["others"] == 1
    entry = entry_of(alice)
    assert (entry.progress, entry.episode_ranges) == (0, "ahead 3,5")


def test_what_is_no_anime_is_asked_once(client, player):
    series = {"series": "Cops", "ids": {}}
    waits = taken(player(own(**series)))["scrobble"]
    body = {"animeId": None, "remember": True}
    told = client.post(f"/api/user/scrobbles/{waits['id']}/match", body).json()["data"]
    assert told["state"] == "dismissed"
    assert taken(player(own(**series, id="2")))["state"] == "dismissed"


def test_one_is_undone_by_itself(alice, client, show, player):
    taken(player(of_show(1)))
    second = taken(player(of_show(2)))["scrobble"]
    undone = client.post(f"/api/user/scrobbles/{second['id']}/undo")
    assert undone.json()["data"]["state"] == "undone"
    assert entry_of(alice).progress == 1


def test_a_stranger_sees_and_decides_nothing(client, other_client, show, player):
    scrobble = taken(player(of_show(1)))["scrobble"]
    assert other_client.get("/api/user/scrobbles").json()["data"] == []
    address = f"/api/user/scrobbles/{scrobble['id']}"
    for refused in (
        other_client.post(f"{address}/match", {"animeId": 500}),
        other_client.post(f"{address}/undo"),
        other_client.delete(address),
    ):
        assert (refused.status_code, refused.json()["code"]) == (
            404,
            "scrobble_not_found",
        )


def test_a_source_is_changed_while_its_first_event_comes(alice, client):
    """The event makes the row, without the lock, between a look and a write."""
    token_id, is_first = uuid4(), True

    def event_comes_then(execute, sql, params, many, context):
        nonlocal is_first
        found = execute(sql, params, many, context)
        is_look = sql.startswith("SELECT") and '"least_percent"' in sql
        if is_first and is_look:
            is_first = False
            ScrobbleSource.objects.create(
                user_id=alice.pk, token_id=token_id, heard="test"
            )
        return found

    with connection.execute_wrapper(event_comes_then):
        address = f"/api/user/scrobbles/sources/{token_id}"
        changed = client.patch(address, {"least_percent": 90})
    assert changed.status_code == 200, changed.content
    [source] = ScrobbleSource.objects.of(alice.pk)
    assert (source.least_percent, source.heard, is_first) == (90, "test", False)


# --- What is left out ----------------------------------------------------------------


def test_a_households_others_stay_out(alice, client, titan, player):
    taken(player(jellyfin(NotificationType="PlaybackStart")))
    [source] = client.get("/api/user/scrobbles/sources").json()["data"]
    address = f"/api/user/scrobbles/sources/{source['token_id']}"
    client.patch(address, {"accounts": ["ALICE"], "libraries": [], "least_percent": 90})
    told = taken(player(jellyfin(NotificationUsername="bob")))
    assert (told["state"], told["reason"]) == ("ignored", "other_account")
    half = jellyfin(PlayedToCompletion=False, PlaybackPositionTicks=7_200_000_000)
    assert taken(player(half))["reason"] == "below_percent"
    assert taken(player(jellyfin(NotificationType="ItemAdded")))["why"]
    assert not Scrobble.objects.across_users().exists()
    assert client.get("/api/user/scrobbles/sources").json()["data"][0]["heard"]
    client.patch(address, {"libraries": ["Films"]})
    assert taken(player(jellyfin()))["reason"] == "other_library"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[]", "text/plain"),
        (b'{"nonsense": 1}', "application/json"),
        (b'{"event": "wached"}', "application/json"),
        (b'{"event": "watched", "episode": -1}', "application/json"),
        (b'{"event": "watched", "ids": {"letterboxd": 1}}', "application/json"),
        (b"payload=%7B", "application/x-www-form-urlencoded"),
        (b"payload=%7B%7D" + b"&x=1" * 60, "application/x-www-form-urlencoded"),
        (b"--x\r\n\r\n", "multipart/form-data; boundary=x"),
        (b"\xff\xfe", "text/plain"),
    ],
)
def test_what_cannot_be_read_is_a_clear_400(token, body, content_type):
    told = Client().generic("POST", f"/api/scrobble/{token}", body, content_type)
    assert told.status_code == 400
    assert told.json()["error"]


@pytest.mark.parametrize("make", [jellyfin, plex, emby, kodi, tautulli])
def test_values_of_any_kind_are_no_failure_of_ours(titan, player, make):
    """Each value of a document in turn replaced by what it should not be."""

    def bent(value):
        for wrong in (None, -1, 1e300, "x" * 5000, [], {}, True, "\u2028"):
            if isinstance(value, dict):
                yield from (
                    value | {key: other}
                    for key, inner in value.items()
                    for other in ([wrong] if not isinstance(inner, dict)
                                  else [*bent(inner), wrong])
                )  # fmt: skip
            break
        yield from ({**value, key: "x" * 5000} for key in value)
        yield from ({**value, key: -(2**60)} for key in value)

    for document in bent(make()):
        assert player(document).status_code in (200, 400), document


def test_an_address_holds_a_token_that_scrobbles_and_nothing_else(alice, titan):
    wide = personal_token(alice, "scrobble", "list:read")
    other = personal_token(alice, "list:read")
    for text in (wide, other):
        refused = APIClient().post(f"/api/scrobble/{text}", own())
        assert (refused.status_code, refused.json()["code"]) == (403, "token_too_wide")
    unknown = other[:-1] + ("1" if other.endswith("0") else "0")
    refused = APIClient().post(f"/api/scrobble/{unknown}", own())
    assert (refused.status_code, refused.json()["code"]) == (401, "token_invalid")


def test_no_token_of_an_address_is_logged(token, titan, caplog, settings):
    settings.REQUEST_LOG = True
    caplog.set_level("DEBUG")
    Client().generic("POST", f"/api/scrobble/{token}", b"{", "text/plain")
    Client().get(f"/api/scrobble/{token}")
    assert token not in caplog.text


def test_links_of_titles_follow_what_sources_say(titan):
    links = SeriesLink.objects.filter(database="tvdb", external_id="267440")
    assert set(links.values_list("anime_id", flat=True)) == {16498, 35760, 38524}
    with changing_catalogue() as state:
        carry_out([Change(35760, "kometa", FactKind.SEASONS, None)], state)
    assert set(links.values_list("anime_id", flat=True)) == {16498, 38524}


def test_an_episode_takes_as_many_statements_as_it_needs(titan, player, budget):
    player(jellyfin())
    in_words = (
        "the sign-in; settings of the token; is it known; rule; titles of the name, "
        "their facts; titles of the series, their facts; lock; is it known; watched in "
        "these hours; the entry; saved with log and diary and state; the scrobble; "
        "what was heard; the title of the answer"
    )
    with budget(24, in_words):
        taken(player(jellyfin(EpisodeNumber=14)))


def test_how_far_a_player_is_takes_no_recognition(alice, titan, player, budget):
    """It is told every few seconds."""
    far = jellyfin(NotificationType="PlaybackProgress")
    assert taken(player(far))["state"] == "playing"
    further = far | {"PlaybackPositionTicks": 7_200_000_000}
    with budget(4, "the sign-in; settings of the token; what was heard"):
        assert taken(player(further))["state"] == "playing"
