"""Tables of other trackers, spreadsheets and databases, as CSV and as flat JSON."""

import json

import pytest

from collections_app.transfer import (
    Record,
    Refused,
    UnsupportedFileError,
    read,
    table_json,
)
from collections_app.transfer.table import OWN_COLUMNS


def table(*lines, encoding="utf-8"):
    return "\n".join([*lines, ""]).encode(encoding)


def only(data, **said):
    [record] = read(data, **said).rows
    return record


def reasons(data):
    return [getattr(row, "reason", "") for row in read(data).rows]


def test_rows_past_the_limit_take_no_memory():
    """Each would take a cell of each of 200 columns: 1.6 GB of a file of 2 MB."""
    document = [{"title": "Cowboy Bebop", "status": "Completed"}, *[1] * 100_000]
    assert len(table_json.table_of(document).lines) == 20_001
    with pytest.raises(UnsupportedFileError, match="more than 20,000 rows"):
        read(json.dumps(document).encode())


# --- what a row is ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("Game", "a game"),
        ("Video Game", "a game"),
        ("video_game", "a game"),
        ("Board game", "a game"),
        ("boardgame", "a game"),
        ("Visual Novel", "a game"),
        ("Book", "a book"),
        ("Audiobook", "a book"),
        ("Manga", "a manga"),
        ("manhwa", "a manga"),
        ("Light Novel", "a novel"),
        ("light_novel", "a novel"),
        ("Comic", "a comic"),
        ("One-shot", "a comic"),
        ("Drama", "a drama"),
        ("K-Drama", "a drama"),
        ("Live Action", "live action"),
        ("Live-action movie", "live action"),
        ("Podcast", "a podcast"),
        ("Album", "music"),
        ("Documentary", "a documentary"),
    ],
)
@pytest.mark.parametrize("column", ["type", "media_type", "Category"])
def test_what_is_no_anime_is_refused_as_that(kind, said, column):
    other = "anime" if column == "Category" else "TV"
    rows = read(table(f"title,{column},status", f"A,{other},", f"Berserk,{kind},")).rows
    assert isinstance(rows[0], Record)
    assert rows[1].reason == f"This is {said}, but only anime can be imported here."


@pytest.mark.parametrize(
    "kind", ["TV", "Movie", "OVA", "Music", "anime", "Anime movie"]
)
def test_what_is_an_anime_is_taken_without_a_doubt(kind):
    assert only(table("title,type,status", f"A,{kind},Completed")).doubt == ""


@pytest.mark.parametrize("category", ["Drama", "Music", "Game", "Favourites"])
def test_a_category_may_be_a_genre(category):
    record = only(table("title,category,status", f"A,{category},Completed"))
    assert record.doubt == ""


@pytest.mark.parametrize("kind", ["TV", "movie", "TV Show", "Series", ""])
def test_beside_rows_that_are_called_anime_others_are_asked_about(kind):
    data = table("title,type,status", "A,Anime,Completed", f"B,{kind},Completed")
    assert [record.doubt for record in read(data).rows] == ["", "live action"]


def test_music_beside_rows_that_are_called_anime_is_music():
    data = table("title,lot,status", "A,anime,Completed", "B,music,Completed")
    assert reasons(data)[1].startswith("This is music")


@pytest.mark.parametrize("source", ["tmdb", "TMDB", "imdb", "tvdb", "trakt"])
@pytest.mark.parametrize("kind", ["tv", "movie"])
def test_what_a_site_of_films_lists_may_be_live_action(source, kind):
    data = table("media_id,source,media_type,title", f"7,{source},{kind},Death Note")
    record = only(data)
    assert (record.doubt, record.ids) == ("live action", {})


@pytest.mark.parametrize("column", ["imdb_id", "TMDB", "TVDB", "Const", "Trakt ID"])
def test_an_id_of_such_a_site_alone_is_doubtful_and_one_of_an_anime_site_is_not(column):
    header = f"title,type,MAL ID,{column}"
    asked, clear = read(table(header, "A,tv,,17", "A,tv,1,17")).rows
    assert (asked.doubt, clear.doubt) == ("live action", "")


def test_genres_of_imdb_tell_what_is_drawn():
    header = "Const,Your Rating,Title,Title Type,Year,Genres"
    data = table(
        header,
        'tt1,9,Death Note,TV Series,2006,"Animation, Crime"',
        'tt2,5,Death Note,Movie,2017,"Crime, Drama"',
        "tt3,7,Portal,Video Game,2007,Puzzle",
    )
    assert ["live action" in one for one in reasons(data)] == [False, True, False]
    assert read(data).rows[0].doubt == "live action"
    assert "a game" in reasons(data)[2]


@pytest.mark.parametrize(
    ("source", "says"),
    [("igdb", "a game"), ("openlibrary", "a book"), ("mangaupdates", "a manga")],
)
def test_a_site_of_something_else_tells_what_it_is(source, says):
    data = table("media_id,source,title", "1,mal,A", f"2,{source},B")
    assert says in reasons(data)[1]


@pytest.mark.parametrize("source", ["Manga", "Light novel", "Original", "Game"])
def test_what_an_anime_is_made_of_is_no_kind_of_its_row(source):
    record = only(table("title,source,status", f"A,{source},Completed"))
    assert (record.doubt, record.extra) == ("", {"source": source})


def test_a_backup_of_simkl_as_csv_keeps_anime_apart():
    header = "SIMKL_ID,Title,Type,Year,Watchlist,LastEpWatched,Rating,Memo,TMDB,IMDB"
    data = table(
        header,
        "1,Bebop,anime,1998,watching,S01E07,9,so,,",
        "2,Lost,tv,2004,completed,S06E18,8,,4,tt1",
        "3,Heat,movie,1995,plan to watch,,,,5,tt2",
    )
    taken, *refused = read(data).rows
    assert taken.ids == {"simkl": "1"}
    assert taken.values == {
        "type": "Watching",
        "state": "active",
        "progress": 7,
        "score": 90,
        "notes": "so",
    }
    assert all("not anime at Simkl" in row.reason for row in refused)


def test_yamtracks_rows_of_episodes_and_seasons_belong_to_their_show():
    header = "media_id,source,media_type,title,season_number,episode_number,score,"
    data = table(
        header + "status,end_date,progress,progressed_at",
        "9,tmdb,tv,Death Note,,,7,Completed,,37,2024-02-09T12:00:00Z",
        "9,tmdb,season,Death Note,1,,7,Completed,,37,2024-02-09T12:00:00Z",
        "9,tmdb,episode,Death Note,1,1,,,2024-02-09,,2024-02-10T12:00:00Z",
        "227,mal,anime,FLCL,,,,In progress,,2,2024-02-09T10:00:00Z",
        "2,mal,manga,Berserk,,,,Completed,,0,",
        "19562,igdb,game,Biohazard,,,,Completed,,3h 00min,",
        "5,anilist,anime,X,,,8.5,Paused,,1,",
    )
    show, season, episode, flcl, manga, game, other = read(data).rows
    assert (show.doubt, show.ids) == ("live action", {})
    assert "one season" in season.reason
    assert "one episode" in episode.reason
    assert (flcl.ids, flcl.doubt, flcl.values["progress"]) == ({"mal": "227"}, "", 2)
    assert flcl.changed_at is not None
    assert "a manga" in manga.reason
    assert "a game" in game.reason
    assert other.ids == {"anilist": "5"}


def test_a_status_of_mangas_makes_a_row_no_anime_unless_an_id_says_it_is():
    [reason] = reasons(table("title,status", "A,Plan to read"))
    assert "not for anime" in reason
    record = only(table("title,mal id,status", "A,1,Plan to read"))
    assert record.values["type"] == "To Watch"


# --- ids --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "id_", ["5680", "5680.0", "5680,0", "5,680", "5.680", " 5680 "]
)
def test_an_id_as_spreadsheets_write_it(id_):
    assert only(table("title,MAL ID", f'A,"{id_}"')).ids == {"mal": "5680"}


@pytest.mark.parametrize(
    "id_", ["5680.5", "-1", "0", "0.0", "x", "5.68E+03", "56800000000"]
)
def test_what_is_no_id_is_none(id_):
    assert only(table("title,MAL ID", f'A,"{id_}"')).ids == {}


@pytest.mark.parametrize("column", ["link", "MAL ID", "URL"])
def test_an_address_of_a_title_is_its_id(column):
    data = table(
        f"title,{column}",
        "A,https://myanimelist.net/anime/5680/K-On",
        "B,https://myanimelist.net/manga/2/Berserk",
    )
    first, second = read(data).rows
    assert first.ids == {"mal": "5680"}
    assert "a manga" in second.reason


def test_a_table_of_the_existing_site_names_titles_by_myanimelists_ids():
    data = table(
        "id,user_id,anime_id,type,created_at",
        "8c1d,77,1535,Completed,2024-05-01 10:00:00+00",
        "8c1e,77,1,To Watch,2024-05-02 10:00:00+00",
        "8c1f,77,5,Collection,",
        "8c20,77,6,Watching,",
    )
    rows = read(data).rows
    assert [record.ids for record in rows] == [
        {"mal": id_} for id_ in ("1535", "1", "5", "6")
    ]
    assert [record.values["type"] for record in rows] == [
        "Completed", "To Watch", "Collection", "Watching",
    ]  # fmt: skip
    assert str(rows[0].added_at) == "2024-05-01 10:00:00+00:00"
    assert rows[0].extra == {}
    flat = [
        {"anime_id": 1535, "type": "Completed"},
        {"anime_id": "1", "type": "Watching"},
    ]
    assert [r.ids["own"] for r in read(json.dumps(flat).encode()).rows] == ["1535", "1"]
    titled = table("anime_id,title,type", "1535,Death Note,Completed")
    assert only(titled).ids == {"mal": "1535"}


def test_an_anime_id_beside_a_title_is_anybodys():
    record = only(table("anime_id,title,status", "1535,Bebop,Completed"))
    assert (record.ids, record.extra) == ({}, {"anime_id": "1535"})


# --- cells ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "score"),
    [
        ("9/10", 90),
        ("8.5/10", 85),
        ("8,5/10", 85),
        ("4/5", 80),
        ("3.5 / 5", 70),
        ("85/100", 85),
        ("9 out of 10", 90),
        ("85%", 85),
        ("★★★★☆", 80),
        ("★★★½", 70),
        ("⭐⭐⭐⭐⭐", 100),
        ("⭐️⭐️⭐️", 60),
        ("★★★★★★★★☆☆", 80),
        ("4 stars", 80),
        ("4.5 stars", 90),
        ("0/10", None),
        ("", None),
        ("-", None),
    ],
)
def test_a_score_may_say_its_scale(cell, score):
    record = only(table("Name,Score", f'A,"{cell}"'))
    assert (record.values["score"], record.remarks) == (score, [])
    assert read(table("Name,Score", f'A,"{cell}"')).warnings == []


@pytest.mark.parametrize("cell", ["11/10", "6/5", "good", "120%", "9/7", "☆☆☆", "-3"])
def test_what_is_no_score_refuses_its_row(cell):
    assert "score" in only(table("Name,Score", f'A,"{cell}"')).reason


def test_cells_that_say_their_scale_tell_that_of_the_others():
    rows = read(table("Name,Score", "A,4/5", "B,3", "C,5")).rows
    assert [record.values["score"] for record in rows] == [80, 60, 100]


@pytest.mark.parametrize(
    ("scale", "score"), [("5", 80), ("10", 40), ("100", 4), (None, 40)]
)
def test_the_sender_may_say_the_scale(scale, score):
    file = read(table("title,score", "A,4"), scale=scale)
    assert file.rows[0].values["score"] == score
    assert [("highest is 4" in said) for said in file.warnings] == [True] * (
        scale is None
    )


def test_a_scale_that_is_said_and_too_small_refuses_the_row():
    taken, refused = read(table("title,score", "A,4", "B,8"), scale="5").rows
    assert taken.values["score"] == 80
    assert "score is not from 0 to 5: 8" in refused.reason


def test_a_scale_that_a_format_does_not_need_is_a_warning():
    data = table("series_title,my_score,my_status", "A,9,Completed")
    [said] = read(data, scale="5").warnings
    assert "MyAnimeList has its own scale" in said


def test_a_score_that_is_finer_than_what_is_kept_is_rounded_and_says_so():
    record = only(table("title,score", "A,8.75"))
    assert record.values["score"] == 88
    assert record.remarks == ["The score 8.75 is stored as 8.8."]


@pytest.mark.parametrize(
    ("word", "type_", "state"),
    [
        ("Done", "Completed", "active"),
        ("Seen", "Completed", "active"),
        ("Finished", "Completed", "active"),
        ("✅ Completed", "Completed", "active"),
        ("Not started", "To Watch", "active"),
        ("Backlog", "To Watch", "active"),
        ("Wishlist", "To Watch", "active"),
        ("To-do", "To Watch", "active"),
        ("In progress", "Watching", "active"),
        ("Paused", "Watching", "on_hold"),
        ("Rewatching…", "Watching", "rewatching"),
        ("Abandoned", "Collection", "dropped"),
        ("Won't watch", "Collection", "dropped"),
    ],
)
def test_statuses_as_people_call_them(word, type_, state):
    values = only(table("Name,Status", f"A,{word}")).values
    assert (values["type"], values["state"]) == (type_, state)


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("January 5, 2021", "2021-01-05"),
        ("Jan 5, 2021", "2021-01-05"),
        ("Jan. 5th, 2021", "2021-01-05"),
        ("5 January 2021", "2021-01-05"),
        ("05-Jan-21", "2021-01-05"),
        ("Tuesday, January 5, 2021", "2021-01-05"),
        ("January 5, 2021 12:00 AM (GMT+1)", "2021-01-05"),
        ("January 2021", "2021-01"),
        ("2021/01/05", "2021-01-05"),
        ("2021年1月5日", "2021-01-05"),
        ("05.01.2021", "2021-01-05"),
        ("05/05/2021", "2021-05-05"),
        ("13/1/2021", "2021-01-13"),
        ("1/13/21", "2021-01-13"),
    ],
)
def test_days_as_people_write_them(cell, date):
    record = only(table("Name,Start Date", f'A,"{cell}"'))
    assert (record.values["started_on"], record.remarks) == (date, [])


@pytest.mark.parametrize(
    "cell", ["Foo 5, 2021", "January 32, 2021", "tomorrow", "44201"]
)
def test_what_is_no_day_refuses_its_row(cell):
    assert (
        "started_on is not a valid date"
        in only(table("Name,Started", f'A,"{cell}"')).reason
    )


def test_a_range_of_notions_is_two_days():
    cell = '"January 5, 2021 → January 9, 2021"'
    for header in ("Name,Start Date", "Name,Dates"):
        values = only(table(header, f"A,{cell}")).values
        assert (values["started_on"], values["finished_on"]) == (
            "2021-01-05",
            "2021-01-09",
        )


@pytest.mark.parametrize(
    ("other", "dates"),
    [
        ("25/12/2020", ["2020-12-25", "2021-03-10"]),
        ("12/25/2020", ["2020-12-25", "2021-10-03"]),
    ],
)
def test_the_other_dates_of_a_file_tell_which_part_is_the_day(other, dates):
    rows = read(table("title,started", f"A,{other}", "B,10/3/2021")).rows
    assert [record.values["started_on"] for record in rows] == dates


def test_a_date_of_two_meanings_is_kept_as_its_year_and_says_so():
    file = read(table("title,started,status", "A,10/3/2017,Completed"))
    [record] = file.rows
    assert record.values["started_on"] == "2017"
    assert "10/3/2017" in record.remarks[0]
    assert "1 row was changed when" in file.warnings[0]


@pytest.mark.parametrize(
    ("cell", "progress"),
    [
        ("1,085", 1085),
        ("12.0", 12),
        ("12 of 26", 12),
        ("12/26", 12),
        ("Ep 12", 12),
        ("E12", 12),
        ("S01E12", 12),
        ("12 episodes", 12),
        ("N/A", None),
    ],
)
def test_episodes_as_people_count_them(cell, progress):
    assert (
        only(table("title,progress", f'A,"{cell}"')).values.get("progress") == progress
    )


def test_an_episode_of_a_later_season_is_no_progress_and_says_so():
    record = only(table("title,progress", "A,S03E07"))
    assert "progress" not in record.values
    assert "later season" in record.remarks[0]


@pytest.mark.parametrize(
    ("box", "type_"), [("yes", "Completed"), ("✓", "Completed"), ("no", None)]
)
def test_watched_may_be_a_box_to_tick(box, type_):
    assert only(table("title,watched", f"A,{box}")).values.get("type") == type_


def test_rewatching_may_have_a_column_of_its_own():
    header = "title,status,rewatching"
    again, paused = read(table(header, "A,Completed,yes", "B,On hold,yes")).rows
    assert (again.values["state"], again.remarks) == ("rewatching", [])
    assert paused.values["state"] == "on_hold"
    assert "as watched again" in paused.remarks[0]


@pytest.mark.parametrize(
    ("word", "priority"), [("LOW", 0), ("Medium", 1), ("high", 2), ("7", 7)]
)
def test_priorities_may_be_words(word, priority):
    assert only(table("title,priority", f"A,{word}")).values["priority"] == priority


# --- files ------------------------------------------------------------------------


def test_the_header_may_stand_below_a_heading():
    data = table("My anime,,", ",,", "Title,Status,Score", "Bebop,Done,9/10")
    assert only(data).values == {"type": "Completed", "state": "active", "score": 90}


def test_a_table_without_a_header_is_read_where_its_columns_are_evident():
    data = table("Cowboy Bebop,Completed,26/26,TV", "Trigun,Plan to watch,0/26,TV")
    first, second = read(data).rows
    assert (first.title, first.format, first.episodes) == ("Cowboy Bebop", "TV", 26)
    assert first.values == {"type": "Completed", "state": "active", "progress": 26}
    assert second.values["type"] == "To Watch"


@pytest.mark.parametrize(
    "lines",
    [
        ["Cowboy Bebop,Completed,9", "Trigun,Plan to watch,26"],
        ["Cowboy Bebop", "Trigun"],
        ["Cowboy Bebop,Sunrise,Completed", "Trigun,Madhouse,Dropped"],
        ["Dear diary, today,", "I watched, Trigun"],
    ],
)
def test_a_table_whose_columns_are_not_evident_is_told_what_header_to_add(lines):
    with pytest.raises(
        UnsupportedFileError, match=r"add a first line such as title,status"
    ) as told:
        read(table(*lines))
    assert f"Found: {lines[0].replace(',', ', ').strip()[:5]}" in str(told.value)


@pytest.mark.parametrize(
    ("encoding", "title"),
    [
        ("cp1252", "Pokémon – l’été"),
        ("latin-1", "Les Mystérieuses Cités d'Or"),
        ("shift_jis", "カウボーイビバップ"),
        ("cp932", "けいおん！① 銀魂"),
        ("cp932", "銀魂"),
        ("cp1252", "it’s “so” – …"),
    ],
)
def test_an_old_encoding_is_read_and_told(encoding, title):
    file = read(table("title,status", f"{title},Completed", encoding=encoding))
    assert file.rows[0].title == title
    assert "was read as" in file.warnings[0]


@pytest.mark.parametrize(
    "data",
    [
        table("title", "Привет мир", encoding="cp1251"),
        table("title", "Привет мир", encoding="koi8-r"),
        table("title", "星际牛仔传说", encoding="gbk"),
        table("title", "카우보이 비밥", encoding="cp949"),
        b"title\n\x00\xff\x01",
    ],
)
def test_an_encoding_that_is_not_evident_is_refused(data):
    with pytest.raises(UnsupportedFileError, match=r"save it as “CSV UTF-8”|no text"):
        read(data)


@pytest.mark.parametrize("title", ["Pokémon", "けいおん！", "Æon – “so”"])
def test_letters_that_were_encoded_twice_are_whole_again(title):
    folded = "".join(
        bytes([code]).decode("cp1252", errors="ignore") or chr(code)
        for code in title.encode()
    )
    file = read(table("title", folded))
    assert file.rows[0].title == title
    assert "encoded twice" in file.warnings[0]


def test_letters_of_our_own_files_are_what_they_say():
    """A note may be of letters that look as if they were encoded twice."""
    header = dict.fromkeys(OWN_COLUMNS, "")
    row = header | {
        "anime_id": "1",
        "title": "Æon",
        "type": "Watching",
        "state": "active",
    }
    row |= {"state": "active", "progress": "0", "notes": "Ã© Â\x80"}
    file = read(table(",".join(header), ",".join(row.values())))
    assert file.rows[0].values["notes"] == "Ã© Â\x80"
    assert not file.warnings


@pytest.mark.parametrize(
    "title", ["Pokémon", "Ã la carte", "CAFÉ®", "naïve—so", "Château Â"]
)
def test_letters_that_mean_what_they_say_stay_so(title):
    file = read(table("title", title))
    assert (file.rows[0].title, file.warnings) == (title, [])


@pytest.mark.parametrize(
    "page",
    [
        "<!DOCTYPE HTML><html></html>",
        "<HTML><BODY>x",
        "\ufeff \n<!doctype html>",
        "<!-- saved -->\n<Html lang='en'>",
        '<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "x"><html/>',
        "<head><title>x</title>",
    ],
)
def test_a_web_page_is_called_one_in_any_letters(page):
    with pytest.raises(UnsupportedFileError, match="This is a web page"):
        read(page.encode())


# --- flat JSON --------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrap",
    [
        lambda rows: rows,
        lambda rows: {"data": rows},
        lambda rows: {"animelist": rows},
        lambda rows: {"data": {"list": rows}},
    ],
)
def test_a_flat_array_is_a_table(wrap):
    rows = [
        {
            "title": "Bebop",
            "status": "Done",
            "score": 9,
            "tags": ["a,b", "c"],
            "mal_id": 1,
        },
        {"title": 86, "status": None, "watched_episodes": 3.0, "private": True},
        {"title": "Berserk", "type": "Manga"},
        7,
    ]
    file = read(json.dumps(wrap(rows)).encode())
    first, second, third, fourth = file.rows
    assert (first.ids, first.values["tags"], first.values["score"]) == (
        {"mal": "1"}, ["a,b", "c"], 90,
    )  # fmt: skip
    assert (second.title, second.values["progress"]) == ("86", 3)
    assert second.values["is_private"] is True
    assert isinstance(third, Refused)
    assert "neither a title nor an id" in fourth.reason


def test_shows_of_trakts_json_are_asked_about():
    show = {"title": "Death Note", "year": 2006, "ids": {"trakt": 1, "imdb": "tt1"}}
    record = only(json.dumps([{"plays": 37, "type": "show", "show": show}]).encode())
    assert (record.title, record.year, record.doubt) == (
        "Death Note",
        2006,
        "live action",
    )


def test_the_rows_of_our_own_api_alone_are_ours():
    rows = [{"anime_id": "1535", "type": "Watching", "state": "on_hold", "score": 9.5}]
    file = read(json.dumps(rows).encode())
    assert (file.format, file.rows[0].ids) == ("json", {"own": "1535"})
    assert file.rows[0].values["score"] == 95


def test_an_array_with_too_many_keys_is_no_table():
    rows = [{"title": "x", **{f"k{number}": 1 for number in range(300)}}]
    with pytest.raises(UnsupportedFileError, match="more than 200 columns"):
        read(json.dumps(rows).encode())


def test_keys_of_lists_say_the_status_of_their_rows_and_what_they_are_of():
    watching = {"name": "Bebop", "link": "https://myanimelist.net/anime/1"}
    document = {"Watching": [watching], "On-Hold": [{"name": "Trigun"}], "count": 2}
    first, second = read(json.dumps(document).encode()).rows
    assert (first.ids, first.values["state"]) == ({"mal": "1"}, "active")
    assert second.values["state"] == "on_hold"
    others = {
        "anime": [{"title": "A"}],
        "manga": [{"title": "B"}],
        "movies": [{"title": "C"}],
    }
    anime, manga, film = read(json.dumps(others).encode()).rows
    assert (anime.doubt, film.doubt) == ("", "live action")
    assert "a manga" in manga.reason


@pytest.mark.parametrize(
    ("header", "cell", "score"),
    [
        ("Score (1-10)", "4", 40),
        ("Rating /5", "4", 80),
        ("Rating (out of 5)", "4", 80),
        ("My Score /100", "4", 4),
    ],
)
def test_a_header_may_say_the_scale(header, cell, score):
    file = read(table(f"Name,{header}", f"A,{cell}"))
    assert (file.rows[0].values["score"], file.warnings) == (score, [])


@pytest.mark.parametrize("word", ["TV Show", "Show", "Film", "Mini-series", "Cartoon"])
def test_what_lists_of_anime_call_otherwise_is_asked_about(word):
    assert only(table("title,type", f"A,{word}")).doubt
    assert only(table("title,type,mal id", f"A,{word},1")).doubt in ("", "a cartoon")


def test_yamtracks_older_table_names_no_source():
    header = "media_id,media_type,title,score,progress,status,season_number"
    data = table(
        header,
        "227,anime,FLCL,,2,Completed,",
        "1668,tv,Erased,,12,Completed,",
        "10494,movie,Perfect Blue,9,1,Completed,",
    )
    anime, show, film = read(data).rows
    assert (anime.ids, anime.doubt) == ({"mal": "227"}, "")
    assert (show.ids, show.doubt, film.doubt) == ({}, "live action", "live action")


def test_a_bar_of_progress_is_no_number_of_episodes_and_says_so():
    record = only(table("title,progress,status", "A,50%,Watching"))
    assert record.values == {"type": "Watching", "state": "active"}
    assert "50%" in record.remarks[0]


def test_a_rewatch_on_hold_keeps_its_mark_beside():
    record = only(table("title,status,Rewatching", "A,On hold,yes"))
    assert record.extra == {"Rewatching": "yes"}


def test_how_a_title_airs_is_no_status_of_a_list():
    header = "title,status,watch status"
    data = table(header, "A,Finished Airing,Completed", "B,Currently Airing,Watching")
    assert [r.values["type"] for r in read(data).rows] == ["Completed", "Watching"]
    alone = only(table("title,status", "A,Not yet aired"))
    assert (alone.values, alone.extra) == ({}, {"status": "Not yet aired"})


def test_what_myanimelists_page_loads_is_read_as_a_table_too():
    data = table(
        "status,score,tags,is_rewatching,num_watched_episodes,anime_title,anime_id,"
        "anime_num_episodes,start_date_string,anime_end_date_string",
        '2,9.0,"a, b",0,26.0,Bebop,1.0,26,01-02-20,12-25-19',
        "6,0,,,0,Trigun,6,26,,",
    )
    file = read(data, format="mal")
    first, second = file.rows
    assert (first.ids, first.values["started_on"]) == ({"mal": "1"}, "2020-01-02")
    assert (first.values["progress"], first.values["score"]) == (26, 90)
    assert second.values["type"] == "To Watch"


def test_one_document_for_each_line_is_an_array():
    data = table('{"title": "A", "status": "Done"}', '{"title": "B", "status": "Seen"}')
    assert [record.title for record in read(data).rows] == ["A", "B"]
    with pytest.raises(UnsupportedFileError, match="not valid JSON: look at line 2"):
        read(table('{"title": "A"}', "{title: B}"))


def test_stars_of_letterboxd_are_of_five():
    header = "Date,Name,Year,Letterboxd URI,Rating"
    record = only(table(header, "2021-01-05,Akira,1988,https://boxd.it/x,4.5"))
    assert (record.values["score"], record.doubt) == (90, "live action")


def test_an_address_that_was_read_as_an_id_is_not_kept_beside():
    record = only(table("title,link", "A,https://myanimelist.net/anime/1"))
    assert (record.ids, record.extra) == ({"mal": "1"}, {})


@pytest.mark.parametrize(
    ("started", "finished", "type_"),
    [("Yes", "No", "Watching"), ("Yes", "Yes", "Completed"), ("No", "No", None)],
)
def test_started_and_finished_may_be_boxes_to_tick(started, finished, type_):
    record = only(table("Name,Started,Finished", f"A,{started},{finished}"))
    assert record.values.get("type") == type_
    assert "started_on" not in record.values


def test_a_box_says_no_status_where_there_is_one_and_a_watchlist_may_be_a_box():
    record = only(table("Name,Status,Finished,Watchlist", "A,Dropped,Yes,Yes"))
    assert record.values == {"type": "Collection", "state": "dropped"}
    assert record.extra == {"Watchlist": "Yes"}


@pytest.mark.parametrize(
    ("column", "cell", "title"),
    [
        ("Season", "2", "Mob Psycho 100 Season 2"),
        ("season_number", "3", "Mob Psycho 100 Season 3"),
        ("Season", "S2", "Mob Psycho 100 Season 2"),
        ("Season", "2nd Season", "Mob Psycho 100 Season 2"),
        ("Season", "IV", "Mob Psycho 100 Season 4"),
        ("Season", "Season Two", "Mob Psycho 100 Season 2"),
        ("Season", "第2期", "Mob Psycho 100 Season 2"),
        ("Season", "Final", "Mob Psycho 100 Final Season"),
        ("Part", "2", "Mob Psycho 100 Part 2"),
        ("Cour", "1", "Mob Psycho 100"),
        ("Season", "2016", "Mob Psycho 100"),
        ("Season", "0", "Mob Psycho 100 Specials"),
        ("Season", "S1", "Mob Psycho 100"),
        ("Season", "", "Mob Psycho 100"),
        ("Season", "Spring 2016", "Mob Psycho 100"),
    ],
)
def test_a_column_of_seasons_says_which_title_of_a_series_it_is(column, cell, title):
    assert only(table(f"title,{column}", f"Mob Psycho 100,{cell}")).title == title


def test_a_name_that_says_its_season_is_not_given_it_twice():
    data = table("title,season", "Mob Psycho 100 II,2")
    assert only(data).title == "Mob Psycho 100 II"


def test_stars_are_of_ten_where_a_cell_has_more_than_five():
    data = table("title,rating", "A,★★★★★★★★", "B,★★★", "C,★★★☆☆")
    assert [row.values["score"] for row in read(data).rows] == [80, 30, 60]
    data = table("title,rating", "A,9/10", "B,⭐⭐⭐")
    assert [row.values["score"] for row in read(data).rows] == [90, 60]
    assert only(table("title,rating", "A,★★★"), scale="10").values["score"] == 30


@pytest.mark.parametrize("header", ["Score,My Score", "Rating,Your Rating"])
def test_ones_own_score_counts_and_not_that_of_a_site(header):
    rows = read(table(f"title,{header}", "A,8.6,4", "B,8.7,")).rows
    assert [row.values["score"] for row in rows] == [40, None]


def test_a_rating_by_age_is_no_score():
    assert only(table("title,rating,score", "A,PG-13,8")).values["score"] == 80
    values = only(table("title,rating", "A,R - 17+ (violence & profanity)")).values
    assert "score" not in values


def test_that_a_row_is_of_several_seasons_is_told():
    record = only(table("title,season", "A,1-3"))
    assert record.title == "A"
    assert record.remarks == [
        "It covers several seasons (1-3): only one title is taken."
    ]


def test_a_line_of_headings_above_the_header_is_not_the_header():
    headings, header = "Anime,,Progress,,Dates", "Title,Status,Watched,Total,Start"
    record = only(table(headings, header, "A,Completed,12,13,2015-02-03"))
    assert (record.title, record.values["type"]) == ("A", "Completed")
    assert (record.values["progress"], record.episodes) == (12, 13)
    assert record.values["started_on"] == "2015-02-03"


def test_lines_of_a_status_alone_say_that_of_the_rows_below():
    data = table("Title,Score", "WATCHING,", "A,9", "", "On hold,", "B,8", "C,")
    rows = read(data).rows
    assert [(row.title, row.values["state"]) for row in rows] == [
        ("A", "active"),
        ("B", "on_hold"),
        ("C", "on_hold"),
    ]
    # Where a column says it, such a line is a row like others.
    assert len(read(table("Title,Status", "Planning,", "A,Watching")).rows) == 2


@pytest.mark.parametrize(
    ("cell", "date"), [("3rd of March 2015", "2015-03-03"), ("12/2001", "2001-12")]
)
def test_days_in_words_and_months_alone_are_read(cell, date):
    assert only(table("title,started", f"A,{cell}")).values["started_on"] == date


@pytest.mark.parametrize("column", ["Eps", "Episodes", "Ep"])
@pytest.mark.parametrize("cell", ["70/148", "70 of 148"])
def test_episodes_seen_of_all_are_the_progress(column, cell):
    record = only(table(f"title,{column}", f"A,{cell}"))
    assert (record.values["progress"], record.episodes) == (70, 148)
