"""What holds for the files of every format: told apart, bounded, there and back."""

import contextlib
import csv
import gzip
import io
import json
import re
import tracemalloc
import zipfile
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animecollections.db.free_json import is_kept
from collections_app.imports.judging import portable
from collections_app.transfer import (
    FORMATS,
    Kept,
    Owner,
    Record,
    Refused,
    UnsupportedFileError,
    read,
    write,
)
from collections_app.transfer.records import FORMAT_NAMES
from collections_app.watch_list.fields import FIELD_NAMES

from .lists import (
    DATA,
    NOTES,
    PARTIAL,
    STATUSES,
    TAG,
    again,
    entries,
    kept,
    needs_data,
    written,
)

NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
TENS = st.none() | st.integers(1, 10).map(lambda mark: mark * 10)
# What each format can hold of an entry, where it is less than everything.
CARRIED = {
    "json": {},
    "csv": {},
    "mal": {
        "score": TENS,
        "rewatches": st.integers(0, 254),
        "priority": st.integers(0, 2),
        "tags": st.lists(
            TAG.filter(lambda tag: "," not in tag), max_size=5, unique=True
        ),
        "notes": NOTES.map(lambda text: NOT_IN_XML.sub("", text)),
    },
    "anilist": {"score": st.none() | st.integers(1, 100)},
    "kitsu": {
        "score": st.none() | st.integers(2, 20).map(lambda mark: mark * 5),
        "started_on": PARTIAL.map(lambda text: text and (text + "-01-01")[:10]),
        "finished_on": PARTIAL.map(lambda text: text and (text + "-01-01")[:10]),
    },
    "simkl": {"score": TENS},
    "shikimori": {"score": TENS},
    "hikka": {"score": TENS},
    # Of what is watched whole it counts no episodes.
    "anime-planet": {"score": TENS, "progress": st.integers(1, 100_000)},
}
# Columns that a format has no word for.
SILENT = {
    "json": (),
    "csv": (),
    "mal": ("is_private",),
    "anilist": (),
    "kitsu": ("tags", "priority"),
    "simkl": (
        "rewatches", "started_on", "finished_on", "tags", "priority", "is_private",
    ),
    "shikimori": ("started_on", "finished_on", "tags", "priority", "is_private"),
    "hikka": ("started_on", "finished_on", "tags", "priority", "is_private"),
    "anime-planet": ("notes", "tags", "priority", "is_private"),
}  # fmt: skip
for name in SILENT.keys() - {"json", "csv"}:
    SILENT[name] += ("episode_ranges", "custom_title")
# Statuses that a format turns into others, for it has no word for them.
BENT = {
    "kitsu": {("Collection", "active"): ("To Watch", "active")},
    "shikimori": {("Collection", "active"): ("To Watch", "active")},
    "simkl": {
        ("Collection", "active"): ("To Watch", "active"),
        ("Watching", "rewatching"): ("Watching", "active"),
    },
}
BENT["hikka"] = BENT["anime-planet"] = BENT["simkl"]


def test_every_format_is_told_here():
    assert set(FORMATS) == FORMAT_NAMES == set(CARRIED) == set(SILENT)
    assert all(
        format_.LABEL and format_.EXTENSION and format_.MEDIA_TYPE
        for format_ in FORMATS.values()
    )


# --- there and back ---------------------------------------------------------------


@pytest.mark.parametrize("format_", FORMATS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_what_a_format_carries_comes_back_equal(format_, data):
    listed = data.draw(
        st.lists(entries(**CARRIED[format_]), min_size=1, max_size=3), label="entries"
    )
    # AniList's entries are one for each title.
    for number, entry in enumerate(listed, 1):
        entry.ids = {"mal": str(number), "anilist": str(number), "kitsu": str(number)}
    rows = again(format_, *listed).rows
    for entry, record in zip(listed, rows, strict=True):
        said = {
            name: entry.values[name]
            for name in FIELD_NAMES
            if name not in SILENT[format_]
        }
        status = said["type"], said["state"]
        said["type"], said["state"] = BENT.get(format_, {}).get(status, status)
        assert {
            name: record.values[name] for name in record.values if name != "extra"
        } == said
        assert set(record.ids.items()) & set(entry.ids.items())
        assert record.title == "Cowboy Bebop"


@pytest.mark.parametrize("format_", FORMATS)
@settings(deadline=None, max_examples=30)
@given(entry=entries())
def test_what_a_format_cannot_carry_settles_at_once(format_, entry):
    once = again(format_, entry).rows[0]
    settled = kept(**{**entry.values, "extra": {format_: once.extra}, **once.values})
    assert again(format_, settled).rows[0] == once


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize(("type_", "state"), STATUSES)
def test_every_status_comes_back_or_as_the_nearest_that_is_there(format_, type_, state):
    values = again(format_, kept(type=type_, state=state)).rows[0].values
    bent = BENT.get(format_, {}).get((type_, state), (type_, state))
    assert (values["type"], values["state"]) == bent


@pytest.mark.parametrize("format_", FORMATS)
def test_fields_of_the_source_come_back_in_its_own_format_and_no_other(format_):
    extra = {name: {"moods": "5 & 6"} for name in FORMATS}
    record = again(format_, kept(extra=extra)).rows[0]
    if format_ in ("json", "csv"):  # they keep what all others said
        assert record.values["extra"] == extra
    else:
        assert record.extra == {"moods": "5 & 6"}


@pytest.mark.parametrize("format_", sorted(set(FORMATS) - {"csv", "shikimori"}))
def test_a_file_bears_the_time_it_was_made(format_):
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    assert again(format_, kept(), exported_at=at).exported_at == at
    assert again(format_, kept()).exported_at is None


@pytest.mark.parametrize("format_", sorted(set(FORMATS) - {"mal", "anime-planet"}))
def test_a_row_bears_the_time_it_was_changed(format_):
    record = again(format_, kept()).rows[0]
    at = kept().added_at if format_ == "simkl" else kept().updated_at
    assert (record.changed_at, record.added_at) == (at, kept().added_at)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_title_that_a_site_does_not_know_is_written_by_its_name(format_):
    entry = Kept(values=kept().values, anime_id=100_000_000, title="Own")
    assert again(format_, entry).rows[0].title == "Own"


def test_a_long_list_is_written_piece_by_piece():
    many = (kept(notes="x" * 2_000) for _ in range(5_000))
    tracemalloc.start()
    size = sum(len(piece) for piece in write("anilist", many, owner=Owner()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 10_000_000
    assert peak < 1_000_000


# --- what a file is ---------------------------------------------------------------


def zipped(method=zipfile.ZIP_DEFLATED, /, **files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return out.getvalue()


PACKS = {
    "plain": bytes,
    "gzip": gzip.compress,
    "two gzips": lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:]),
    "zip": lambda data: zipped(list_json=data, readme_txt="hello"),
    "gzip in zip": lambda data: zipped(list_xml_gz=gzip.compress(data)),
}


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_is_known_by_what_is_in_it_however_it_is_packed(format_, pack):
    data = PACKS[pack](written(format_, kept()))
    assert read(data).format == format_


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("format_", FORMATS)
def test_a_file_may_be_in_any_unicode(format_, encoding):
    text = written(format_, Kept(values=kept().values, title="銀魂")).decode(
        "utf-8-sig"
    )
    record = read(b"\r\n" * (encoding == "utf-8") + text.encode(encoding)).rows[0]
    assert record.title == "銀魂"


def test_a_file_that_is_not_what_the_sender_says_is_told_what_it_is():
    with pytest.raises(UnsupportedFileError, match=r"not MyAnimeList's but AniList's"):
        read(written("anilist", kept()), format="mal")


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b" \r\n\t", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"{}", "couldn't recognise this file. .* Hikka, Anime-Planet, Yamtrack"),
        (b"[]", "couldn't recognise"),
        (b"[1, 2]", "couldn't recognise"),
        (b'{"errors": [{"message": "private"}], "data": null}', "error message of"),
        (b'{"data": [}', "line 1, column 11"),
        (b'{"a": 1, "a": 2}', 'the key "a" twice'),
        (b"[" * 200_000, "deeper than 32"),
        (b'{"anime": [NaN]}', "number out of range"),
        (b"[" + b"[]," * 600_000, "too many values"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\xff", "couldn't recognise .* not in UTF-8"),
        (b"%PDF-1.4 \x00", "not text"),
        (b"hello, world\n", "Found: hello, world"),
        (b"\xff\xfeodd", "begins like UTF-16"),
        (b"PK\x03\x04 and so on", "damaged or locked"),
        (zipped(a_json="{}", b_json="{}"), "holds 2 lists"),
        (zipped(readme_txt="hello"), "holds 0 lists"),
        (zipped(**{"xl/workbook_xml": "<x/>"}), "Excel workbook"),
        (zipped(list_json=b" " * (20 * 2**20 + 1)), "more than 20 MB"),
        (zipped(zipfile.ZIP_BZIP2, list_json=b" " * 10**6), "unusual compression"),
        (zipped(zipfile.ZIP_LZMA, list_json=b" " * 10**6), "unusual compression"),
        (gzip.compress(b"") * 101, "more than 100 parts"),
        (b" " * (20 * 2**20 + 1), "more than 20 MB"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_told_what_it_is(data, says):
    with pytest.raises(UnsupportedFileError, match=says):
        read(data)


ROWS = {
    "csv": lambda rows: b"title\n" + b"x\n" * rows,
    "shikimori": lambda rows: json.dumps([{"target_id": 1}] * rows).encode(),
}


@pytest.mark.parametrize("format_", ROWS)
def test_more_rows_than_are_read_at_once_are_said(format_):
    with pytest.raises(UnsupportedFileError, match="more than 20,000 rows"):
        read(ROWS[format_](20_001))


@needs_data
@pytest.mark.parametrize(
    ("name", "format_", "taken", "refused"),
    [
        ("anilist_one_user.json", "anilist", 277, 0),
        ("kitsu_library_page.json", "kitsu", 0, 10),
        ("kitsu_as_mal_one_user.xml", "mal", 159, 0),
        ("mal_1077.xml", "mal", 1077, 0),
        ("mal_366.xml", "mal", 366, 0),
        ("mal_broken_2008.xml.gz", "mal", 109, 0),
        ("mal_one_user_2022.xml", "mal", 177, 0),
        ("mal_one_user_2024.xml", "mal", 304, 0),
        ("mal_one_user_2026.xml", "mal", 373, 0),
    ],
)
def test_real_lists_are_read_to_the_last_row_and_written_equal(
    name, format_, taken, refused
):
    file = read((DATA / name).read_bytes())
    records = [row for row in file.rows if isinstance(row, Record)]
    assert (file.format, len(records)) == (format_, taken)
    assert len(file.rows) == taken + refused
    assert [row.row for row in file.rows] == list(range(1, len(file.rows) + 1))
    assert all(row.reason for row in file.rows if isinstance(row, Refused))
    listed = [kept_of(record, format_) for record in records]
    back_again = again(format_, *listed).rows if listed else []
    for record, back in zip(records, back_again, strict=True):
        assert {name: back.values[name] for name in record.values} == record.values
        assert (back.ids, back.title, back.extra) == (
            record.ids,
            record.title,
            record.extra,
        )


def kept_of(record, format_):
    entry = kept(**record.values, extra={format_: record.extra})
    entry.ids, entry.title = record.ids, record.title
    return entry


@pytest.mark.parametrize("format_", FORMATS)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_whatever_bytes_come_they_are_read_refused_or_reported(format_, data):
    source = bytearray(written(format_, kept(notes="né", tags=["a"]), kept(score=80)))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(source)))
        end = data.draw(st.integers(at, min(len(source), at + 50)))
        source[at:end] = data.draw(st.binary(max_size=8) | TAG.map(str.encode))
    with contextlib.suppress(UnsupportedFileError):
        file = read(bytes(source))
        assert all(isinstance(row, Record) or row.reason for row in file.rows)


@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_a_damaged_zip_file_is_read_or_told_to_be_one(data):
    source = bytearray(zipped(łist_csv=b"title\nBebop\n"))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(4, len(source) - 1))
        source[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(UnsupportedFileError):
        read(bytes(source))


# Texts may hold what cannot be stored, also where a file holds a date or a number.
ODD = st.sampled_from(
    ["1/2/21 \ud800", "S02E03/\0", "9/10\ud800", "\ud83d", "²", "\0", "May 5, 2021 \0"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | ODD,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=4,
)


# Documents that are read and not written, for the same trials.
FOREIGN = {
    "the API of MyAnimeList": {
        "data": [
            {
                "node": {"id": 1, "title": "B", "alternative_titles": {"en": "C"}},
                "list_status": {"status": "completed", "score": 9, "tags": ["a"]},
            }
        ],
        "paging": {"next": ""},
    },
    "the page of MyAnimeList": [
        {
            "anime_id": 1, "anime_title": "B", "status": 2, "score": 9, "tags": "a",
            "is_rewatching": 0, "start_date_string": "01-02-20", "notes": "x",
        }
    ],
    "converted XML": {
        "myanimelist": {
            "myinfo": {"user_name": "a"},
            "anime": [{"series_title": {"_cdata": "B"}, "my_status": ["Completed"]}],
        }
    },
    "an alias of AniList": {
        "data": {
            "a": {
                "lists": [
                    {
                        "name": "x",
                        "isCustomList": True,
                        "entries": [{"mediaId": 1, "media": {"title": {"en": "B"}}}],
                    }
                ]
            },
            "me": {"mediaListOptions": {"scoreFormat": "POINT_5"}},
        }
    },
    "a page of AniList": [
        {"data": {"Page": {"mediaList": [{"media": {"id": 1}, "score": 3}]}}}
    ],
    "a flat array": [
        {"title": "B", "status": "Done", "score": "9/10", "tags": ["a"], "mal_id": 1.0,
         "show": {"ids": {"imdb": "tt1"}}, "started": "May 5, 2020"}
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_whatever_is_in_a_document_that_is_only_read_it_is_read_or_refused(name, data):
    document = json.loads(json.dumps(FOREIGN[name]))
    places = list(containers(document))
    for _ in range(data.draw(st.integers(1, 3))):
        place, key = data.draw(st.sampled_from(places))
        place[key] = data.draw(ANYTHING)
    with contextlib.suppress(UnsupportedFileError):
        check(read(json.dumps(document).encode(), scale="10"))


def check(file):
    """Every row can be stored, and written again."""
    for row in file.rows:
        if isinstance(row, Record):
            orjson.dumps(portable(row))
            assert "\0" not in repr(portable(row))
            written("json", kept(**row.values))
        else:
            assert row.reason
            orjson.dumps([row.reason, row.title])
    orjson.dumps([*file.warnings, file.owner])


HEADERS = st.sampled_from(
    [
        "title", "status", "score", "progress", "started", "finished", "dates", "tags",
        "type", "category", "source", "media_id", "mal id", "anime_id", "link", "imdb",
        "rewatching", "watched", "priority", "private", "year", "episodes", "notes",
        "series_title", "my_status", "my_times_watched", "my_rewatching", "other", "",
    ]
)  # fmt: skip
CELLS = st.sampled_from(
    [
        "", "9/10", "★★", "☆", "1,085", "12 / 26", "S02E03", "May 5, 2021 → May 9, 21",
        "1/5/21", "99/99/9999", "00-00-00", "yes", "anime", "game", "tv", "episode",
        "tmdb", "255", "1e309", "nan", "Done", "Plan to Read", "=1", "'", "٣", "1" * 99,
        "https://myanimelist.net/manga/1", "0000-00-00",
    ]
) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(data=st.data())
def test_whatever_a_table_holds_its_rows_are_read_or_refused(data):
    header = data.draw(st.lists(HEADERS, min_size=1, max_size=6))
    width = st.lists(CELLS, max_size=len(header) + 1)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(data.draw(st.lists(width, max_size=4)))
    with contextlib.suppress(UnsupportedFileError):
        check(read(out.getvalue().encode()))


WRITTEN = sorted(set(FORMATS) - {"mal", "csv"})


@pytest.mark.parametrize("format_", WRITTEN)
@settings(deadline=None, max_examples=100)
@given(data=st.data())
def test_whatever_a_field_of_json_holds_the_row_is_read_or_refused(format_, data):
    document = json.loads(
        written(format_, kept(score=80, tags=["a"], started_on="2017"))
    )
    places = list(containers(document))
    for _ in range(data.draw(st.integers(1, 3))):
        place, key = data.draw(st.sampled_from(places))
        place[key] = data.draw(ANYTHING)
    with contextlib.suppress(UnsupportedFileError):
        check(read(json.dumps(document).encode()))


FIELDS = st.sampled_from(
    [
        "my_score", "my_id", "series_title", "scoreFormat", "advancedScores",
        "customLists", "media", "startedAt", "finishedAt", "ratingTwenty", "createdAt",
        "status", "memo_is_private", "seasons", "show", "target_id", "manga", "anime",
    ]
)  # fmt: skip
NUMBERS = st.integers(1 - 2**63, 2**63 - 1) | st.floats(allow_nan=False).filter(is_kept)
SMALL = st.recursive(
    st.none() | st.booleans() | NUMBERS | NOTES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(FIELDS | NOTES, inner, max_size=3)
    ),
    max_leaves=4,
)


@pytest.mark.parametrize("format_", FORMATS)
@settings(deadline=None, max_examples=100)
@given(
    of_it=st.dictionaries(FIELDS | NOTES, SMALL, max_size=5) | SMALL,
    date=PARTIAL,
)
def test_whatever_our_own_json_says_of_a_tracker_is_written_so_that_it_is_read(
    format_, of_it, date
):
    entry = kept(extra={format_: of_it}, started_on=date, score=80)
    data = written(format_, entry)
    if isinstance(of_it, dict) or format_ not in ("json", "csv"):
        [record] = read(data).rows
        assert (record.values["score"], record.title) == (80, "Cowboy Bebop")


@pytest.mark.parametrize("format_", FORMATS)
def test_a_field_that_is_nested_as_deep_as_may_be_is_read_from_every_format(format_):
    value = "x"
    for _ in range(16):
        value = [value]
    assert len(again(format_, kept(extra={format_: {"deep": value}})).rows) == 1
    data = written("json", kept(extra={format_: {"deep": [value]}}))
    assert "nests deeper than 16" in read(data).rows[0].reason


def containers(value):
    """Every place in a JSON document that holds a value."""
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from containers(value[key])
