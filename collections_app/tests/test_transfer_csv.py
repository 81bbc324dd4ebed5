"""Tables: our own, and others by the words of their headers."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from animecollections.api.spreadsheets import neutral, plain
from collections_app.transfer import FORMATS, Record, UnsupportedFileError, read

from .lists import kept, written


def table(*lines, end="\n"):
    return end.join(lines).encode()


def only(data):
    [record] = read(data).rows
    return record


# --- our own ----------------------------------------------------------------------


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_what_a_spreadsheet_would_calculate_is_neutral_and_comes_back_equal(sign):
    texts = [
        sign + "cmd|' /C calc'!A1",
        "'" + sign,
        "''" + sign + "x",
        "'quoted'",
        "x" + sign,
    ]
    for text in texts:
        data = written("csv", kept(notes=text, tags=[(sign + "tag").strip()]))
        cells = data.decode().split("\n", 1)[1].rstrip()
        assert f",{sign}" not in cells
        assert f'"{sign}' not in cells
        assert only(data).values["notes"] == text


SIGNS = "=+-@＝＋－＠"
BLANKS = [
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\u200b",
    "\ufeff",
    "\u3000",
    " \n ",
    "x\n",
    "x\r",
]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", BLANKS)
def test_no_line_of_a_cell_is_a_formula_whatever_stands_before(sign, before):
    text = f"{before}{sign}1+1"
    cell = neutral(text)
    assert not any(
        line.lstrip(" \t\u200b\ufeff\u3000").startswith(tuple(SIGNS))
        for line in re.split("[\r\n]", cell)
    )
    assert cell[0] not in "\t\r\n"
    assert plain(cell) == text
    assert only(written("csv", kept(notes=text))).values["notes"] == text


@settings(deadline=None, max_examples=150)
@given(st.text(st.sampled_from([*"='+-@＝＠x\n\r\t \u200b\u3000,\""]), max_size=12))
def test_whatever_a_cell_holds_it_comes_back_equal(text):
    assert plain(neutral(text)) == text
    assert only(written("csv", kept(notes=text))).values["notes"] == text


@pytest.mark.parametrize("text", ["so, so", "a - b", "a=b", "'quoted'", "x\ny", ""])
def test_what_is_no_formula_stays_as_it_is(text):
    assert neutral(text) == text


def test_our_own_begins_with_a_mark_by_which_excel_knows_utf8():
    data = written("csv", kept(tags=["a,b", 'c"d', "e"]))
    assert data.startswith(b"\xef\xbb\xbfanime_id,title,type,state,")
    assert only(data).values["tags"] == ["a,b", 'c"d', "e"]


def test_our_own_may_lose_columns_in_a_spreadsheet_and_says_nothing_of_them():
    data = table("anime_id;type;state;score;extra", "1;Completed;active;8,5;")
    record = only(data)
    assert record.ids == {"own": "1"}
    assert record.values == {
        "type": "Completed",
        "state": "active",
        "score": 85,
        "extra": {},
    }


def test_what_our_own_cannot_mean_refuses_its_row():
    data = table(
        "anime_id,type,state,extra", "1,Completed,on_hold,", "2,Completed,active,{"
    )
    first, second = read(data).rows
    assert "no Completed that is on_hold" in first.reason
    assert "extra is not valid JSON" in second.reason


# --- others -----------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_by_the_words_of_its_header(delimiter, end):
    header = [
        "Title",
        "English Title",
        "MAL ID",
        "Watch Status",
        "Episodes Watched",
        "Score",
        "Start Date",
        "Date Completed",
        "Notes",
        "Tags",
        "Private",
        "Type",
        "Year",
        "Total Episodes",
        "Times Rewatched",
        "Priority",
        "Last Updated",
        "Date Added",
        "Mood",
    ]
    line = [
        "Bebop",
        "Cowboy Bebop",
        "1",
        "Plan to watch",
        "3",
        "8.5",
        "2017-10-03",
        "2017-11",
        '"so, so"',
        '"a, b"',
        "yes",
        "TV",
        "1998",
        "26.0",
        "1",
        "2",
        "2024-02-08 13:59:17",
        "2024-01-01",
        "blue",
    ]
    file = read(table(delimiter.join(header), delimiter.join(line), end=end))
    [record] = file.rows
    assert record.values == {
        "type": "To Watch",
        "state": "active",
        "progress": 3,
        "score": 85,
        "rewatches": 1,
        "started_on": "2017-10-03",
        "finished_on": "2017-11",
        "notes": "so, so",
        "tags": ["a", "b"],
        "is_private": True,
        "priority": 2,
    }
    assert (record.title, record.names) == ("Bebop", ["Cowboy Bebop"])
    assert (record.ids, record.extra) == ({"mal": "1"}, {"Mood": "blue"})
    assert (record.format, record.year, record.episodes) == ("TV", 1998, 26)
    assert record.changed_at == datetime(2024, 2, 8, 13, 59, 17, tzinfo=UTC)
    assert record.added_at == datetime(2024, 1, 1, tzinfo=UTC)
    [said] = file.warnings
    assert "highest is 8.5, so they were read as 0 to 10" in said


def test_a_table_of_scores_to_100_is_read_so():
    file = read(table("name,rating", "A,85", "B,", "C,-", "D,7"))
    assert [record.values["score"] for record in file.rows] == [85, None, None, 7]
    assert "read as 0 to 100" in file.warnings[0]


@pytest.mark.parametrize(
    ("header", "cell", "values"),
    [
        ("status", "", {}),
        ("status", "Currently Watching", {"type": "Watching", "state": "active"}),
        ("status", "Owned", {"type": "Collection", "state": "active"}),
        ("progress", "12 / 26", {"progress": 12}),
        ("progress", "12.0", {"progress": 12}),
        ("progress", "", {}),
        ("tags", "a; b;;a", {"tags": ["a", "b"]}),
        ("tags", "'=a|b", {"tags": ["=a", "b"]}),
        ("start date", "-", {"started_on": ""}),
        ("start date", "2017-10-03 00:00:00", {"started_on": "2017-10-03"}),
        ("start date", "2017/1/3", {"started_on": "2017-01-03"}),
        ("start date", "03.10.2017", {"started_on": "2017-10-03"}),
    ],
)
def test_cells_as_people_and_spreadsheets_write_them(header, cell, values):
    assert only(table(f"title,{header}", f'A,"{cell}"')).values == values


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A,Reading,1,,TV", "not for anime"),
        ("A,,x,,TV", "progress is not a whole number"),
        ("A,,,soon,TV", "Use a date such as"),
        ("A,,,,Manga", "This is a manga, but only anime can be imported here"),
        ("A,,,,TV,more", "6 cells, and the header 5"),
        (",,1,,TV", "neither a title nor an id"),
    ],
)
def test_what_cannot_be_kept_refuses_its_row_and_no_other(line, reason):
    header = "title,status,progress,started,type"
    taken, refused = read(table(header, "B,watching,1,2017,TV,", line)).rows
    assert isinstance(taken, Record)
    assert reason in refused.reason


def test_blank_lines_are_no_rows_and_short_ones_say_less():
    data = table("", "sep=;", "", "title;score", "A;7", "", ";", "B", "")
    assert [record.values for record in read(data).rows] == [{"score": 70}, {}]


def test_blank_lines_take_no_rows_place():
    rows = read(table("title", "", *("A\n" for _ in range(12_000)))).rows
    assert len(rows) == 12_000


@pytest.mark.parametrize("end", ["\r\n", "", ",", "\r\n,,", "\n  "])
def test_a_last_row_that_is_cut_off_is_refused(end):
    data = table("title,status,progress", "A,watching,1", "B,watching") + end.encode()
    taken, cut = read(data).rows
    assert taken.values["progress"] == 1
    if end.strip(" ,"):
        assert cut.values == {"type": "Watching", "state": "active"}
    elif end == ",":  # it has all its cells, though it may have had more in the last
        assert "progress" not in cut.values
    else:
        assert "2 cells, and the header 3 columns: it ends too early" in cut.reason


def test_our_own_is_never_taken_from_a_row_that_is_cut_off():
    """Wherever it is cut, what is read of it stands in it; but for its last column."""
    entries = [kept(progress=123, notes="so,\nso", tags=["a", 'b"c']) for _ in range(2)]
    data = written("csv", *entries)
    whole = read(data).rows
    begins = data.rindex(b"1,Cowboy")
    for cut in range(begins + 1, len(data) - len(",\r\n")):
        try:
            first, last = read(data[:cut]).rows
        except UnsupportedFileError as error:
            assert "cannot be read at line 4" in str(error)  # noqa: PT017
            continue
        assert first == whole[0]
        assert "ends too early" in last.reason


def test_our_own_may_lose_what_is_blank_at_the_end_of_its_rows():
    """As Excel writes it, where it is for many rows one after the other."""
    header, row = written("csv", kept(progress=5)).splitlines()
    data = b"\n".join([header, row.rstrip(b","), b",".join(row.split(b",")[:5]), b""])
    taken, short = read(data).rows
    assert taken.values["progress"] == 5
    assert "extra" not in taken.values
    assert "and the header 34 columns: it ends too early" in short.reason
    by_hand = table("title,type,state,anime_id", "A,Watching,active", "")
    assert "3 cells, and the header 4 columns" in only(by_hand).reason


@pytest.mark.parametrize("line", ['"A"B,1', '"A,1', '"A,1\nB,"so, so"'])
def test_a_quote_out_of_place_takes_no_rows_into_its_cell(line):
    others = ["C,2"] * 5_000
    with pytest.raises(
        UnsupportedFileError, match=r"cannot be read at line 4: .* Correct the quotes"
    ):
        read(table("sep=,", "title,progress", "A,1", line, *others, ""))


@pytest.mark.parametrize(
    "header", ["title,tags", "anime_id,type,state,tags"], ids=["others", "ours"]
)
@pytest.mark.parametrize("tags", ["a,b\nc", '""a,b'])
def test_tags_that_cannot_be_told_apart_refuse_their_row(header, tags):
    row = f'A,"{tags}"' if header.startswith("title") else f'1,Watching,active,"{tags}"'
    assert "tags cannot be told apart" in only(table(header, row)).reason


@pytest.mark.parametrize(
    ("header", "row", "says"),
    [
        ("title,status,Status", "A,Completed,Dropped", "Status appears twice"),
        ("title,progress,episodes watched", "A,3,5", "episodes watched appears twice"),
        ("title,score,score", "A,8,9", "score appears twice"),
    ],
)
def test_two_columns_of_one_meaning_that_differ_refuse_their_row(header, row, says):
    assert says in only(table(header, row)).reason


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("title,status,status", "A,Completed,Completed"),
        ("title,progress,watched", "A,3,yes"),
        ("title,status,watch status", "A,Completed,Dropped"),
        ("title,my score,rating", "A,8,9"),
    ],
)
def test_what_may_mean_two_things_contradicts_nothing(header, row):
    assert only(table(header, row)).values


def test_our_own_holds_as_much_of_others_as_an_entry_does():
    fields = {f"field {number}": '"' * 900 for number in range(10)}
    extra = dict.fromkeys(FORMATS, fields)
    record = only(written("csv", kept(extra=extra, notes='"' * 10_000)))
    assert record.values["extra"] == extra


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (table("title,score"), "CSV list is empty"),
        (table("title", "\n" * (2**20 + 1)), "more than 1,048,576 lines"),
        (table("when,where", "now,here"), "Found: when, where"),
        (table("title,type", "Berserk,Manga"), "holds mangas and books"),
        ("title\nПривет".encode("cp1251"), "save it as “CSV UTF-8”"),
        (table("title", '"' + "x" * 140_000), "cannot be read at line 2"),
        (table("title", "x" * 2**20), "is too long"),
        (table("title", '"\n",' * 2**19), "is too long"),
        (table("title", "," * 300), "more than 200 columns"),
    ],
)
def test_what_is_no_table_of_anime_is_told_what_it_is(data, says):
    with pytest.raises(UnsupportedFileError, match=says):
        read(data)
