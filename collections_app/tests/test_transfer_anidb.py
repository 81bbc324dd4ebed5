"""AniDB's mylist, in its template xml-plain-cs: what its views and votes say."""

import gzip
import io
import tarfile
from datetime import UTC, datetime
from xml.sax.saxutils import quoteattr

import pytest

from collections_app.transfer import Record, UnsupportedFileError, read


def element(name, inside="", **attributes):
    said = "".join(f" {key}={quoteattr(text)}" for key, text in attributes.items())
    return f"<{name}{said}>{inside}</{name}>"


def episode(number, *views, watched=None):
    """An <Ep> with a file for each view; "" is a file that was not watched."""
    files = "".join(
        element("File", "<Video/>", LDate="2020-01-01T10:00:00Z")
        if not view
        else element("File", LDate="2020-01-02T10:00:00Z", ViewDate=view)
        for view in views
    )
    flag = {"StateIsWatched": "1"} if any(views) or watched else {}
    return element("Ep", files, EpNo=number, Name="Day", **flag)


def anime(*episodes, **said):
    base = {"Id": "23", "Name": "Bebop", "Eps": "3", "MyVote": "NaN"}
    others = '<Company Id="1" Name="Sun"/><Group Id="2"><ALang Id="2"/></Group>'
    return element("Anime", others + "".join(episodes), **(base | said))


def mylist(*rows, count=None):
    user = element(
        "User",
        Name="mia",
        Date="2025-10-17T11:00:00Z",
        AnimeCount=str(len(rows) if count is None else count),
    )
    genre = element("GenreN", Id="80", Name="Space")
    inside = user + genre + "".join(rows)
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<MyList>{inside}</MyList>'
    return text.encode()


def only(*episodes, **said):
    [record] = read(mylist(anime(*episodes, **said))).rows
    assert isinstance(record, Record), record
    return record


ALL = [
    episode("1", "2020-03-01T22:00:00Z", "2021-05-01T20:00:00Z"),
    episode("02", "2020-03-01T22:30:00Z", ""),
    episode("3", "2020-03-09T20:00:00Z"),
    episode("S1", "2022-01-01T20:00:00Z"),
]


def test_everything_of_an_anime_is_read():
    file = read(
        mylist(
            anime(
                *ALL,
                TitleJapKanji="ビバップ",
                TitleEng="Bebop",
                YearStart="1998",
                TypeName="TV Series",
                MyWatchedEps="3",
                MyVote="8.5",
                MyVoteDate="2022-03-01T20:00:00Z",
            )
        )
    )
    assert (file.owner, file.warnings) == ("mia", [])
    assert file.exported_at == datetime(2025, 10, 17, 11, tzinfo=UTC)
    [record] = file.rows
    assert (record.ids, record.title, record.names) == (
        {"anidb": "23"},
        "Bebop",
        ["ビバップ"],
    )
    assert (record.year, record.format, record.episodes) == (1998, "TV", 3)
    assert record.values == {
        "progress": 3,
        "type": "Completed",
        "state": "active",
        "started_on": "2020-03-01",
        "finished_on": "2020-03-09",
        "score": 85,
    }
    # The first time of each normal episode.
    assert record.watched == {"2020-03-01": 2, "2020-03-09": 1}
    assert record.changed_at == datetime(2022, 3, 1, 20, tzinfo=UTC)
    assert record.added_at == datetime(2020, 1, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("episodes", "said", "type_", "progress"),
    [
        (ALL, {}, "Completed", 3),
        (ALL, {"Eps": "0"}, "Watching", 3),
        (ALL[:2], {}, "Watching", 2),
        ([], {"MyWatchedEps": "3"}, "Completed", 3),
        ([episode("1", "")], {"MyWatchedEps": "0"}, "Collection", 0),
        ([episode(f"{kind}1", "2020-03-01T22:00:00Z") for kind in "SCTPO"],
         {}, "Watching", 0),
    ],
    ids=["all", "of no known number", "some", "counted", "owned", "specials"],
)  # fmt: skip
def test_views_say_the_status(episodes, said, type_, progress):
    values = only(*episodes, **said).values
    assert (values["type"], values["progress"]) == (type_, progress)
    assert ("finished_on" in values) == (type_ == "Completed" and bool(episodes))


def test_a_day_that_no_file_tells_is_unknown():
    seen = episode("1", "2020-03-01T22:00:00Z")
    record = only(seen, episode("2", watched=True), MyWatchedEps="3")
    assert record.watched == {"2020-03-01": 1, "": 2}
    assert record.values["type"] == "Completed"
    assert not record.values.keys() & {"started_on", "finished_on"}
    long_ago = episode("1", "1970-01-01T00:00:00Z")
    assert only(long_ago).watched == {}


@pytest.mark.parametrize(
    ("said", "score", "remarks"),
    [
        ({"MyVote": "7"}, 70, []),
        ({"MyVote": "7", "MyTmpVote": "3"}, 70, []),
        ({"MyTmpVote": "6.5"}, 65, []),
        ({"MyVote": "7.77"}, 78, ["The score 7.77 is stored as 7.8."]),
        ({"MyVote": "NaN", "MyTmpVote": "NaN"}, None, []),
    ],
    ids=["vote", "both", "temporary", "finer", "none"],
)
def test_the_vote_is_the_score(said, score, remarks):
    record = only(**said)
    assert (record.values["score"], record.remarks) == (score, remarks)


def test_a_flawed_row_is_refused_alone():
    rows = [
        anime(MyVote="11"),
        anime(MyVote="good"),
        anime(episode("1", "yesterday")),
        anime(MyWatchedEps="many"),
        anime(Id="0", Name=""),
        "<Extra/>",
        anime(Name="Tom & Jerry").replace("&amp;", "&"),
    ]
    file = read(mylist(*rows, count=9))
    *refused, taken = file.rows
    assert taken.title == "Tom & Jerry"
    assert [row.reason.split(":")[0] for row in refused] == [
        "MyVote is not from 0 to 10",
        "MyVote is not a number",
        "ViewDate is not a valid date",
        "MyWatchedEps is not a whole number from 0 to 100,000",
        "The row has neither a title nor an id.",
        "<Extra> is not a row of an anime list.",
    ]
    assert file.warnings[0].startswith("The file's header counts 9 anime")


BOMB = (
    b'<!-- --><!DOCTYPE MyList [<!ENTITY a "aaa">]><MyList><Anime Name="&a;"/></MyList>'
)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (mylist(anime(*ALL))[:-30], "damaged or ends too early"),
        (BOMB, "document type"),
        (b"<MyList>" + b"<a>" * 99, "nests deeper"),
        (b"<?xml version='1.0'?><!-- x --><mylist user='mia'/>", "xml-plain-cs"),
        (mylist(), "empty"),
    ],
    ids=["cut", "bomb", "deep", "other template", "empty"],
)
def test_what_is_no_such_list_is_refused(data, says):
    with pytest.raises(UnsupportedFileError, match=says):
        read(data)


def tgz(**files):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(f"{name}.xml")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return packed.getvalue()


def test_the_archive_that_anidb_sends_is_unpacked():
    data = mylist(anime(*ALL))
    assert read(tgz(info=b"<x/>", mylist=data)).rows == read(data).rows
    with pytest.raises(UnsupportedFileError, match="holds no mylist"):
        read(tgz(info=data))
    damaged = bytearray(gzip.decompress(tgz(mylist=data)))
    damaged[148:156] = b"99999999"  # its checksum
    with pytest.raises(UnsupportedFileError, match="damaged"):
        read(bytes(damaged))
