"""Viewing histories of players, and lists of trackers that are only read."""

import json

import pytest

from collections_app.transfer import UnsupportedFileError, read
from collections_app.transfer.play_json import DUB


def rows(document):
    return read(json.dumps(document).encode()).rows


def only(document):
    [record] = rows(document)
    return record


def told(data):
    return [(r.title, r.watched, r.is_listed, r.doubt) for r in read(data).rows]


# --- Netflix ----------------------------------------------------------------------

NETFLIX = """Title,Date
"Death Note: Season 1: Rebirth","1/20/24"
"Death Note: Season 1: Confrontation","1/20/24"
"Death Note: Season 1: Dealings","1/21/24"
"Kakegurui: Temporada 2: Episodio 1","2/3/24"
"Fullmetal Alchemist: Brotherhood: Parte 1: El alquimista","2/3/24"
"Your Name.","5/6/24"
"Pluto: Limited Series: Episode 1","5/7/24"
"Baki: The Blood Debt","5/8/24"
"Baki: The Two Beasts","5/8/24"
"Baki: Showdown","5/9/24"
"Ghost in the Shell: Arise","12/31/24"
"""


def test_netflixs_lines_become_days_of_seasons():
    doubt = "live action"
    assert told(NETFLIX.encode()) == [
        ("Death Note", {"2024-01-20": 2, "2024-01-21": 1}, False, doubt),
        ("Kakegurui Season 2", {"2024-02-03": 1}, False, doubt),
        ("Fullmetal Alchemist: Brotherhood", {"2024-02-03": 1}, False, doubt),
        ("Your Name.", {"2024-05-06": 1}, False, doubt),
        ("Pluto", {"2024-05-07": 1}, False, doubt),
        ("Baki", {"2024-05-08": 2, "2024-05-09": 1}, False, doubt),
        ("Ghost in the Shell: Arise", {"2024-12-31": 1}, False, doubt),
    ]


def test_netflixs_day_stands_first_where_a_line_shows_it():
    [row] = read(b"Title,Date\nYour Name.,05/06/24\nYour Name.,31/12/24\n").rows
    assert row.watched == {"2024-06-05": 1, "2024-12-31": 1}


def test_a_day_that_may_be_two_is_a_year_and_says_so():
    [row] = read(b"Title,Date\nYour Name.,05/06/24\n").rows
    assert row.watched == {"2024": 1}
    assert "05/06/24" in row.remarks[0]


def test_netflixs_whole_download_has_trailers_which_are_none():
    header = (
        "Profile Name,Start Time,Duration,Attributes,Title,Supplemental Video Type,"
        "Device Type,Bookmark,Latest Bookmark,Country\n"
    )
    lines = (
        "Mia,2024-01-20 20:00:00,00:22:00,,Death Note: Season 1: Rebirth,,TV,,,ES\n"
        "Mia,2024-01-20 20:30:00,00:12:00,,Death Note: Season 1: Rebirth,,TV,,,ES\n"
        "Mia,2024-01-20 21:00:00,00:01:00,,Naruto: Trailer,TRAILER,TV,,,ES\n"
    )
    [row] = read((header + lines).encode()).rows
    # An episode that was stopped and went on is one episode of that day.
    assert (row.title, row.watched) == ("Death Note", {"2024-01-20": 1})


def test_a_line_without_a_day_is_refused_alone():
    first, second = read(b"Title,Date\nYour Name.,2024-05-06\nSuzume,soon\n").rows
    assert first.title == "Suzume"
    assert "soon" in first.reason
    assert second.title == "Your Name."


def test_a_history_is_cut_nowhere_in_silence():
    lines = b"".join(b"Your Name.,2024-05-06\n" for _ in range(20_001))
    with pytest.raises(UnsupportedFileError, match="more than 20,000 rows"):
        read(b"Title,Date\n" + lines)


# --- TV Time, Trakt, Crunchyroll --------------------------------------------------


def test_tv_times_episodes_are_days_and_what_it_follows_is_none():
    data = b"""key,series_name,season_number,episode_number,created_at,s_id
watch-episode-1,Naruto,1,1,2021-05-03 20:00:00,78857
watch-episode-2,Naruto,1,2,2021-05-03 20:30:00,78857
rewatch-episode-2,Naruto,1,2,2022-05-03 20:30:00,78857
watch-episode-3,Naruto,2,1,2021-05-04 20:00:00,78857
user-series-78857,Naruto,,,2021-05-01 20:00:00,78857
"""
    assert told(data) == [
        ("Naruto", {"2021-05-03": 2, "2022-05-03": 1}, False, "live action"),
        ("Naruto Season 2", {"2021-05-04": 1}, False, "live action"),
    ]


def test_a_line_of_tv_time_that_ends_early_is_none():
    data = b"""series_name,season_number,episode_number,created_at,key
Naruto,1,1,2021-05-03 20:00:00,watch-episode-1
Naruto,1,2
"""
    assert told(data) == [("Naruto", {"2021-05-03": 1}, False, "live action")]


def test_trakts_history_is_episodes_and_films():
    show = {"title": "Death Note", "year": 2006, "ids": {"tvdb": 79481}}
    watched = {"action": "scrobble", "watched_at": "2024-01-20T23:10:00.000Z"}
    episode = watched | {"type": "episode", "show": show}
    film = {"title": "Your Name.", "year": 2016}
    first, second = rows(
        [
            episode | {"id": 1, "episode": {"season": 1, "number": 1}},
            episode | {"id": 2, "episode": {"season": 1, "number": 2}},
            watched | {"id": 3, "type": "movie", "movie": film},
        ]
    )
    assert (first.title, first.year, first.watched) == (
        "Death Note",
        2006,
        {"2024-01-20": 2},
    )
    assert (second.title, second.year, second.doubt) == (
        "Your Name.",
        2016,
        "live action",
    )


def crunchyroll(**said):
    metadata = {"series_title": "Attack on Titan", "season_number": 1} | said
    return {
        "date_played": "2024-01-20T20:00:00Z",
        "fully_watched": True,
        "panel": {"episode_metadata": metadata},
    }


def test_crunchyrolls_seasons_have_names_of_their_own():
    page = {
        "total": 4,
        "data": [
            crunchyroll(season_title="Attack on Titan", episode_number=1),
            crunchyroll(season_title="Attack on Titan (English Dub)", episode_number=2),
            crunchyroll(season_title="Attack on Titan Final Season", episode_number=60),
            crunchyroll(season_title="", season_number=2, episode_number=26),
            crunchyroll(episode_number=3) | {"fully_watched": False},
        ],
    }
    day = "2024-01-20"
    assert [(r.title, r.watched, r.doubt) for r in rows([page])] == [
        ("Attack on Titan", {day: 2}, ""),
        ("Attack on Titan Final Season", {day: 1}, ""),
        ("Attack on Titan Season 2", {day: 1}, ""),
    ]
    assert not any(row.is_listed for row in rows([page]))


def test_a_run_of_spaces_in_a_title_is_looked_at_once():
    assert DUB.match("x  (Dub)", 1)
    assert not DUB.match("x  (Dub)", 2)  # from each space, these would take minutes
    long_ = "x" + " " * 10_000 + "x"
    page = [crunchyroll(series_title=long_, season_title=long_)] * 100
    assert [row.title for row in rows({"data": page})] == ["x"]


# --- lists that are only read -----------------------------------------------------


def test_everything_of_bangumis_entry_is_read():
    entry = {
        "subject_id": 265,
        "subject_type": 2,
        "type": 3,
        "rate": 9,
        "ep_status": 12,
        "vol_status": 0,
        "comment": "好看",
        "tags": ["EVA", "1995"],
        "private": True,
        "updated_at": "2024-01-20T20:00:00+08:00",
        "subject": {
            "name": "新世紀",
            "name_cn": "新世纪",
            "date": "1995-10-04",
            "eps": 26,
        },
    }
    book = {"subject_type": 1, "type": 2, "ep_status": 0, "subject": {"name": "Book"}}
    odd = entry | {"type": 9}
    first, second, third = rows({"data": [entry, book, odd], "total": 3})
    assert first.values == {
        "type": "Watching",
        "state": "active",
        "progress": 12,
        "score": 90,
        "notes": "好看",
        "tags": ["EVA", "1995"],
        "is_private": True,
    }
    assert (first.title, first.names, first.year) == ("新世紀", ["新世纪"], 1995)
    assert "a book" in second.reason
    assert "not a known status" in third.reason


WORK = {
    "annictId": 865,
    "malAnimeId": "1535",
    "title": "DEATH NOTE",
    "titleEn": "Death Note",
    "seasonYear": 2006,
    "episodesCount": 37,
    "media": "TV",
}


@pytest.mark.parametrize(
    "document",
    [
        {
            "data": {
                "viewer": {
                    "libraryEntries": {
                        "nodes": [{"status": {"state": "STOP_WATCHING"}, "work": WORK}]
                    }
                }
            }
        },
        {
            "data": {
                "viewer": {
                    "works": {
                        "edges": [
                            {"node": WORK | {"viewerStatusState": "STOP_WATCHING"}}
                        ]
                    }
                }
            }
        },
        {
            "works": [
                {
                    "id": 865,
                    "mal_anime_id": "1535",
                    "title": "DEATH NOTE",
                    "title_en": "Death Note",
                    "season_name": "2006-autumn",
                    "episodes_count": 37,
                    "media": "tv",
                    "status": {"kind": "stop_watching"},
                }
            ],
            "total_count": 1,
        },
    ],
    ids=["libraryEntries", "works", "REST"],
)
def test_annicts_lists_are_read_of_all_its_answers(document):
    record = only(document)
    assert (record.title, record.names) == ("DEATH NOTE", ["Death Note"])
    assert record.ids == {"mal": "1535"}
    assert (record.year, record.episodes, record.format) == (2006, 37, "TV")
    assert record.values == {"type": "Collection", "state": "dropped"}


@pytest.mark.parametrize("word", [["WATCHED"], {"kind": "WATCHED"}], ids=repr)
def test_a_status_of_annict_that_is_no_word_refuses_its_row_alone(word):
    good = WORK | {"status": {"kind": "watched"}}
    refused, taken = rows({"works": [WORK | {"status": {"state": word}}, good]})
    assert refused.reason == "status is not text."
    assert taken.values["type"] == "Completed"


def ryot(**said):
    base = {
        "lot": "anime",
        "source": "anilist",
        "identifier": "1535",
        "source_id": "Death Note",
        "seen_history": [],
        "reviews": [],
        "collections": [],
    }
    return base | said


def test_everything_of_ryots_entry_is_read():
    seen = {"progress": "100", "ended_on": "2024-01-20T20:00:00Z"}
    entry = ryot(
        seen_history=[
            seen | {"anime_episode_number": 1},
            seen | {"anime_episode_number": 2},
            {"progress": "40", "anime_episode_number": 3},
        ],
        reviews=[{"rating": "85", "review": {"text": "Clever."}}],
        collections=["In Progress", {"collection_name": "With Anna"}],
    )
    record = only({"metadata": [entry], "people": []})
    assert record.ids == {"anilist": "1535"}
    assert record.values == {
        "progress": 2,
        "type": "Watching",
        "state": "active",
        "score": 85,
        "notes": "Clever.",
    }
    assert record.watched == {"2024-01-20": 2}
    assert [place["name"] for place in record.lists] == ["With Anna"]
    assert record.doubt == ""


@pytest.mark.parametrize(
    ("said", "type_"),
    [
        ({"seen_history": [{"progress": "100"}]}, "Completed"),
        ({"seen_history": [{"progress": "10"}]}, "Watching"),
        ({"collections": ["Watchlist"]}, "To Watch"),
        ({"collections": [{"collection_name": "Owned"}]}, "Collection"),
        ({}, None),
    ],
    ids=["seen", "begun", "planned", "owned", "nothing"],
)
def test_ryots_collections_and_history_say_the_status(said, type_):
    assert only({"metadata": [ryot(**said)]}).values.get("type") == type_


def test_what_is_no_anime_at_ryot_is_refused_or_asked_about():
    others = [
        ryot(lot="video_game", source="igdb"),
        ryot(lot="show", source="tmdb", identifier="13916"),
    ]
    first, second = rows({"metadata": others})
    assert "a game" in first.reason
    assert (second.doubt, second.ids) == ("live action", {})
