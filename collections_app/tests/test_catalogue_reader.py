"""Catalogues in every form upstream publishes, and files that are something else."""

import contextlib
import gzip
import http.server
import io
import itertools
import json
import os
import threading
import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from collections_app.catalogue.reader import (
    LONGEST_TITLE,
    Record,
    Refusal,
    SourceBroken,
    SourceUnreadable,
    open_source,
    read,
    sources,
)
from collections_app.catalogue.site_addresses import external_id

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the folder shared/data is not beside this repository"
)
UPSTREAM = (
    "https://raw.githubusercontent.com/manami-project/anime-offline-database/master"
)
PACKERS = [bytes, gzip.compress, zstandard.compress]

METADATA = {"license": {"name": "ODbL"}, "lastUpdate": "2026-11-23"}
BEBOP = {
    "sources": ["https://anilist.co/anime/1", "https://myanimelist.net/anime/1"],
    "title": "Cowboy Bebop",
    "type": "TV",
    "episodes": 26,
    "status": "FINISHED",
    "animeSeason": {"season": "SPRING", "year": 1998},
    "picture": "https://cdn.myanimelist.net/images/anime/4/19644.jpg",
    "thumbnail": "https://cdn.myanimelist.net/images/anime/4/19644t.jpg",
    "duration": {"value": 1440, "unit": "SECONDS"},
    "score": {"arithmeticMean": 8.745},
    "synonyms": ["カウボーイビバップ"],
    "studios": ["sunrise", "Sunrise"],
    "producers": ["bandai visual"],
    "relatedAnime": ["https://myanimelist.net/anime/5"],
    "tags": ["space", "sci-fi", "action"],
}


def as_lines(*items, metadata=METADATA):
    lines = [metadata, *items] if metadata else items
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def as_document(*items, indent=None):
    document = METADATA | {"data": items}
    return json.dumps(document, ensure_ascii=False, indent=indent)


def stream_of(source):
    return io.BytesIO(source if isinstance(source, bytes) else source.encode())


def read_all(source):
    return list(read(stream_of(source)))


def collect(found, stream):
    """Appends what is read to `found`, which so survives an error."""
    for item in read(stream):
        found.append(item)


def read_until(error, source):
    """What was read before the error, and what the error said."""
    found = []
    with pytest.raises(error) as raised:
        collect(found, stream_of(source))
    return found, str(raised.value)


def read_one(**changes):
    [item] = read_all(as_lines(BEBOP | changes))
    return item


# --- the forms --------------------------------------------------------------------


def test_a_title_is_read_in_our_own_words():
    assert read_one() == Record(
        title="Cowboy Bebop",
        english_title=None,
        native_title=None,
        synonyms=("カウボーイビバップ",),
        format="TV",
        airing_status="finished",
        season="spring",
        year=1998,
        episodes=26,
        episode_minutes=24,
        picture_url="https://cdn.myanimelist.net/images/anime/4/19644.jpg",
        thumbnail_url="https://cdn.myanimelist.net/images/anime/4/19644t.jpg",
        rating=Decimal("8.75"),
        genres=("Sci-Fi", "Action", "Space"),
        mature=False,
        studios=("Sunrise",),
        external_ids=(("anilist", "1"), ("mal", "1")),
        related=(("mal", "5"),),
        line=2,
    )


@pytest.mark.parametrize("pack", PACKERS)
@pytest.mark.parametrize(
    ("source", "lines"),
    [
        (as_lines(BEBOP, BEBOP), [2, 3]),
        (as_lines(BEBOP, BEBOP, metadata=None), [1, 2]),
        (as_lines(BEBOP, BEBOP).replace("\n", "\r\n\r\n"), [3, 5]),
        (as_lines(BEBOP, BEBOP).rstrip("\n"), [2, 3]),
        ("\ufeff" + as_lines(BEBOP, BEBOP), [2, 3]),
        (as_lines(), []),
        (as_document(BEBOP, BEBOP), [1, 2]),
        (as_document(BEBOP, BEBOP, indent=1), [1, 2]),
        (as_document(BEBOP).replace('"data": [', '"data": [\n'), [1]),
        ("\ufeff\n" + as_document(BEBOP, BEBOP) + "\n", [1, 2]),
        (json.dumps({"data": [BEBOP], "lastUpdate": "2026-11-23"}), [1]),
        (json.dumps({"data": []}), []),
    ],
)
def test_every_form_reads_the_same_however_it_is_packed(source, lines, pack):
    items = read_all(pack(source.encode()))
    assert [item.line for item in items] == lines
    assert {item.title for item in items} <= {"Cowboy Bebop"}


@pytest.mark.parametrize("pack", PACKERS[1:])
def test_a_file_packed_in_several_parts_is_read_to_its_end(pack):
    one, two = as_lines(BEBOP).encode(), as_lines(BEBOP, metadata=None).encode()
    assert len(read_all(pack(one) + pack(two))) == 2


def test_zeros_after_a_gzip_file_are_padding():
    assert len(read_all(gzip.compress(as_lines(BEBOP).encode()) + bytes(3000))) == 1


def test_the_schema_of_2023_is_understood():
    newer = ("relatedAnime", "score", "duration", "studios", "thumbnail")
    old = {key: BEBOP[key] for key in BEBOP if key not in newer}
    [record] = read_all(as_document(old | {"relations": BEBOP["relatedAnime"]}))
    assert record.related == (("mal", "5"),)
    assert (record.rating, record.episode_minutes, record.studios) == (None, None, ())
    assert record.thumbnail_url == ""


def test_titles_longer_than_what_is_read_at_once_are_whole():
    long = BEBOP | {"producers": ["é" * 150_000], "episodes": 1234}
    for source in (as_lines(long, BEBOP), as_document(long, BEBOP)):
        assert [item.episodes for item in read_all(source)] == [1234, 26]


class Dribble:
    """A catalogue made while it is read, a piece at a time."""

    def __init__(self, pieces):
        self.pieces = iter(pieces)

    def read(self, size, /):
        return next(self.pieces, b"")


@pytest.mark.parametrize(
    ("head", "between", "tail"),
    [(b"", b"\n", b"\n"), (b'{"data":[', b",", b"]}")],
    ids=["lines", "document"],
)
def test_memory_stays_flat_however_long_the_catalogue_is(head, between, tail):
    item = json.dumps(BEBOP | {"producers": ["x" * 20_000]}).encode()
    more = itertools.repeat(between + item, 1999)
    stream = Dribble(itertools.chain([head + item], more, [tail]))
    tracemalloc.start()
    try:
        assert sum(1 for _ in read(stream)) == 2000  # 40 megabytes
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()


def test_a_document_is_read_a_byte_at_a_time_as_well_as_at_once():
    source = as_document(BEBOP, BEBOP | {"episodes": 1}, indent=1).encode()
    dribble = Dribble(source[at : at + 1] for at in range(len(source)))
    assert list(read(dribble)) == read_all(source)


# --- broken and foreign files -----------------------------------------------------


def test_a_broken_line_is_refused_and_reading_goes_on():
    lines = [*as_lines(BEBOP).splitlines(), '{"title": ', "[1]", "nonsense"]
    lines += [json.dumps(BEBOP), '{"episodes": ' + "9" * 5000 + "}", "[" * 9000]
    refused = read_all("\n".join(lines) + "\n")
    assert [(item.line, type(item)) for item in refused] == [
        (2, Record),
        (3, Refusal),
        (4, Refusal),
        (5, Refusal),
        (6, Record),
        (7, Refusal),
        (8, Refusal),
    ]
    assert refused[1].reason == "the line is not JSON: Expecting value, at column 11"
    assert refused[2].reason == "a list in place of a title"


def test_the_first_line_may_be_broken_too():
    first, second = read_all("{broken}\n" + as_lines(BEBOP, metadata=None))
    assert (type(first), type(second)) == (Refusal, Record)


def test_a_line_without_end_is_refused_without_being_held():
    first = as_lines(BEBOP).encode()
    last = as_lines(BEBOP, metadata=None).encode()
    endless = Dribble([first, *([b"x" * LONGEST_TITLE] * 8), b"\n", last])
    assert [(item.line, type(item)) for item in read(endless)] == [
        (2, Record),
        (3, Refusal),
        (4, Record),
    ]


def test_lines_that_break_off_are_reported_after_what_was_whole():
    whole = as_lines(BEBOP, BEBOP)
    for end in (
        whole[:-40],
        whole[:-2],
        whole[:-2] + ', "a": tru',
        whole[:-2] + r', "\u00',
    ):
        found, message = read_until(SourceBroken, end)
        assert [item.line for item in found] == [2]
        assert message == "The file is incomplete: it ends within a line."


@pytest.mark.parametrize("line", ["nonsense", '{"title": wrong}', "9" * 5000])
def test_a_last_line_that_is_wrong_rather_than_cut_is_refused(line):
    assert [type(item) for item in read_all(as_lines(BEBOP) + line)] == [
        Record,
        Refusal,
    ]


def test_a_document_that_breaks_off_is_reported_after_what_was_whole():
    whole = as_document(BEBOP, BEBOP)
    for cut in (1, 2, 40):
        found, message = read_until(SourceBroken, whole[:-cut])
        assert len(found) == (2 if cut < 3 else 1)
        assert message == "The file is incomplete: the document does not end."


@pytest.mark.parametrize(
    "broken",
    ["nonsense", "9" * 5000, "1e" + "9" * 50, "NaN", "[" * 200_000, '"' + "x" * 2**21],
)
def test_a_document_damaged_in_the_middle_is_reported_after_what_was_whole(broken):
    text = as_document(BEBOP, "HERE", BEBOP).replace('"HERE"', broken)
    found, message = read_until(SourceBroken, text)
    assert [item.line for item in found] == [1]
    assert message.startswith("The file is damaged after title 1: ")


def test_something_behind_a_document_is_reported():
    found, message = read_until(SourceBroken, as_document(BEBOP) + " {}")
    assert len(found) == 1
    assert "there is more text after the document" in message


@pytest.mark.parametrize("form", [as_lines, as_document])
@pytest.mark.parametrize("pack", PACKERS[1:])
def test_a_packed_file_that_is_cut_yields_its_whole_titles_first(pack, form):
    varied = [BEBOP | {"title": os.urandom(200).hex()} for _ in range(1000)]
    packed = pack(form(*varied).encode())
    found, message = read_until(SourceBroken, packed[: len(packed) // 2])
    assert 300 < len(found) < 700
    assert all(isinstance(item, Record) for item in found)
    assert "is incomplete: its end is missing" in message
    found, _ = read_until(SourceBroken, packed[:-1])
    assert len(found) > 800  # zstd gives a block, of 128 kilobytes, whole or not at all


@pytest.mark.parametrize("pack", PACKERS[1:])
def test_a_packed_file_that_is_damaged_is_reported(pack):
    packed = bytearray(pack(as_lines(BEBOP).encode()))
    packed[6:40] = bytes(34)
    _, message = read_until(SourceBroken, bytes(packed))
    assert "is damaged" in message


def test_an_error_while_reading_is_reported_after_what_was_whole():
    class Unplugged(Dribble):
        def read(self, size, /):
            return super().read(size) or self.fail()

        def fail(self):
            raise ConnectionResetError("the cable came out")

    found = []
    with pytest.raises(SourceBroken, match="the cable came out"):
        collect(found, Unplugged([as_lines(BEBOP).encode()]))
    assert len(found) == 1


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("<!DOCTYPE html><html><body>404</body></html>", "a web page"),
        ("<?xml version='1.0'?>\n<myanimelist></myanimelist>", "from MyAnimeList"),
        ("<?xml version='1.0'?><rss/>", "is XML"),
        (b"PK\x03\x04\x14\x00", "a zip archive"),
        (as_lines(BEBOP).encode("utf-16"), "text in UTF-16"),
        ("title,episodes\nCowboy Bebop,26\n", "neither JSON lines nor"),
        (json.dumps([BEBOP]), "a JSON list"),
        (
            json.dumps({"data": {"MediaListCollection": {}}}),
            "JSON of another structure",
        ),
        (json.dumps({"data": [{"id": 1}, {"id": 2}]}), "JSON of another structure"),
        (json.dumps({"data": [1]}), "JSON of another structure"),
        (json.dumps({"pagination": {}}), "JSON of another structure"),
        ("{}", "JSON of another structure"),
        ('{"data" 1}', "is not JSON"),
        ('{"a": "' + "x" * 2**21 + '"}', "is not JSON"),
        (bytes(range(128, 178)).rjust(51), "neither"),
    ],
)
def test_what_is_no_catalogue_is_named_and_the_expected_explained(source, what):
    found, message = read_until(SourceUnreadable, source)
    assert found == []
    assert what in message
    assert "Use a catalogue of manami-project/anime-offline-d" in message


def test_strange_items_among_titles_are_refused_one_by_one():
    items = read_all(as_document(None, 5, BEBOP, ["x"], {}))
    assert [type(item) for item in items] == [
        Refusal,
        Refusal,
        Record,
        Refusal,
        Refusal,
    ]
    assert items[0].reason == "nothing in place of a title"


# --- what a record holds ----------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": None}, "it has no title"),
        ({"title": " \t "}, "it has no title"),
        ({"title": 5}, "`title` is a number, text is expected"),
        ({"title": "x" * 501}, "its title is longer than 500 characters"),
        ({"title": "a\x00b"}, "its title has control characters or broken text in it"),
        (
            {"sources": ["https://example.com/anime/1"]},
            "none of its sources is a known site",
        ),
        (
            {"sources": ["https://myanimelist.net/anime/99999999999"]},
            "none of its sources is a known site",
        ),
        ({"sources": None}, "none of its sources is a known site"),
        ({"sources": "x"}, "`sources` is text, a list is expected"),
        ({"tags": [1]}, "`tags` holds a number, texts are expected"),
        ({"synonyms": {}}, "`synonyms` is an object, a list is expected"),
        ({"type": ["TV"]}, "`type` is a list, text is expected"),
        ({"episodes": "12"}, "`episodes` is text, a number is expected"),
        ({"episodes": True}, "`episodes` is a truth value, a number is expected"),
        ({"animeSeason": "SPRING"}, "`animeSeason` is text, an object is expected"),
        ({"animeSeason": {"year": []}}, "`year` is a list, a number is expected"),
        ({"score": 8.1}, "`score` is a number, an object is expected"),
        ({"picture": 1}, "`picture` is a number, text is expected"),
        ({"englishTitle": 1}, "`englishTitle` is a number, text is expected"),
    ],
)
def test_wrong_types_and_missing_essentials_are_refused_with_a_reason(changes, reason):
    refusal = read_one(**changes)
    assert isinstance(refusal, Refusal)
    assert (refusal.line, refusal.reason) == (2, reason)


def test_a_refusal_names_its_title_in_characters_that_can_be_shown():
    assert read_one(title="Bad\x00" + "x" * 200, sources=[]).title.startswith(
        "Bad\ufffd"
    )
    assert read_one(sources=[]).title == "Cowboy Bebop"


def test_facts_that_may_be_missing_are_unknown_then():
    [record] = read_all(
        json.dumps({"title": "K", "sources": ["https://anidb.net/anime/9"]}) + "\n"
    )
    assert record == Record(
        title="K",
        english_title=None,
        native_title=None,
        synonyms=(),
        format="Unknown",
        airing_status="unknown",
        season=None,
        year=None,
        episodes=None,
        episode_minutes=None,
        picture_url="",
        thumbnail_url="",
        rating=None,
        genres=(),
        mature=False,
        studios=(),
        external_ids=(("anidb", "9"),),
        related=(),
        line=1,
    )


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"type": "MOVIE"}, "format", "Movie"),
        ({"type": "SPECIAL"}, "format", "Special"),
        ({"type": "hologram"}, "format", "Unknown"),
        ({"status": "ONGOING"}, "airing_status", "airing"),
        ({"status": "UPCOMING"}, "airing_status", "upcoming"),
        ({"status": "CANCELLED"}, "airing_status", "unknown"),
        ({"animeSeason": {"season": "UNDEFINED"}}, "season", None),
        ({"animeSeason": {"season": "FALL"}}, "season", "fall"),
        ({"animeSeason": {"year": 1899}}, "year", None),
        ({"animeSeason": {"year": 2101}}, "year", None),
        ({"animeSeason": {"year": 2012.0}}, "year", 2012),
        ({"animeSeason": {"year": 2012.5}}, "year", None),
        ({"episodes": 0}, "episodes", None),
        ({"episodes": -1}, "episodes", None),
        ({"episodes": 100_000}, "episodes", 100_000),
        ({"episodes": 100_001}, "episodes", None),
        ({"duration": {"value": 29}}, "episode_minutes", 1),
        ({"duration": {"value": 89.9}}, "episode_minutes", 1),
        ({"duration": {"value": 90}}, "episode_minutes", 2),
        ({"duration": {"value": 0}}, "episode_minutes", None),
        ({"duration": {"value": 10**9}}, "episode_minutes", None),
        ({"duration": {"value": 5, "unit": "HOURS"}}, "episode_minutes", None),
        ({"score": {"arithmeticMean": 10}}, "rating", Decimal("10.00")),
        ({"score": {"arithmeticMean": 10.01}}, "rating", None),
        ({"score": {"arithmeticMean": 7.005}}, "rating", Decimal("7.01")),
        ({"score": {"median": 7}}, "rating", None),
        ({"tags": ["ecchi"]}, "mature", False),
        ({"tags": ["hentai"]}, "mature", True),
        ({"studios": ["j.c.staff", "", "x" * 201]}, "studios", ("J.C.Staff",)),
        ({"englishTitle": " Bebop "}, "english_title", "Bebop"),
        ({"nativeTitle": ""}, "native_title", None),
        ({"title": " Yu\u0301ri\ton Ice "}, "title", "Yúri on Ice"),
        ({"title": "SEED\u3000銀魂"}, "title", "SEED\u3000銀魂"),
    ],
)
def test_a_fact_is_checked_and_put_in_our_words(changes, field, value):
    assert getattr(read_one(**changes), field) == value


def test_flawed_synonyms_are_left_out_and_the_others_kept():
    flawed = ["x" * 501, "", "bad\x00", "worse\ud800", "Cowboy Bebop", "Bebop", "Bebop"]
    line = json.dumps(BEBOP | {"synonyms": flawed})  # ASCII, so \ud800 stays escaped
    [record] = read_all(line + "\n")
    assert record.synonyms == ("Bebop",)
    many = [f"name {number}" for number in range(500)]
    assert read_one(synonyms=many).synonyms == tuple(many[:200])


def test_bytes_that_are_not_utf8_spoil_a_name_and_not_the_file():
    latin = as_lines(BEBOP | {"synonyms": ["Pokémon", "ok"]}).encode(
        "latin-1", "ignore"
    )
    [record] = read_all(latin)
    assert record.synonyms == ("ok",)
    [refusal] = read_all(
        as_lines(BEBOP | {"title": "Pokémon"}).encode("latin-1", "ignore")
    )
    assert (refusal.title, type(refusal)) == ("Pok\ufffdmon", Refusal)


@pytest.mark.parametrize(
    "url",
    [
        f"{UPSTREAM}/pics/no_pic.png",
        "https://cdn.myanimelist.net/images/qm_50.gif?s=1",
        "https://myanimelist.net/img/sp/icon/apple-touch-icon-256.png",
        "https://cdn.anime-planet.com/images/anime/default/default-anime-fall.png",
        "https://s4.anilist.co/file/anilistcdn/media/anime/cover/medium/default.jpg",
        "javascript:alert(1)",
        "ftp://example.com/a.png",
        "https://example.com/a b.png",
        'https://example.com/"onload="x',
        "https://",
        "https://example.com/" + "x" * 1000,
        "",
    ],
)
def test_what_is_no_picture_is_left_empty(url):
    record = read_one(picture=url, thumbnail=url)
    assert (record.picture_url, record.thumbnail_url) == ("", "")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://myanimelist.net/anime/1", ("mal", "1")),
        ("http://www.myanimelist.net/anime/1/Cowboy_Bebop?x=1#top", ("mal", "1")),
        ("HTTPS://MyAnimeList.net/anime/0001/", ("mal", "1")),
        ("https://myanimelist.net/anime/2147483647", ("mal", "2147483647")),
        ("https://myanimelist.net/anime/2147483648", None),
        ("https://myanimelist.net/anime/" + "9" * 5000, None),
        ("https://myanimelist.net/anime/0", None),
        ("https://myanimelist.net/anime/-1", None),
        ("https://myanimelist.net/anime/1١", None),
        ("https://myanimelist.net/manga/1", None),
        ("https://myanimelist.net@example.com/anime/1", None),
        ("https://example.com/https://myanimelist.net/anime/1", None),
        ("ftp://myanimelist.net/anime/1", None),
        ("anilist.co/anime/1", None),
        ("https://anilist.co/anime/1/Cowboy-Bebop/", ("anilist", "1")),
        ("https://kitsu.io/anime/1", ("kitsu", "1")),
        ("https://kitsu.app/anime/1/", ("kitsu", "1")),
        ("https://kitsu.io/anime/cowboy-bebop", None),
        ("https://anidb.net/anime/23", ("anidb", "23")),
        ("https://anidb.net/a23", ("anidb", "23")),
        ("https://anisearch.com/anime/1572,cowboy-bebop", ("anisearch", "1572")),
        ("https://www.livechart.me/anime/3418", ("livechart", "3418")),
        (
            "https://www.anime-planet.com/anime/Cowboy-Bebop/",
            ("anime-planet", "cowboy-bebop"),
        ),
        ("https://notify.moe/anime/Ff1bpKmmR", ("notify", "Ff1bpKmmR")),
        ("https://notify.moe/anime/" + "x" * 201, None),
        ("https://simkl.com/anime/37089/cowboy-bebop", ("simkl", "37089")),
        (
            "https://animenewsnetwork.com/encyclopedia/anime.php?id=13",
            ("animenewsnetwork", "13"),
        ),
        ("https://animecountdown.com/37089", ("animecountdown", "37089")),
        ("https://shikimori.one/animes/1", None),
    ],
)
def test_an_address_names_a_site_and_an_id(url, expected):
    assert external_id(url) == expected


def test_related_titles_are_known_sites_without_the_title_itself():
    related = [*BEBOP["sources"], "https://anidb.net/anime/9", "https://example.com/1"]
    record = read_one(relatedAnime=related)
    assert record.related == (("anidb", "9"),)


# --- where a source comes from ----------------------------------------------------


@pytest.mark.parametrize("name", ["anime.jsonl", "anime.zst", "anime.gz"])
@pytest.mark.parametrize("pack", PACKERS)
def test_a_file_is_read_by_what_it_holds_with_its_progress(tmp_path, pack, name):
    file = tmp_path / name
    file.write_bytes(pack(as_lines(BEBOP).encode()))
    with open_source(str(file)) as source:
        assert source.bytes_read() == 0
        assert source.total_bytes == file.stat().st_size
        assert len(list(read(source.stream))) == 1
        assert source.bytes_read() == source.total_bytes


def test_standard_input_is_read_too(monkeypatch):
    stdin = io.TextIOWrapper(io.BytesIO(as_lines(BEBOP).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    with open_source("-") as source:
        assert source.total_bytes is None
        assert len(list(read(source.stream))) == 1
    assert not stdin.closed


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("no/such/file.json", "No such file or directory"),
        (".", "Is a directory"),
        ("nul\x00", "embedded null byte"),
        ("file:///etc/passwd", "only http and https can"),
        ("ftp://example.com/x", "only http and https can"),
        ("http://", "no host given"),
        ("http://[::1/", "Invalid IPv6 URL"),
    ],
)
def test_what_cannot_be_opened_is_said_with_the_reason(path, reason):
    with pytest.raises(SourceUnreadable, match=reason), open_source(path):
        pass


class Site(http.server.BaseHTTPRequestHandler):
    body = gzip.compress(as_lines(BEBOP).encode())

    def do_GET(self):
        self.server.agents.append(self.headers["User-Agent"])
        if self.path == "/moved":
            return self.answer(302, location="/catalogue")
        if self.path == "/to-a-file":
            return self.answer(302, location="file:///etc/passwd")
        if self.path == "/cut":
            return self.answer(200, self.body, length=len(self.body) + 10)
        if self.path == "/catalogue":
            return self.answer(200, self.body)
        return self.answer(404)

    def answer(self, status, body=b"", length=None, location=None):
        self.send_response(status)
        self.send_header("Content-Length", str(length or len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def site():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        server.agents = []
        server.address = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("path", ["/catalogue", "/moved"])
def test_an_address_is_downloaded_while_it_is_read(site, path):
    with open_source(site.address + path) as source:
        assert source.total_bytes == len(Site.body)
        assert len(list(read(source.stream))) == 1
        assert source.bytes_read() == source.total_bytes
    assert site.agents[0].startswith("animecollections")


def test_what_is_no_file_can_be_read_again_all_the_same(site, monkeypatch, tmp_path):
    content = gzip.compress(as_lines(BEBOP).encode())
    file = tmp_path / "catalogue"
    file.write_bytes(content)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    for path in (str(file), "-", site.address + "/catalogue"):
        with open_source(path) as source:
            first = list(read(source.stream))
            source.rewind()
            assert list(read(source.stream)) == first != []
            assert source.bytes_read() == 2 * len(content)


def test_a_source_without_an_end_is_not_copied_for_ever(monkeypatch):
    monkeypatch.setattr(sources, "LARGEST_COPY", 1000)
    stdin = io.TextIOWrapper(io.BytesIO(as_lines(*[BEBOP] * 10).encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    with open_source("-") as source, pytest.raises(SourceBroken, match="larger than"):
        list(read(source.stream))


def test_a_download_that_is_cut_is_noticed_after_what_was_whole(site):
    found = []
    with (
        open_source(site.address + "/cut") as source,
        pytest.raises(SourceBroken, match="stopped after"),
    ):
        collect(found, source.stream)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("path", "reason"), [("/none", "404 Not Found"), ("/to-a-file", "not allowed")]
)
def test_an_address_that_leads_nowhere_is_said(site, path, reason):
    with (
        pytest.raises(SourceUnreadable, match=reason),
        open_source(site.address + path),
    ):
        pass


# --- real files -------------------------------------------------------------------


@needs_data
@pytest.mark.parametrize(
    ("name", "count", "line"),
    [
        ("anime.jsonl.gz", 25_433, 2),
        ("anime-offline-database_2023_1120.json.gz", 1_120, 1),
        ("anime-offline-database_2025_5.json", 5, 1),
    ],
)
def test_real_catalogues_are_read_without_a_refusal(name, count, line):
    with open_source(str(DATA / "catalogues" / name)) as source:
        items = list(read(source.stream))
    assert [item for item in items if isinstance(item, Refusal)] == []
    assert (len(items), items[0].line) == (count, line)


@needs_data
@pytest.mark.parametrize(
    "name",
    [
        "lists/mal_366.xml",
        "lists/mal_broken_2008.xml.gz",
        "lists/anilist_one_user.json",
        "lists/kitsu_library_page.json",
        "catalogues/jikan_v4/search-success.json",
        "catalogues/anime-offline-database.jsonl.schema.json",
    ],
)
def test_real_files_of_other_kinds_are_unreadable(name):
    with open_source(str(DATA / name)) as source, pytest.raises(SourceUnreadable):
        list(read(source.stream))


# --- anything at all --------------------------------------------------------------

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=5,
)
NUMBERS = st.integers() | st.floats()
CHANGES = st.dictionaries(
    st.sampled_from([*BEBOP, "relations", "englishTitle", "nativeTitle"]),
    ANYTHING
    | st.lists(st.text() | st.sampled_from(BEBOP["sources"]), max_size=3)
    | st.dictionaries(
        st.sampled_from(["value", "unit", "arithmeticMean", "season", "year"]),
        NUMBERS | st.text(),
    ),
    max_size=3,
)


def assert_sound(item):
    assert isinstance(item, Record | Refusal)
    item.title.encode()
    if isinstance(item, Refusal):
        assert item.reason
        return
    assert 1 <= len(item.title) <= 500
    assert item.title == item.title.strip()
    assert item.external_ids == tuple(sorted(set(item.external_ids))) != ()
    assert item.rating is None or 0 <= item.rating <= 10
    assert item.episodes is None or 1 <= item.episodes <= 100_000
    assert item.year is None or 1900 <= item.year <= 2100
    assert item.episode_minutes is None or 1 <= item.episode_minutes <= 1440
    for name in (*item.synonyms, *item.studios, *item.genres):
        assert "\x00" not in name
        name.encode()


@settings(database=None, deadline=None)
@given(st.lists(CHANGES, max_size=3), st.sampled_from([json.dumps, str]))
def test_whatever_a_record_holds_it_is_read_or_refused(changes, dump):
    items = [BEBOP, *(BEBOP | change for change in changes)]
    lines = "".join(dump(item).replace("\n", " ") + "\n" for item in items[1:])
    for source in (
        as_lines(BEBOP) + lines,
        json.dumps({"data": items}),
    ):
        with contextlib.suppress(SourceBroken, SourceUnreadable):
            for item in read(io.BytesIO(source.encode(errors="surrogatepass"))):
                assert_sound(item)


@settings(database=None, deadline=None, max_examples=300)
@given(st.data())
def test_whatever_bytes_come_they_are_read_refused_or_reported(data):
    form = data.draw(st.sampled_from([as_lines, as_document]))
    source = bytearray(form(BEBOP, BEBOP).encode())
    packs = st.sampled_from(PACKERS)
    if early := data.draw(st.booleans()):
        source = bytearray(data.draw(packs)(bytes(source)))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(source)))
        end = data.draw(st.integers(at, min(len(source), at + 50)))
        source[at:end] = data.draw(st.binary(max_size=8))
    packed = bytes(source) if early else data.draw(packs)(bytes(source))
    with contextlib.suppress(SourceBroken, SourceUnreadable):
        for item in read(io.BytesIO(packed)):
            assert_sound(item)


@settings(database=None, deadline=None)
@given(st.binary() | st.text().map(lambda text: text.encode(errors="replace")))
def test_noise_is_never_more_than_unreadable(noise):
    with contextlib.suppress(SourceBroken, SourceUnreadable):
        for item in read(io.BytesIO(noise)):
            assert_sound(item)
