"""MyAnimeList's XML: its own, other trackers' dialects, and what breaks parsers."""

import gzip
import tracemalloc
import zlib
from datetime import UTC, datetime

import pytest

from collections_app.transfer import (
    OWNED_TAG,
    Record,
    Refused,
    UnsupportedFileError,
    read,
)

from .lists import DATA, again, kept, needs_data, written


def mal(*rows, header="", root="myanimelist"):
    body = "".join(f"<anime>{row}</anime>" for row in rows)
    return f"<?xml version='1.0'?><{root}>{header}{body}</{root}>".encode()


def row(**fields):
    known = {"series_animedb_id": "1", "series_title": "Bebop", "my_status": "Watching"}
    return "".join(
        f"<{name}>{text}</{name}>" for name, text in (known | fields).items()
    )


def only(data):
    [record] = read(data).rows
    return record


# --- real files -------------------------------------------------------------------


@needs_data
def test_a_comment_whose_bytes_an_old_export_escaped_is_whole_again():
    file = read((DATA / "mal_broken_2008.xml.gz").read_bytes())
    notes = [record.values["notes"] for record in file.rows]
    assert "こんにちは、世界<br />\nDownloaded Episodes: 50" in notes
    assert sum(record.values["state"] == "rewatching" for record in file.rows) == 3


# --- values -----------------------------------------------------------------------


def test_a_row_states_what_it_says_and_no_more():
    record = only(mal(row()))
    assert record.values == {"type": "Watching", "state": "active"}
    assert (record.title, record.ids, record.extra) == ("Bebop", {"mal": "1"}, {})


@pytest.mark.parametrize(
    ("word", "type_", "state"),
    [
        ("Watching", "Watching", "active"),
        ("1", "Watching", "active"),
        ("On-Hold", "Watching", "on_hold"),
        ("onhold", "Watching", "on_hold"),
        ("Completed", "Completed", "active"),
        ("2", "Completed", "active"),
        ("Plan to Watch", "To Watch", "active"),
        ("6", "To Watch", "active"),
        ("Dropped", "Collection", "dropped"),
    ],
)
def test_every_status_has_its_type_and_state(word, type_, state):
    values = only(mal(row(my_status=word))).values
    assert (values["type"], values["state"]) == (type_, state)


def test_a_row_without_a_status_says_nothing_of_its_type():
    record = only(mal(row(my_status="", my_score="7")))
    assert record.values == {"score": 70}


@pytest.mark.parametrize("status", ["Completed", "Watching"])
def test_rewatching_counts_the_episodes_of_this_time(status):
    fields = {"my_status": status, "my_rewatching": "1", "my_watched_episodes": "26"}
    values = only(mal(row(**fields, my_rewatching_ep="3"))).values
    assert (values["state"], values["progress"]) == ("rewatching", 3)
    values = only(mal(row(**fields, my_rewatching_ep="0"))).values
    assert (values["state"], values["progress"]) == ("rewatching", 26)


@pytest.mark.parametrize(
    ("date", "kept_date"),
    [
        ("0000-00-00", ""),
        ("", ""),
        ("2017-00-00", "2017"),
        ("2017-10-00", "2017-10"),
        ("2017-10-03", "2017-10-03"),
    ],
)
def test_partial_dates_stay_partial(date, kept_date):
    values = only(mal(row(my_start_date=date))).values
    assert values["started_on"] == kept_date
    assert (
        again("mal", kept(started_on=kept_date)).rows[0].values["started_on"]
        == kept_date
    )


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("my_status", "Sleeping", "not a known status"),
        ("my_score", "11", "not from 0 to 10"),
        ("my_score", "good", "not a number"),
        ("my_watched_episodes", "-1", "not a whole number"),
        ("my_times_watched", "9999999", "not a whole number"),
        ("my_start_date", "0000-10-03", "A day needs a month and a year"),
        ("my_start_date", "2017-02-30", "no such day"),
        ("my_start_date", "soon", "Use a date such as"),
        ("my_start_date", "1066-10-14", "1900"),
        ("my_tags", "x" * 256, "256 characters"),
        ("my_tags", ",".join(map(str, range(51))), "the limit is 50"),
        ("my_comments", "so<br/>so", "more than text"),
        ("my_comments", "&#0;", "NUL"),
        ("my_storage", "x" * 2_001, "2,001 characters"),
        ("my_priority", "Urgent", "my_priority"),
    ],
)
def test_what_cannot_be_kept_refuses_its_row_and_no_other(field, value, reason):
    taken, refused = read(mal(row(), row(**{field: value}))).rows
    assert isinstance(taken, Record)
    assert isinstance(refused, Refused)
    assert (refused.row, refused.title) == (2, "Bebop")
    assert reason in refused.reason


def test_a_field_that_is_there_twice_with_two_values_refuses_its_row():
    refused = only(mal(row(my_score="8") + "<my_score>9</my_score>"))
    assert "twice" in refused.reason


def test_a_row_without_an_id_is_matched_by_its_title_and_one_without_either_refused():
    titled, nameless = read(
        mal(row(series_animedb_id="0"), "<my_score>7</my_score>")
    ).rows
    assert (titled.title, titled.ids) == ("Bebop", {})
    assert "neither a title nor an id" in nameless.reason


# --- files ------------------------------------------------------------------------


def test_duplicated_ids_are_rows_of_their_own():
    assert [r.ids["mal"] for r in read(mal(row(), row())).rows] == ["1", "1"]


def test_a_header_that_counts_otherwise_is_a_warning():
    header = "<user_name>ana</user_name><user_total_anime>9</user_total_anime>"
    file = read(mal(row(), header=f"<myinfo>{header}</myinfo>"))
    assert file.owner == "ana"
    assert [
        "counts 9 anime, but the file has 1 rows" in said for said in file.warnings
    ] == [True]


def test_any_line_ends_are_those_of_xml():
    record = only(mal(row(series_title="銀魂\r\n", my_comments="a\r\nb")))
    assert (record.title, record.values["notes"]) == ("銀魂", "a\nb")


def test_an_encoding_of_old_is_read_as_declared():
    text = "<?xml version='1.0' encoding='windows-1251'?><myanimelist><anime>"
    text += row(series_title="Ковбой Бибоп") + "</anime></myanimelist>"
    assert only(text.encode("cp1251")).title == "Ковбой Бибоп"
    with pytest.raises(UnsupportedFileError, match="save it as UTF-8"):
        read(text.replace("windows-1251", "gb-1").encode())


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Tom & Jerry", "Tom & Jerry"),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("&hellip;&eacute;&lt;&nbsp;&nosuch;", "…é<\u00a0&nosuch;"),
        ("I <3 it, 1 < 2", "I <3 it, 1 < 2"),
        ("&#233;&#xe9;&#1;&#x110000;", "éé\x01&#x110000;"),
        ("<![CDATA[a &amp; b]]>", "a &amp; b"),
        ("tab\tand \x07 bell", "tab\tand \x07 bell"),
        ("\U0010fffe \U00100001 \ufffe", "\U0010fffe \U00100001 \ufffe"),
    ],
)
def test_what_is_not_well_formed_is_mended_where_it_has_one_meaning(text, meant):
    assert only(mal(row(my_comments=text))).values["notes"] == meant


@pytest.mark.parametrize("kind", ["Manga", "Light Novel", "Game"])
def test_a_row_of_a_type_that_is_no_animes_is_refused_as_that(kind):
    taken, refused = read(mal(row(series_type="TV"), row(series_type=kind))).rows
    assert isinstance(taken, Record)
    assert "only anime can be imported here" in refused.reason


def test_bytes_that_are_no_text_refuse_their_row():
    data = mal(row(my_comments="X"), row()).replace(b"X", b"\xff\xfe")
    refused, taken = read(data).rows
    assert "my_comments has bytes that are not UTF-8" in refused.reason
    assert isinstance(taken, Record)


def test_mangas_among_anime_are_refused_each():
    data = mal(row()).replace(
        b"</myan", b"<manga><manga_title>Berserk</manga_title></manga></myan"
    )
    record, refused = read(data).rows
    assert isinstance(record, Record)
    assert (refused.title, "a manga" in refused.reason) == ("Berserk", True)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (mal(), "list is empty"),
        (
            mal(header="<myinfo><user_export_type>2</user_export_type></myinfo>"),
            "manga list",
        ),
        (
            b"<myanimelist><manga></manga><manga></manga></myanimelist>",
            r"holds mangas \(2",
        ),
        (mal(row(), root="rss"), "holds <rss>"),
        (b"<!DOCTYPE html><html></html>", "web page"),
        (mal(row())[:-20], "line 1"),
        (mal(row(), "\n<my_id></your_id>"), r"line 2 \(after 1 whole rows\)"),
        (gzip.compress(mal(row()), mtime=0)[:-10], "incomplete"),
        (b"\x1f\x8b" + b"junk" * 9, "damaged"),
    ],
)
def test_a_file_that_is_no_list_of_anime_is_told_what_it_is(data, says):
    with pytest.raises(UnsupportedFileError, match=says):
        read(data)


# --- hostile files ----------------------------------------------------------------

LAUGHS = b"""<!DOCTYPE m [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><m>&b;</m>"""
FETCH = b"""<!DOCTYPE m [<!ENTITY a SYSTEM "file:///etc/passwd">]><m>&a;</m>"""


def bomb(size):
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    parts = [packer.compress(b" " * 2**20) for _ in range(size // 2**20)]
    return b"".join([*parts, packer.flush()])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: LAUGHS, "document type"),
        (lambda: FETCH, "document type"),
        (lambda: b"<a>" * 200_000, "nests deeper"),
        (lambda: bomb(2**26), "more than 20 MB"),
        (
            lambda: b"<m><r>" + b"".join(b"<f%d/>" % n for n in range(99_999)),
            "more fields",
        ),
        (lambda: b"<!--" + b"<![CDATA[]]>" * 20_000, "damaged"),
        (lambda: b"<m>" + b"<![CDATA[" * 100_000, "damaged"),
        (lambda: b"<m a='" + b">" * 2**21, "damaged"),
        (lambda: b"<m>" + b"&" * 2**16, "damaged"),
        (lambda: b"<m>" + b"&" * 600_000, "too many errors to repair"),
        (lambda: b"<m><r><f>" + b"\xff" * 2**19, "too many errors to repair"),
    ],
)
def test_hostile_files_are_refused_in_little_memory(make, says):
    data = make()
    tracemalloc.start()
    with pytest.raises(UnsupportedFileError, match=says):
        read(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 48 * 2**20


# --- there and back ---------------------------------------------------------------


def test_an_export_looks_like_myanimelists_own():
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    counts = {
        "total": 6,
        "by_type": {"Collection": 2, "Completed": 1, "To Watch": 1, "Watching": 2},
        "by_state": {"active": 3, "on_hold": 1, "rewatching": 1, "dropped": 1},
    }
    data = written("mal", kept(score=85), name="ana", exported_at=at, counts=counts)
    text = data.decode()
    for name, count in {
        "anime": 6,
        "watching": 0,
        "completed": 2,
        "onhold": 1,
        "dropped": 1,
        "plantowatch": 2,
    }.items():
        assert f"<user_total_{name}>{count}</user_total_{name}>" in text
    assert "<my_score>9</my_score>" in text
    file = read(data)
    assert (file.owner, file.exported_at) == ("ana", at)


@pytest.mark.parametrize(
    ("score", "back"),
    [
        (None, None),
        (0, 10),
        (1, 10),
        (14, 10),
        (15, 20),
        (84, 80),
        (85, 90),
        (90, 90),
        (95, 100),
        (100, 100),
    ],
)
def test_a_score_comes_back_as_what_myanimelist_can_hold(score, back):
    assert again("mal", kept(score=score)).rows[0].values["score"] == back


def test_what_is_owned_leaves_as_a_plan_with_a_tag_and_comes_back():
    entry = kept(type="Collection", tags=["blu-ray"])
    data = written("mal", entry)
    assert b"<my_status>Plan to Watch</my_status>" in data
    assert f"blu-ray, {OWNED_TAG}".encode() in data
    values = again("mal", entry).rows[0].values
    assert (values["type"], values["state"], values["tags"]) == (
        "Collection",
        "active",
        ["blu-ray"],
    )
    begun = only(data.replace(b"Plan to Watch", b"Watching"))
    assert (begun.values["type"], begun.values["tags"]) == ("Watching", ["blu-ray"])


def test_a_comma_within_a_tag_makes_no_further_tag_of_it():
    tags = [f"tag {number}" for number in range(49)] + ["so, so"]
    back = again("mal", kept(tags=tags)).rows[0].values["tags"]
    assert back == [*tags[:-1], "so; so"]


def test_fields_that_our_own_json_brings_take_the_place_of_no_column():
    extra = {"my_score": "1", "series_animedb_id": "7", "my_discuss": 5, "a b": "x"}
    data = written("mal", kept(score=80, extra={"mal": extra}))
    assert data.count(b"<my_score>") == data.count(b"<series_animedb_id>") == 1
    record = only(data)
    assert (record.ids, record.values["score"]) == ({"mal": "1"}, 80)
    assert record.extra == {}


def test_fields_without_a_column_are_kept_and_written_back():
    own = {
        "my_storage": "NAS",
        "my_storage_value": "2.00",
        "my_rewatch_value": "High",
        "my_discuss": "0",
        "update_on_import": "0",
        "my_mood": "5 < 6 & 7",
    }
    others = {"series_synonyms": "not the user's", "my_id": "0", "my_sns": "default"}
    record = only(mal(row(**own, **others)))
    assert record.extra == own
    entry = kept(extra={"mal": record.extra, "kitsu": {"x": 1}})
    assert again("mal", entry).rows[0].extra == record.extra
