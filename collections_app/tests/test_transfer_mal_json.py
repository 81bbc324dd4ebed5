"""MyAnimeList's lists as JSON and as CSV: each row is one of the XML."""

import json
from datetime import UTC, datetime

import pytest

from collections_app.transfer import Record, UnsupportedFileError, read
from collections_app.transfer.mal import exported_at

from .lists import kept, written


def rows(document):
    return read(json.dumps(document).encode()).rows


def only(document):
    [record] = rows(document)
    return record


# --- the API ----------------------------------------------------------------------


def of_api(**status):
    return {"node": {"id": 1, "title": "Bebop"}, "list_status": status}


def page(*entries, **paging):
    return {"data": list(entries), "paging": paging}


def test_everything_of_an_entry_of_the_api_is_read():
    entry = of_api(
        status="completed",
        score=9,
        num_episodes_watched=26,
        is_rewatching=False,
        num_times_rewatched=2,
        rewatch_value=4,
        priority=1,
        tags=["a", "b"],
        comments="so\nso",
        start_date="2020-01-05",
        finish_date="2020-02",
        updated_at="2020-03-01T10:00:00+00:00",
    )
    entry["node"] |= {
        "media_type": "tv",
        "num_episodes": 26,
        "alternative_titles": {"en": "Cowboy Bebop", "ja": "", "synonyms": ["CB"]},
        "start_season": {"year": 1998, "season": "spring"},
    }
    record = only(page(entry))
    assert record.values == {
        "type": "Completed",
        "state": "active",
        "score": 90,
        "progress": 26,
        "rewatches": 2,
        "priority": 1,
        "tags": ["a", "b"],
        "notes": "so\nso",
        "started_on": "2020-01-05",
        "finished_on": "2020-02",
    }
    assert (record.ids, record.names) == ({"mal": "1"}, ["Cowboy Bebop", "CB"])
    assert (record.format, record.episodes, record.year) == ("TV", 26, 1998)
    assert record.changed_at == datetime(2020, 3, 1, 10, tzinfo=UTC)
    assert record.extra == {"my_rewatch_value": "High"}


@pytest.mark.parametrize(
    ("word", "type_", "state"),
    [
        ("watching", "Watching", "active"),
        ("completed", "Completed", "active"),
        ("on_hold", "Watching", "on_hold"),
        ("dropped", "Collection", "dropped"),
        ("plan_to_watch", "To Watch", "active"),
    ],
)
def test_every_status_of_the_api_has_its_type_and_state(word, type_, state):
    values = only(page(of_api(status=word))).values
    assert (values["type"], values["state"]) == (type_, state)


@pytest.mark.parametrize(
    "document",
    [
        [page(of_api(status="watching")), page(of_api(status="watching"))],
        page(of_api(status="watching"), of_api(status="watching")),
        [of_api(status="watching")] * 2,
        page(*[{"node": {"id": 1, "my_list_status": {"status": "watching"}}}] * 2),
        [{"id": 1, "title": "B", "my_list_status": {"status": "watching"}}] * 2,
    ],
)
def test_pages_in_an_array_and_rows_alone_are_one_list(document):
    assert [record.ids for record in rows(document)] == [{"mal": "1"}] * 2


def test_a_page_that_another_follows_says_so():
    entry = of_api(status="watching")
    first, last = page(entry, next="https://api.myanimelist.net/…"), page(entry)
    for document, count in ((first, 1), ([first, last], 0), ([first, first], 1)):
        file = read(json.dumps(document).encode())
        assert ["one page" in said for said in file.warnings] == [True] * count


def test_mangas_of_the_api_are_refused():
    manga = of_api(status="reading", num_chapters_read=3)
    taken, refused = rows(page(of_api(status="watching"), manga))
    assert isinstance(taken, Record)
    assert "a manga" in refused.reason


# --- what the site's page loads ---------------------------------------------------


def of_page(**fields):
    known = {"status": 2, "score": 9, "anime_id": 1, "anime_title": "Bebop"}
    return known | {"num_watched_episodes": 26, "is_rewatching": ""} | fields


def test_everything_that_the_page_loads_is_read():
    record = only(
        [
            of_page(
                tags="a, b",
                anime_num_episodes=26,
                anime_title_eng="Cowboy Bebop",
                anime_media_type_string="TV",
                start_date_string="01-03-02",
                finish_date_string="01-17-02",
                anime_start_date_string="04-03-98",
                storage_string="DVD 3.0",
                priority_string="High",
                notes="it&#039;s",
                editable_notes="it's",
                updated_at=1249947791,
                created_at=1149947791,
                anime_url="/anime/1",
            )
        ]
    )
    assert record.values == {
        "type": "Completed",
        "state": "active",
        "score": 90,
        "progress": 26,
        "tags": ["a", "b"],
        "priority": 2,
        "notes": "it's",
        "started_on": "2002-01-03",
        "finished_on": "2002-01-17",
    }
    assert (record.ids, record.names) == ({"mal": "1"}, ["Cowboy Bebop"])
    assert record.extra == {"storage_string": "DVD 3.0"}
    assert record.changed_at == datetime.fromtimestamp(1249947791, UTC)
    assert record.added_at == datetime.fromtimestamp(1149947791, UTC)


@pytest.mark.parametrize(
    ("number", "type_", "state"),
    [
        (1, "Watching", "active"),
        (2, "Completed", "active"),
        (3, "Watching", "on_hold"),
        (4, "Collection", "dropped"),
        (6, "To Watch", "active"),
    ],
)
def test_every_number_of_a_status_has_its_type_and_state(number, type_, state):
    values = only([of_page(status=number)]).values
    assert (values["type"], values["state"]) == (type_, state)


@pytest.mark.parametrize(
    ("other", "date"),
    [
        ({"anime_end_date_string": "23-12-17"}, "2020-02-01"),
        ({"anime_end_date_string": "12-23-17"}, "2020-01-02"),
        ({}, "2020"),
    ],
)
def test_dates_of_the_page_are_in_the_order_that_the_file_shows(other, date):
    record = only([of_page(start_date_string="01-02-20", **other)])
    assert record.values["started_on"] == date
    assert len(record.remarks) == (date == "2020")


@pytest.mark.parametrize(
    ("text", "date"), [(None, ""), ("00-00-20", "2020"), ("10-00-98", "1998-10")]
)
def test_partial_dates_of_the_page_stay_partial(text, date):
    record = only([of_page(start_date_string=text)])
    assert (record.values["started_on"], record.remarks) == (date, [])


def test_a_title_of_digits_is_a_number_there():
    assert only([of_page(anime_title=86)]).title == "86"


def test_mangas_of_the_page_are_refused():
    manga = {"manga_id": 2, "manga_title": "Berserk", "status": 1}
    taken, refused = rows([of_page(), manga])
    assert isinstance(taken, Record)
    assert (refused.title, "a manga" in refused.reason) == ("Berserk", True)


def test_arrays_of_what_the_page_loaded_are_one_list():
    assert len(rows([[of_page()], [of_page()]])) == 2


# --- the XML, turned into JSON ----------------------------------------------------

ROW = {"series_animedb_id": "1", "series_title": "Bebop", "my_status": "Completed"}


@pytest.mark.parametrize(
    "document",
    [
        {"myanimelist": {"myinfo": {"user_name": "ana"}, "anime": [ROW]}},
        {"myanimelist": {"myinfo": {"user_name": "ana"}, "anime": ROW}},
        {
            "myanimelist": {
                "myinfo": [{"user_name": ["ana"]}],
                "anime": [{name: [text] for name, text in ROW.items()}],
            }
        },
        {
            "myanimelist": {
                "myinfo": {"user_name": {"_text": "ana"}},
                "anime": {name: {"_cdata": text} for name, text in ROW.items()},
            }
        },
        {
            "?xml": {"@version": "1.0"},
            "myanimelist": {
                "myinfo": {"user_name": {"#text": "ana"}},
                "anime": {**ROW, "series_animedb_id": 1, "my_comments": {}},
            },
        },
    ],
)
def test_the_xml_is_read_from_what_any_converter_makes_of_it(document):
    file = read(json.dumps(document).encode())
    [record] = file.rows
    assert (file.format, file.owner) == ("mal", "ana")
    assert (record.ids, record.title) == ({"mal": "1"}, "Bebop")
    assert record.values["type"] == "Completed"


def test_rows_alone_and_mangas_beside_them():
    assert only([ROW]).ids == only({"anime": [ROW]}).ids == {"mal": "1"}
    manga = {"manga_title": "Berserk"}
    taken, refused = rows({"myanimelist": {"anime": ROW, "manga": manga}})
    assert isinstance(taken, Record)
    assert "a manga" in refused.reason
    with pytest.raises(UnsupportedFileError, match="list is empty"):
        rows({"myanimelist": {"anime": []}})


def test_a_field_that_is_no_text_refuses_its_row():
    taken, refused = rows(
        {"myanimelist": {"anime": [ROW, ROW | {"my_score": {"a": 1}}]}}
    )
    assert isinstance(taken, Record)
    assert refused.reason == "my_score is not text."


# --- CSV --------------------------------------------------------------------------


def table(*lines):
    return "\n".join([*lines, ""]).encode()


def test_the_columns_of_the_xml_are_read_from_a_table():
    file = read(
        table(
            "series_animedb_id,series_title,series_type,series_episodes,"
            "my_watched_episodes,my_start_date,my_score,my_status,my_times_watched,"
            "my_priority,my_tags,my_rewatching,my_storage",
            '1.0,Bebop,TV,26.0,26.0,0000-00-00,9.0,Completed,1.0,HIGH,"a, b",0,NAS',
            "5,Trigun,TV,26,3,1/13/2021,0,1,,LOW,,1,",
            "6,Gintama,TV,0,3,2/3/2021,,Completed,,nan,,,",
        ),
        format="mal",
    )
    first, second, third = file.rows
    assert first.values == {
        "type": "Completed",
        "state": "active",
        "score": 90,
        "progress": 26,
        "rewatches": 1,
        "priority": 2,
        "tags": ["a", "b"],
        "started_on": "",
    }
    assert (first.ids, first.extra) == ({"mal": "1"}, {"my_storage": "NAS"})
    assert second.values["state"] == "rewatching"
    assert second.values["score"] is None
    assert second.values["started_on"] == "2021-01-13"
    assert third.values["started_on"] == "2021-02-03"
    assert read(table("series_title,my_status", "A,Dropped"), format="csv").rows


# --- what its files are known for -------------------------------------------------


def xml(**fields):
    fields = {"series_animedb_id": 1, "my_status": "Completed"} | fields
    row = "".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
    return f"<myanimelist><anime>{row}</anime></myanimelist>".encode()


@pytest.mark.parametrize(
    ("status", "state", "called"),
    [
        ("On-Hold", "on_hold", "on hold"),
        ("Dropped", "dropped", "dropped"),
        ("Plan to Watch", "active", "planned"),
    ],
)
def test_a_rewatch_that_is_not_going_on_stays_what_it_is_and_says_so(
    status, state, called
):
    file = read(xml(my_status=status, my_rewatching=1, my_rewatching_ep=3))
    [record] = file.rows
    assert (record.values["state"], record.values["progress"]) == (state, 3)
    assert f"marks it as {called} and as watched again" in record.remarks[0]
    entry = kept(**record.values, extra={"mal": record.extra})
    data = written("mal", entry)
    assert b"<my_rewatching>1</my_rewatching>" in data
    assert read(data).rows[0].extra == record.extra


def test_a_rewatch_that_was_on_hold_and_goes_on_is_marked_once():
    entry = kept(type="Completed", extra={"mal": {"my_rewatching": "1"}})
    assert b"<my_rewatching>0</my_rewatching>" in written("mal", entry)


def test_a_rewatch_without_a_status_is_one():
    record = read(xml(my_status="", my_rewatching=1)).rows[0]
    assert record.values["state"] == "rewatching"


def test_rewatches_of_255_are_unknown_and_said():
    record = read(xml(my_times_watched=255)).rows[0]
    assert "rewatches" not in record.values
    assert "my_times_watched is 255" in record.remarks[0]
    assert read(xml(my_times_watched=254)).rows[0].values["rewatches"] == 254
    table_of_mal = table("series_title,my_status,my_times_watched", "A,Completed,255.0")
    assert "255" in read(table_of_mal).rows[0].remarks[0]
    assert "rewatches" not in only(page(of_api(num_times_rewatched=255))).values


def test_more_rewatches_than_the_xml_holds_are_written_as_its_most():
    for count in (254, 255, 300):
        record = read(written("mal", kept(rewatches=count))).rows[0]
        assert (record.values["rewatches"], record.remarks) == (254, [])


@pytest.mark.parametrize(
    ("word", "type_"),
    [
        ("Plan to Read", "To Watch"),
        ("Reading", "Watching"),
        ("Re-reading", "Watching"),
        ("Read", "Completed"),
    ],
)
def test_the_words_for_mangas_mean_the_same_of_an_anime(word, type_):
    assert read(xml(my_status=word)).rows[0].values["type"] == type_


def test_notes_that_are_too_long_are_cut_and_say_so():
    file = read(xml(my_comments="x" * 12_345))
    [record] = file.rows
    assert record.values["notes"] == "x" * 10_000
    assert "12,345 characters" in record.remarks[0]
    assert "1 row was changed when" in file.warnings[0]
    csv = read(table("title,notes", f"A,{'x' * 10_001}")).rows[0]
    assert len(csv.values["notes"]) == 10_000


@pytest.mark.parametrize(
    ("name", "time"),
    [
        ("animelist_1700000000_-_12345.xml", 1_700_000_000),
        ("animelist_1700000000_-_12345.xml.gz", 1_700_000_000),
        ("animelist_1700000000_-_12345 (1).xml.gz", 1_700_000_000),
        ("animelist_17_-_12345.xml", None),
        ("animelist_0700000000_-_12345.xml", None),
        ("mangalist_1700000000_-_12345.xml", None),
        ("animelist.xml", None),
        ("", None),
    ],
)
def test_the_name_of_an_export_says_when_it_was_made(name, time):
    at = time and datetime.fromtimestamp(time, UTC)
    assert exported_at(name) == at
    assert read(xml(), name=name).exported_at == at


def test_what_a_file_says_of_itself_comes_before_its_name():
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    data = written("mal", kept(), exported_at=at)
    assert read(data, name="animelist_1700000000_-_1.xml").exported_at == at
